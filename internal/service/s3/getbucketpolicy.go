package s3

import (
	"context"
	"net/http"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
)

// GetBucketPolicy returns the policy of a bucket, byte for byte as it was
// given.
func (s *Service) GetBucketPolicy(ctx context.Context, call *api.Call, in *s3api.GetBucketPolicyRequest) (*s3api.GetBucketPolicyOutput, error) {
	b, err := s.enterBucket(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:GetBucketPolicy")
	if err != nil {
		return nil, err
	}
	if b.Policy == "" {
		return nil, noSuchBucketPolicy(b.Name)
	}
	return &s3api.GetBucketPolicyOutput{Policy: &b.Policy}, nil
}

func noSuchBucketPolicy(bucket string) *awserr.Error {
	return refuse(http.StatusNotFound, "NoSuchBucketPolicy", "The bucket policy does not exist").With(&bucketDetail{bucket})
}
