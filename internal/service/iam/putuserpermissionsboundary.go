package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// PutUserPermissionsBoundary makes a managed policy the bound of what the
// policies of a user can allow.
func (s *Service) PutUserPermissionsBoundary(ctx context.Context, call *api.Call, in *iamapi.PutUserPermissionsBoundaryRequest) (*iamapi.PutUserPermissionsBoundaryOutput, error) {
	e, err := s.permitted(ctx, call, "iam:PutUserPermissionsBoundary", kindUser, in.UserName, boundaryFact(in.PermissionsBoundary))
	if err != nil {
		return nil, err
	}
	if err := s.setBoundary(ctx, e, in.PermissionsBoundary); err != nil {
		return nil, err
	}
	return &iamapi.PutUserPermissionsBoundaryOutput{}, nil
}
