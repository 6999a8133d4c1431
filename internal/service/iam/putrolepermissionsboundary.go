package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// PutRolePermissionsBoundary makes a managed policy the bound of what the
// policies of a role can allow.
func (s *Service) PutRolePermissionsBoundary(ctx context.Context, call *api.Call, in *iamapi.PutRolePermissionsBoundaryRequest) (*iamapi.PutRolePermissionsBoundaryOutput, error) {
	e, err := s.permitted(ctx, call, "iam:PutRolePermissionsBoundary", kindRole, in.RoleName, boundaryFact(in.PermissionsBoundary))
	if err != nil {
		return nil, err
	}
	if err := s.setBoundary(ctx, e, in.PermissionsBoundary); err != nil {
		return nil, err
	}
	return &iamapi.PutRolePermissionsBoundaryOutput{}, nil
}
