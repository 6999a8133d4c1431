package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// PutObjectAcl takes the ACL that objects have anyhow.
func (s *Service) PutObjectAcl(ctx context.Context, call *api.Call, in *s3api.PutObjectAclRequest) (*s3api.PutObjectAclOutput, error) {
	b, err := s.openBucket(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if err := checkVersion(in.VersionId); err != nil {
		return nil, err
	}
	if _, err := s.findObject(ctx, call, b, "s3:PutObjectAcl", in.Key); err != nil {
		return nil, err
	}
	grants := []*string{in.GrantFullControl, in.GrantRead, in.GrantReadACP, in.GrantWrite, in.GrantWriteACP}
	if err := checkPutACL("ObjectCannedACL", in.ACL, grants, in.AccessControlPolicy); err != nil {
		return nil, err
	}
	return &s3api.PutObjectAclOutput{}, nil
}
