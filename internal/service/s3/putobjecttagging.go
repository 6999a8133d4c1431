package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/storage/kv"
)

// PutObjectTagging gives an object tags, in the place of all that it has.
func (s *Service) PutObjectTagging(ctx context.Context, call *api.Call, in *s3api.PutObjectTaggingRequest) (*s3api.PutObjectTaggingOutput, error) {
	b, err := s.openBucket(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if in.Tagging == nil {
		return nil, malformedXML()
	}
	if err := checkVersion(in.VersionId); err != nil {
		return nil, err
	}
	if err := checkObjectTags(in.Tagging.TagSet); err != nil {
		return nil, err
	}
	if _, err := s.findObject(ctx, call, b, "s3:PutObjectTagging", in.Key); err != nil {
		return nil, err
	}
	if err := s.tagObject(ctx, b, in.Key, in.Tagging.TagSet); err != nil {
		return nil, err
	}
	return &s3api.PutObjectTaggingOutput{VersionId: in.VersionId}, nil
}

func (s *Service) tagObject(ctx context.Context, b *bucket, key string, tags []s3api.Tag) error {
	where := objectKey(b.Name, key)
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{where}}, func(tx kv.Tx) error {
		o, err := load[object](tx, where)
		if err != nil {
			return err
		}
		if o == nil {
			return noSuchKey(key)
		}
		o.Tags = tags
		return save(tx, where, o)
	})
}
