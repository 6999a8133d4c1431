package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// UpdateRoleDescription changes the description of a role, of one that a
// service made for itself too.
func (s *Service) UpdateRoleDescription(ctx context.Context, call *api.Call, in *iamapi.UpdateRoleDescriptionRequest) (*iamapi.UpdateRoleDescriptionResponse, error) {
	e, err := s.permitted(ctx, call, "iam:UpdateRoleDescription", kindRole, in.RoleName)
	if err != nil {
		return nil, err
	}
	var shape iamapi.Role
	err = s.change(ctx, e, kv.Claims{}, func(_ kv.Tx, e *entity) error {
		e.Description = in.Description
		shape = listedRole(e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.UpdateRoleDescriptionResponse{Role: &shape}, nil
}
