package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// DeleteUserPermissionsBoundary takes the permissions boundary from a user.
func (s *Service) DeleteUserPermissionsBoundary(ctx context.Context, call *api.Call, in *iamapi.DeleteUserPermissionsBoundaryRequest) (*iamapi.DeleteUserPermissionsBoundaryOutput, error) {
	e, err := s.permitted(ctx, call, "iam:DeleteUserPermissionsBoundary", kindUser, in.UserName)
	if err != nil {
		return nil, err
	}
	if err := s.removeBoundary(ctx, e); err != nil {
		return nil, err
	}
	return &iamapi.DeleteUserPermissionsBoundaryOutput{}, nil
}
