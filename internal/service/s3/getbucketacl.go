package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// GetBucketAcl returns the ACL of a bucket: its owner may do all.
func (s *Service) GetBucketAcl(ctx context.Context, call *api.Call, in *s3api.GetBucketAclRequest) (*s3api.GetBucketAclOutput, error) {
	b, err := s.enterBucket(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:GetBucketAcl")
	if err != nil {
		return nil, err
	}
	return &s3api.GetBucketAclOutput{Owner: b.owner(), Grants: b.ownerOnly()}, nil
}
