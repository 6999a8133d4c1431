package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// DeleteObjectTagging takes its tags from an object.
func (s *Service) DeleteObjectTagging(ctx context.Context, call *api.Call, in *s3api.DeleteObjectTaggingRequest) (*s3api.DeleteObjectTaggingOutput, error) {
	b, err := s.openBucket(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if err := checkVersion(in.VersionId); err != nil {
		return nil, err
	}
	if _, err := s.findObject(ctx, call, b, "s3:DeleteObjectTagging", in.Key); err != nil {
		return nil, err
	}
	if err := s.tagObject(ctx, b, in.Key, nil); err != nil {
		return nil, err
	}
	return &s3api.DeleteObjectTaggingOutput{VersionId: in.VersionId}, nil
}
