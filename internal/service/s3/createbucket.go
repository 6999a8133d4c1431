package s3

import (
	"context"
	"net/http"
	"slices"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// classicRegion is S3's first region: its endpoint makes buckets in any other,
// it has no location constraint, and it forgives who makes a bucket twice.
const classicRegion = "us-east-1"

// CreateBucket makes a bucket that belongs to the caller's account.
func (s *Service) CreateBucket(ctx context.Context, call *api.Call, in *s3api.CreateBucketRequest) (*s3api.CreateBucketOutput, error) {
	if !validBucketName(in.Bucket) {
		return nil, invalidBucketName(in.Bucket)
	}
	config := in.CreateBucketConfiguration
	if config == nil {
		config = &s3api.CreateBucketConfiguration{}
	}
	region, err := chooseRegion(call.Region, config.LocationConstraint)
	if err != nil {
		return nil, err
	}
	if err := checkCreateBucket(in, config); err != nil {
		return nil, err
	}
	made := &bucket{
		Version:            bucketVersion,
		Name:               in.Bucket,
		Owner:              call.Account,
		Region:             region,
		Created:            s.clock.Now(),
		LocationConstraint: config.LocationConstraint,
		Tags:               config.Tags,
		PublicAccess:       &publicAccess{true, true, true, true},
	}
	if err := s.authz.Authorize(ctx, call, "s3:CreateBucket", made.arn(), api.Given("s3:LocationConstraint", region)); err != nil {
		return nil, err
	}
	if err := s.createBucket(ctx, made); err != nil {
		return nil, err
	}
	where := "/" + in.Bucket
	if config.LocationConstraint != "" {
		where = call.BaseURL + where + "/"
	}
	return &s3api.CreateBucketOutput{Location: &where, BucketArn: new(made.arn())}, nil
}

func (s *Service) createBucket(ctx context.Context, made *bucket) error {
	key := bucketKey(made.Name)
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		old, err := load[bucket](tx, key)
		switch {
		case err != nil:
			return err
		case old == nil:
			return save(tx, key, made)
		case old.Owner != made.Owner:
			return s3api.BucketAlreadyExists("The requested bucket name is not available. The bucket namespace is shared " +
				"by all users of the system. Please select a different name and try again.").With(&bucketDetail{made.Name})
		case old.Region == classicRegion && made.Region == classicRegion && len(made.Tags) == 0:
			return nil
		}
		return s3api.BucketAlreadyOwnedByYou("Your previous request to create the named bucket succeeded and you already own it.").
			With(&bucketDetail{made.Name})
	})
}

// chooseRegion finds where a bucket shall be, from the region of the endpoint
// that is asked and the location constraint.
func chooseRegion(endpoint, constraint string) (string, error) {
	valid := slices.Contains(enumeration("BucketLocationConstraint"), constraint)
	switch {
	case endpoint == classicRegion && constraint == "":
		return classicRegion, nil
	case endpoint == classicRegion && !valid:
		return "", refuse(http.StatusBadRequest, "InvalidLocationConstraint", "The specified location-constraint is not valid").
			With(&location{constraint})
	case constraint == "EU" && (endpoint == classicRegion || endpoint == "eu-west-1"):
		return "eu-west-1", nil
	case endpoint == classicRegion, constraint == endpoint:
		return constraint, nil
	case constraint == "":
		constraint = "unspecified"
	}
	return "", refuse(http.StatusBadRequest, "IllegalLocationConstraintException", "The "+constraint+
		" location constraint is incompatible for the region specific endpoint this request was sent to.")
}

// checkCreateBucket refuses options that S3 refuses, and those that are not
// built.
func checkCreateBucket(in *s3api.CreateBucketRequest, config *s3api.CreateBucketConfiguration) error {
	switch {
	case in.ObjectOwnership != "" && !slices.Contains(enumeration("ObjectOwnership"), in.ObjectOwnership):
		return invalidArgumentName("x-amz-object-ownership", "Invalid x-amz-object-ownership header: "+in.ObjectOwnership)
	case in.ObjectOwnership != "" && in.ObjectOwnership != "BucketOwnerEnforced":
		return awserr.Unsupported("the object ownership " + in.ObjectOwnership)
	case in.ObjectLockEnabledForBucket != nil && *in.ObjectLockEnabledForBucket:
		return awserr.Unsupported("Object Lock")
	case config.Bucket != nil || config.Location != nil:
		return awserr.Unsupported("directory buckets")
	case in.BucketNamespace != "" && in.BucketNamespace != "global":
		return awserr.Unsupported("the bucket namespace " + in.BucketNamespace)
	}
	grants := []*string{in.GrantFullControl, in.GrantRead, in.GrantReadACP, in.GrantWrite, in.GrantWriteACP}
	if err := checkBucketACL(in.ACL, grants); err != nil {
		return err
	}
	return checkBucketTags(config.Tags)
}
