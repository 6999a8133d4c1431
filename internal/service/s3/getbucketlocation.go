package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// GetBucketLocation tells the location constraint that a bucket was made with;
// us-east-1 has none.
func (s *Service) GetBucketLocation(ctx context.Context, call *api.Call, in *s3api.GetBucketLocationRequest) (*s3api.GetBucketLocationOutput, error) {
	b, err := s.openBucket(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if err := s.mayBucket(ctx, call, b, "s3:GetBucketLocation"); err != nil {
		return nil, err
	}
	return &s3api.GetBucketLocationOutput{LocationConstraint: b.LocationConstraint}, nil
}
