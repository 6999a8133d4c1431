package s3

import (
	"context"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
)

// PutBucketPolicy gives a bucket a policy, in the place of the one that it may
// have. The document is kept byte for byte.
func (s *Service) PutBucketPolicy(ctx context.Context, call *api.Call, in *s3api.PutBucketPolicyRequest) (*s3api.PutBucketPolicyOutput, error) {
	b, err := s.enterBucket(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:PutBucketPolicy")
	if err != nil {
		return nil, err
	}
	policy, err := parsePolicy(in.Policy, b)
	if err != nil {
		return nil, err
	}
	if s.docs != nil {
		if err := s.docs.Check(in.Policy); err != nil {
			return nil, malformedPolicy(err.Error())
		}
	}
	public := policy.isPublic()
	err = s.changeBucket(ctx, b.Name, func(b *bucket) error {
		if public && b.PublicAccess != nil && b.PublicAccess.BlockPublicPolicy {
			return awserr.AccessDenied("User: " + call.Principal.ARN + " is not authorized to perform: s3:PutBucketPolicy on resource: \"" +
				b.arn() + "\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.")
		}
		b.Policy = in.Policy
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &s3api.PutBucketPolicyOutput{}, nil
}
