package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// PutRolePolicy embeds a policy in a role.
func (s *Service) PutRolePolicy(ctx context.Context, call *api.Call, in *iamapi.PutRolePolicyRequest) (*iamapi.PutRolePolicyOutput, error) {
	e, err := s.permitted(ctx, call, "iam:PutRolePolicy", kindRole, in.RoleName)
	if err != nil {
		return nil, err
	}
	if err := s.putInline(ctx, e, in.PolicyName, in.PolicyDocument); err != nil {
		return nil, err
	}
	return &iamapi.PutRolePolicyOutput{}, nil
}
