package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// UntagPolicy takes tags from a managed policy of the account.
func (s *Service) UntagPolicy(ctx context.Context, call *api.Call, in *iamapi.UntagPolicyRequest) (*iamapi.UntagPolicyOutput, error) {
	p, err := s.permittedOwn(ctx, call, "iam:UntagPolicy", in.PolicyArn, tagKeysFact(in.TagKeys))
	if err != nil {
		return nil, err
	}
	err = s.changePolicy(ctx, p, func(_ kv.Tx, p *policy) error {
		p.Tags = removeTags(p.Tags, in.TagKeys)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.UntagPolicyOutput{}, nil
}
