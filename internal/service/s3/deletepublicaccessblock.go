package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// DeletePublicAccessBlock makes a bucket refuse no kind of public access.
func (s *Service) DeletePublicAccessBlock(ctx context.Context, call *api.Call, in *s3api.DeletePublicAccessBlockRequest) (*s3api.DeletePublicAccessBlockOutput, error) {
	b, err := s.enterBucket(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:PutBucketPublicAccessBlock")
	if err != nil {
		return nil, err
	}
	err = s.changeBucket(ctx, b.Name, func(b *bucket) error {
		b.PublicAccess = nil
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &s3api.DeletePublicAccessBlockOutput{}, nil
}
