package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
)

// GetObjectTagging returns the tags of an object, of which there may be none.
func (s *Service) GetObjectTagging(ctx context.Context, call *api.Call, in *s3api.GetObjectTaggingRequest) (*s3api.GetObjectTaggingOutput, error) {
	b, err := s.openBucket(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if err := checkVersion(in.VersionId); err != nil {
		return nil, err
	}
	o, err := s.findObject(ctx, call, b, "s3:GetObjectTagging", in.Key)
	if awserr.Code(err) == "NoSuchKey" {
		return nil, noSuchKey(b.Name + "/" + in.Key) // here alone S3 tells the bucket with the key
	}
	if err != nil {
		return nil, err
	}
	tags := o.Tags
	if tags == nil {
		tags = []s3api.Tag{}
	}
	return &s3api.GetObjectTaggingOutput{TagSet: tags, VersionId: in.VersionId}, nil
}
