package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// GetRole describes a role and its trust policy.
func (s *Service) GetRole(ctx context.Context, call *api.Call, in *iamapi.GetRoleRequest) (*iamapi.GetRoleResponse, error) {
	e, err := s.permitted(ctx, call, "iam:GetRole", kindRole, in.RoleName)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetRoleResponse{Role: wholeRole(e)}, nil
}
