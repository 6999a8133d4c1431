package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// DeleteRolePolicy removes a policy embedded in a role.
func (s *Service) DeleteRolePolicy(ctx context.Context, call *api.Call, in *iamapi.DeleteRolePolicyRequest) (*iamapi.DeleteRolePolicyOutput, error) {
	e, err := s.permitted(ctx, call, "iam:DeleteRolePolicy", kindRole, in.RoleName)
	if err != nil {
		return nil, err
	}
	if err := s.deleteInline(ctx, e, in.PolicyName); err != nil {
		return nil, err
	}
	return &iamapi.DeleteRolePolicyOutput{}, nil
}
