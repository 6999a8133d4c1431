package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/storage/kv"
)

// DeleteObject deletes an object. It is no error if there is none, unless the
// caller has set the condition that there be one.
func (s *Service) DeleteObject(ctx context.Context, call *api.Call, in *s3api.DeleteObjectRequest) (*s3api.DeleteObjectOutput, error) {
	if in.IfMatchLastModifiedTime != nil {
		return nil, headerNotImplemented("x-amz-if-match-last-modified-time") // for directory buckets alone
	}
	if in.IfMatchSize != nil {
		return nil, headerNotImplemented("x-amz-if-match-size")
	}
	if err := checkBypass(in.BypassGovernanceRetention); err != nil {
		return nil, err
	}
	b, err := s.openBucket(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if err := checkVersion(in.VersionId); err != nil {
		return nil, err
	}
	if err := s.deleteObject(ctx, call, b, in.Key, in.IfMatch); err != nil {
		return nil, err
	}
	return &s3api.DeleteObjectOutput{VersionId: in.VersionId}, nil
}

// deleteObject deletes the object at key, if the caller may. ifMatch is the
// ETag that it has to have, "*" for any, or nil.
func (s *Service) deleteObject(ctx context.Context, call *api.Call, b *bucket, key string, ifMatch *string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if err := s.mayObject(ctx, call, b, "s3:DeleteObject", key); err != nil {
		return err
	}
	if ifMatch != nil {
		if err := s.mayObject(ctx, call, b, "s3:GetObject", key); err != nil {
			return err
		}
	}
	where := objectKey(b.Name, key)
	garbage := s.newID()
	deleted := false
	err := s.store.Update(ctx, kv.Claims{Write: [][]byte{where}}, func(tx kv.Tx) error {
		old, err := load[object](tx, where)
		switch {
		case err != nil:
			return err
		case old == nil && ifMatch != nil:
			return noSuchKey(key)
		case old == nil:
			return nil
		case ifMatch != nil && !matches(*ifMatch, old.ETag):
			return preconditionFailed("If-Match")
		}
		deleted = true
		tx.Delete(where)
		return discardObject(tx, garbage, old)
	})
	if deleted {
		s.wakeCollector()
	}
	return err
}

// checkBypass refuses to bypass a retention that no object here can have.
func checkBypass(bypass *bool) error {
	if bypass != nil && *bypass {
		return invalidArgumentName("x-amz-bypass-governance-retention",
			"x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.")
	}
	return nil
}
