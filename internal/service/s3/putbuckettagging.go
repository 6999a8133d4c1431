package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// PutBucketTagging gives a bucket tags, in the place of all that it has.
func (s *Service) PutBucketTagging(ctx context.Context, call *api.Call, in *s3api.PutBucketTaggingRequest) (*s3api.PutBucketTaggingOutput, error) {
	b, err := s.enterBucket(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:PutBucketTagging")
	if err != nil {
		return nil, err
	}
	if in.Tagging == nil {
		return nil, malformedXML()
	}
	if err := checkBucketTags(in.Tagging.TagSet); err != nil {
		return nil, err
	}
	if err := s.tagBucket(ctx, b.Name, in.Tagging.TagSet); err != nil {
		return nil, err
	}
	return &s3api.PutBucketTaggingOutput{}, nil
}

func (s *Service) tagBucket(ctx context.Context, name string, tags []s3api.Tag) error {
	return s.changeBucket(ctx, name, func(b *bucket) error {
		b.Tags = tags
		return nil
	})
}
