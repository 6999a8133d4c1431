package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// AttachRolePolicy gives a role a managed policy.
func (s *Service) AttachRolePolicy(ctx context.Context, call *api.Call, in *iamapi.AttachRolePolicyRequest) (*iamapi.AttachRolePolicyOutput, error) {
	e, err := s.permitted(ctx, call, "iam:AttachRolePolicy", kindRole, in.RoleName, policyFact(in.PolicyArn))
	if err != nil {
		return nil, err
	}
	if err := s.attach(ctx, e, in.PolicyArn); err != nil {
		return nil, err
	}
	return &iamapi.AttachRolePolicyOutput{}, nil
}
