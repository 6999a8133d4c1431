package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// PutGroupPolicy embeds a policy in a group.
func (s *Service) PutGroupPolicy(ctx context.Context, call *api.Call, in *iamapi.PutGroupPolicyRequest) (*iamapi.PutGroupPolicyOutput, error) {
	e, err := s.permitted(ctx, call, "iam:PutGroupPolicy", kindGroup, in.GroupName)
	if err != nil {
		return nil, err
	}
	if err := s.putInline(ctx, e, in.PolicyName, in.PolicyDocument); err != nil {
		return nil, err
	}
	return &iamapi.PutGroupPolicyOutput{}, nil
}
