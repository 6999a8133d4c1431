package s3

import (
	"testing"

	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
)

func constrained(region string) *s3api.CreateBucketConfiguration {
	return &s3api.CreateBucketConfiguration{LocationConstraint: region}
}

func TestCreateBucketChoosesTheRegion(t *testing.T) {
	for _, tt := range []struct {
		endpoint, constraint string
		region, location     string
	}{
		{"us-east-1", "", "us-east-1", "/new-bucket"},
		{"us-east-1", "us-west-2", "us-west-2", "http://127.0.0.1:4566/new-bucket/"},
		{"us-east-1", "EU", "eu-west-1", "http://127.0.0.1:4566/new-bucket/"},
		{"eu-west-1", "EU", "eu-west-1", "http://127.0.0.1:4566/new-bucket/"},
		{"eu-central-1", "eu-central-1", "eu-central-1", "http://127.0.0.1:4566/new-bucket/"},
	} {
		t.Run(tt.endpoint+" "+tt.constraint, func(t *testing.T) {
			h := newHarness(t)
			made, err := h.CreateBucket(t.Context(), inRegion(tt.endpoint), &s3api.CreateBucketRequest{
				Bucket: "new-bucket", CreateBucketConfiguration: constrained(tt.constraint)})
			if err != nil {
				t.Fatal(err)
			}
			want(t, "Location", made.Location, tt.location)
			want(t, "BucketArn", made.BucketArn, "arn:aws:s3:::new-bucket")
			head, err := h.HeadBucket(t.Context(), root, &s3api.HeadBucketRequest{Bucket: "new-bucket"})
			if err != nil {
				t.Fatal(err)
			}
			want(t, "BucketRegion", head.BucketRegion, tt.region)
			want(t, "AccessPointAlias", head.AccessPointAlias, false)
			where, err := h.GetBucketLocation(t.Context(), root, &s3api.GetBucketLocationRequest{Bucket: "new-bucket"})
			if err != nil || where.LocationConstraint != tt.constraint {
				t.Errorf("LocationConstraint = %q, %v, want %q", where.LocationConstraint, err, tt.constraint)
			}
		})
	}
}

func TestCreateBucketRefuses(t *testing.T) {
	const illegal, invalid = "IllegalLocationConstraintException", "InvalidLocationConstraint"
	incompatible := func(name string) string {
		return "The " + name + " location constraint is incompatible for the region specific endpoint this request was sent to."
	}
	for _, tt := range []struct {
		name, endpoint string
		in             s3api.CreateBucketRequest
		status         int
		code, message  string
		detail         any
	}{
		{"a constraint to us-east-1", "us-east-1", s3api.CreateBucketRequest{CreateBucketConfiguration: constrained("us-east-1")},
			400, invalid, "The specified location-constraint is not valid", &location{"us-east-1"}},
		{"a constraint to nowhere", "us-east-1", s3api.CreateBucketRequest{CreateBucketConfiguration: constrained("foo")},
			400, invalid, "The specified location-constraint is not valid", &location{"foo"}},
		{"no constraint elsewhere", "us-east-2", s3api.CreateBucketRequest{}, 400, illegal, incompatible("unspecified"), nil},
		{"another region's constraint", "us-east-2", s3api.CreateBucketRequest{CreateBucketConfiguration: constrained("us-west-1")},
			400, illegal, incompatible("us-west-1"), nil},
		{"us-east-1 from elsewhere", "us-west-1", s3api.CreateBucketRequest{CreateBucketConfiguration: constrained("us-east-1")},
			400, illegal, incompatible("us-east-1"), nil},
		{"aws-global", "us-west-1", s3api.CreateBucketRequest{CreateBucketConfiguration: constrained("aws-global")},
			400, illegal, incompatible("aws-global"), nil},
		{"EU outside of Ireland", "eu-central-1", s3api.CreateBucketRequest{CreateBucketConfiguration: constrained("EU")},
			400, illegal, incompatible("EU"), nil},
		{"a public ACL", "us-east-1", s3api.CreateBucketRequest{ACL: "public-read"}, 400, "InvalidBucketAclWithObjectOwnership",
			"Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting", nil},
		{"an unknown ownership", "us-east-1", s3api.CreateBucketRequest{ObjectOwnership: "RandomValue"}, 400, "InvalidArgument",
			"Invalid x-amz-object-ownership header: RandomValue", &argument{"x-amz-object-ownership"}},
		{"Object Lock", "us-east-1", s3api.CreateBucketRequest{ObjectLockEnabledForBucket: new(true)}, 501, awserr.CodeNotImplemented,
			"cloudless does not implement Object Lock yet.", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t)
			tt.in.Bucket = "new-bucket"
			_, err := h.CreateBucket(t.Context(), inRegion(tt.endpoint), &tt.in)
			wantRefusal(t, err, tt.status, tt.code, tt.message, tt.detail)
			_, err = h.HeadBucket(t.Context(), root, &s3api.HeadBucketRequest{Bucket: "new-bucket"})
			wantCode(t, err, "NoSuchBucket")
		})
	}
}

func TestCreateBucketTwice(t *testing.T) {
	h := newHarness(t)
	if _, err := h.CreateBucket(t.Context(), root, &s3api.CreateBucketRequest{Bucket: "bucket"}); err != nil {
		t.Errorf("again in us-east-1: %v", err)
	}
	eu := &s3api.CreateBucketRequest{Bucket: "in-europe", CreateBucketConfiguration: constrained("eu-west-1")}
	if _, err := h.CreateBucket(t.Context(), inRegion("eu-west-1"), eu); err != nil {
		t.Fatal(err)
	}
	_, err := h.CreateBucket(t.Context(), inRegion("eu-west-1"), eu)
	wantRefusal(t, err, 409, "BucketAlreadyOwnedByYou",
		"Your previous request to create the named bucket succeeded and you already own it.", &bucketDetail{"in-europe"})
	_, err = h.CreateBucket(t.Context(), stranger, &s3api.CreateBucketRequest{Bucket: "bucket"})
	wantCode(t, err, "BucketAlreadyExists")
}

func TestNamesOfBuckets(t *testing.T) {
	for name, valid := range map[string]bool{
		"abc": true, "a.b-c.1": true, "123": true, "has-63-characters-63-characters-63-characters-63-characters-63-c": false,
		"ab": false, "": false, "Upper": false, "under_score": false, "-dash": false, "dash-": false, ".dot": false,
		"two..dots": false, "192.168.5.4": false, "192.168.5": true, "xn--name": false, "sthree-x": false, "x-s3alias": false,
		"amzn-s3-demo-bucket": false, "x--x-s3": false, "spa ce": false, "ünicode": false,
	} {
		if validBucketName(name) != valid {
			t.Errorf("validBucketName(%q) = %v", name, !valid)
		}
	}
	h := newHarness(t)
	_, err := h.CreateBucket(t.Context(), root, &s3api.CreateBucketRequest{Bucket: "Upper"})
	wantRefusal(t, err, 400, "InvalidBucketName", "The specified bucket is not valid.", &bucketDetail{"Upper"})
}
