package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// PutPublicAccessBlock sets which kinds of public access a bucket refuses.
// Members that are left out are false.
func (s *Service) PutPublicAccessBlock(ctx context.Context, call *api.Call, in *s3api.PutPublicAccessBlockRequest) (*s3api.PutPublicAccessBlockOutput, error) {
	if in.PublicAccessBlockConfiguration == nil {
		return nil, malformedXML()
	}
	b, err := s.enterBucket(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:PutBucketPublicAccessBlock")
	if err != nil {
		return nil, err
	}
	c := in.PublicAccessBlockConfiguration
	err = s.changeBucket(ctx, b.Name, func(b *bucket) error {
		b.PublicAccess = &publicAccess{
			BlockPublicAcls:       isTrue(c.BlockPublicAcls),
			IgnorePublicAcls:      isTrue(c.IgnorePublicAcls),
			BlockPublicPolicy:     isTrue(c.BlockPublicPolicy),
			RestrictPublicBuckets: isTrue(c.RestrictPublicBuckets),
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &s3api.PutPublicAccessBlockOutput{}, nil
}

func isTrue(b *bool) bool { return b != nil && *b }
