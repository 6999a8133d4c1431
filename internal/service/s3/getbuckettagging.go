package s3

import (
	"context"
	"net/http"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// GetBucketTagging returns the tags of a bucket, which has to have some.
func (s *Service) GetBucketTagging(ctx context.Context, call *api.Call, in *s3api.GetBucketTaggingRequest) (*s3api.GetBucketTaggingOutput, error) {
	b, err := s.enterBucket(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:GetBucketTagging")
	if err != nil {
		return nil, err
	}
	if len(b.Tags) == 0 {
		return nil, refuse(http.StatusNotFound, "NoSuchTagSet", "The TagSet does not exist").With(&bucketDetail{b.Name})
	}
	return &s3api.GetBucketTaggingOutput{TagSet: b.Tags}, nil
}
