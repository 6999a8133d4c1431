package s3

import (
	"testing"

	s3api "cloudless/internal/api/s3"
)

func TestExpectedBucketOwner(t *testing.T) {
	h := newHarness(t)
	for owner, code := range map[string]string{
		"111111111111": "", "222222222222": "AccessDenied", "abcd": "InvalidBucketOwnerAWSAccountID",
		"0000000000020": "InvalidBucketOwnerAWSAccountID", "aa000000000$": "InvalidBucketOwnerAWSAccountID",
	} {
		_, err := h.HeadBucket(t.Context(), root, &s3api.HeadBucketRequest{Bucket: "bucket", ExpectedBucketOwner: &owner})
		wantCode(t, err, code)
	}
	_, err := h.HeadBucket(t.Context(), root, &s3api.HeadBucketRequest{Bucket: "bucket", ExpectedBucketOwner: new("abcd")})
	wantRefusal(t, err, 400, "InvalidBucketOwnerAWSAccountID",
		"The value of the expected bucket owner parameter must be an AWS Account ID... [abcd]", nil)
}

func TestListBuckets(t *testing.T) {
	h := newHarness(t)
	for _, name := range []string{"alpha", "beta-1", "beta-2", "gamma"} {
		h.createBucket(name)
	}
	if _, err := h.CreateBucket(t.Context(), stranger, &s3api.CreateBucketRequest{Bucket: "foreign"}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.CreateBucket(t.Context(), root, &s3api.CreateBucketRequest{
		Bucket: "zurich", CreateBucketConfiguration: constrained("eu-central-2")}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		in   s3api.ListBucketsRequest
		want []string
		more bool
	}{
		{"all of the account", s3api.ListBucketsRequest{}, []string{"alpha", "beta-1", "beta-2", "bucket", "gamma", "zurich"}, false},
		{"with a prefix", s3api.ListBucketsRequest{Prefix: new("beta")}, []string{"beta-1", "beta-2"}, false},
		{"in a region", s3api.ListBucketsRequest{BucketRegion: new("eu-central-2")}, []string{"zurich"}, false},
		{"in a region without any", s3api.ListBucketsRequest{BucketRegion: new("eu-west-1")}, nil, false},
		{"a page", s3api.ListBucketsRequest{MaxBuckets: new(int64(2))}, []string{"alpha", "beta-1"}, true},
		{"the last page", s3api.ListBucketsRequest{MaxBuckets: new(int64(2)), ContinuationToken: makeToken("bucket")}, []string{"gamma", "zurich"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := h.ListBuckets(t.Context(), root, &tt.in)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, b := range out.Buckets {
				got = append(got, *b.Name)
			}
			if !equal(got, tt.want) || (out.ContinuationToken != nil) != tt.more {
				t.Errorf("ListBuckets = %v, more %v, want %v, more %v", got, out.ContinuationToken != nil, tt.want, tt.more)
			}
		})
	}
	_, err := h.ListBuckets(t.Context(), root, &s3api.ListBucketsRequest{BucketRegion: new("eu-east-1")})
	wantRefusal(t, err, 400, "InvalidArgument", "Argument value eu-east-1 is not a valid AWS Region", &argument{"bucket-region"})
}

func TestDeleteBucket(t *testing.T) {
	h := newHarness(t)
	del := func(name string) error {
		_, err := h.DeleteBucket(t.Context(), root, &s3api.DeleteBucketRequest{Bucket: name})
		return err
	}
	wantRefusal(t, del("does-not-exist"), 404, "NoSuchBucket", "The specified bucket does not exist", &bucketDetail{"does-not-exist"})
	h.put("key", "body")
	wantRefusal(t, del("bucket"), 409, "BucketNotEmpty", "The bucket you tried to delete is not empty", &bucketDetail{"bucket"})
	if _, err := h.DeleteObject(t.Context(), root, &s3api.DeleteObjectRequest{Bucket: "bucket", Key: "key"}); err != nil {
		t.Fatal(err)
	}
	if err := del("bucket"); err != nil {
		t.Fatal(err)
	}
	_, err := h.tryPut("key", "body")
	wantCode(t, err, "NoSuchBucket")
}
