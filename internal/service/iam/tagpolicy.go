package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// TagPolicy puts tags on a managed policy of the account.
func (s *Service) TagPolicy(ctx context.Context, call *api.Call, in *iamapi.TagPolicyRequest) (*iamapi.TagPolicyOutput, error) {
	p, err := s.permittedOwn(ctx, call, "iam:TagPolicy", in.PolicyArn, tagFacts(in.Tags)...)
	if err != nil {
		return nil, err
	}
	err = s.changePolicy(ctx, p, func(_ kv.Tx, p *policy) (err error) {
		p.Tags, err = addTags(p.Tags, in.Tags)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.TagPolicyOutput{}, nil
}
