package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// DetachGroupPolicy takes a managed policy from a group.
func (s *Service) DetachGroupPolicy(ctx context.Context, call *api.Call, in *iamapi.DetachGroupPolicyRequest) (*iamapi.DetachGroupPolicyOutput, error) {
	e, err := s.permitted(ctx, call, "iam:DetachGroupPolicy", kindGroup, in.GroupName, policyFact(in.PolicyArn))
	if err != nil {
		return nil, err
	}
	if err := s.detach(ctx, e, in.PolicyArn); err != nil {
		return nil, err
	}
	return &iamapi.DetachGroupPolicyOutput{}, nil
}
