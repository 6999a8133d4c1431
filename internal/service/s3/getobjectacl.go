package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// GetObjectAcl returns the ACL of an object: the owner of its bucket may do
// all.
func (s *Service) GetObjectAcl(ctx context.Context, call *api.Call, in *s3api.GetObjectAclRequest) (*s3api.GetObjectAclOutput, error) {
	b, err := s.openBucket(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if err := checkVersion(in.VersionId); err != nil {
		return nil, err
	}
	if _, err := s.findObject(ctx, call, b, "s3:GetObjectAcl", in.Key); err != nil {
		return nil, err
	}
	return &s3api.GetObjectAclOutput{Owner: b.owner(), Grants: b.ownerOnly()}, nil
}
