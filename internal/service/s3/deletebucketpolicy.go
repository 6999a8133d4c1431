package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// DeleteBucketPolicy takes its policy from a bucket. It is no error if there
// is none.
func (s *Service) DeleteBucketPolicy(ctx context.Context, call *api.Call, in *s3api.DeleteBucketPolicyRequest) (*s3api.DeleteBucketPolicyOutput, error) {
	b, err := s.enterBucket(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:DeleteBucketPolicy")
	if err != nil {
		return nil, err
	}
	err = s.changeBucket(ctx, b.Name, func(b *bucket) error {
		b.Policy = ""
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &s3api.DeleteBucketPolicyOutput{}, nil
}
