package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// DeleteRolePermissionsBoundary takes the permissions boundary from a role.
func (s *Service) DeleteRolePermissionsBoundary(ctx context.Context, call *api.Call, in *iamapi.DeleteRolePermissionsBoundaryRequest) (*iamapi.DeleteRolePermissionsBoundaryOutput, error) {
	e, err := s.permitted(ctx, call, "iam:DeleteRolePermissionsBoundary", kindRole, in.RoleName)
	if err != nil {
		return nil, err
	}
	if err := s.removeBoundary(ctx, e); err != nil {
		return nil, err
	}
	return &iamapi.DeleteRolePermissionsBoundaryOutput{}, nil
}
