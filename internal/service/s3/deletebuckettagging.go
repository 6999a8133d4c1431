package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// DeleteBucketTagging takes its tags from a bucket.
func (s *Service) DeleteBucketTagging(ctx context.Context, call *api.Call, in *s3api.DeleteBucketTaggingRequest) (*s3api.DeleteBucketTaggingOutput, error) {
	b, err := s.enterBucket(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:PutBucketTagging") // S3 has no action of its own for this
	if err != nil {
		return nil, err
	}
	if err := s.tagBucket(ctx, b.Name, nil); err != nil {
		return nil, err
	}
	return &s3api.DeleteBucketTaggingOutput{}, nil
}
