package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// PutBucketAcl takes the ACL that buckets have anyhow.
func (s *Service) PutBucketAcl(ctx context.Context, call *api.Call, in *s3api.PutBucketAclRequest) (*s3api.PutBucketAclOutput, error) {
	if _, err := s.enterBucket(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:PutBucketAcl"); err != nil {
		return nil, err
	}
	grants := []*string{in.GrantFullControl, in.GrantRead, in.GrantReadACP, in.GrantWrite, in.GrantWriteACP}
	if err := checkPutACL("BucketCannedACL", in.ACL, grants, in.AccessControlPolicy); err != nil {
		return nil, err
	}
	return &s3api.PutBucketAclOutput{}, nil
}
