package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// DetachRolePolicy takes a managed policy from a role.
func (s *Service) DetachRolePolicy(ctx context.Context, call *api.Call, in *iamapi.DetachRolePolicyRequest) (*iamapi.DetachRolePolicyOutput, error) {
	e, err := s.permitted(ctx, call, "iam:DetachRolePolicy", kindRole, in.RoleName, policyFact(in.PolicyArn))
	if err != nil {
		return nil, err
	}
	if err := s.detach(ctx, e, in.PolicyArn); err != nil {
		return nil, err
	}
	return &iamapi.DetachRolePolicyOutput{}, nil
}
