package s3

import (
	"context"
	"net/http"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// GetPublicAccessBlock tells which kinds of public access a bucket refuses.
func (s *Service) GetPublicAccessBlock(ctx context.Context, call *api.Call, in *s3api.GetPublicAccessBlockRequest) (*s3api.GetPublicAccessBlockOutput, error) {
	b, err := s.enterBucket(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:GetBucketPublicAccessBlock")
	if err != nil {
		return nil, err
	}
	p := b.PublicAccess
	if p == nil {
		return nil, refuse(http.StatusNotFound, "NoSuchPublicAccessBlockConfiguration",
			"The public access block configuration was not found").With(&bucketDetail{b.Name})
	}
	return &s3api.GetPublicAccessBlockOutput{PublicAccessBlockConfiguration: &s3api.PublicAccessBlockConfiguration{
		BlockPublicAcls:       &p.BlockPublicAcls,
		IgnorePublicAcls:      &p.IgnorePublicAcls,
		BlockPublicPolicy:     &p.BlockPublicPolicy,
		RestrictPublicBuckets: &p.RestrictPublicBuckets,
	}}, nil
}
