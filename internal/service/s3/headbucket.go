package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// HeadBucket tells whether a bucket is there and open to the caller, and in
// which region.
func (s *Service) HeadBucket(ctx context.Context, call *api.Call, in *s3api.HeadBucketRequest) (*s3api.HeadBucketOutput, error) {
	b, err := s.enterBucket(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:ListBucket")
	if err != nil {
		return nil, err
	}
	return &s3api.HeadBucketOutput{
		BucketArn:        new(b.arn()),
		BucketRegion:     &b.Region,
		AccessPointAlias: new(false),
	}, nil
}
