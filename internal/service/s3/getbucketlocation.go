package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// GetBucketLocation tells the location constraint that a bucket was made with;
// us-east-1 has none.
func (s *Service) GetBucketLocation(ctx context.Context, call *api.Call, in *s3api.GetBucketLocationRequest) (*s3api.GetBucketLocationOutput, error) {
	b, err := s.enterBucket(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:GetBucketLocation")
	if err != nil {
		return nil, err
	}
	return &s3api.GetBucketLocationOutput{LocationConstraint: b.LocationConstraint}, nil
}
