package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// UpdateRole changes the description and the longest session of a role.
func (s *Service) UpdateRole(ctx context.Context, call *api.Call, in *iamapi.UpdateRoleRequest) (*iamapi.UpdateRoleResponse, error) {
	e, err := s.permitted(ctx, call, "iam:UpdateRole", kindRole, in.RoleName)
	if err != nil {
		return nil, err
	}
	err = s.change(ctx, e, kv.Claims{}, func(_ kv.Tx, e *entity) error {
		if err := e.unprotected(); err != nil {
			return err
		}
		if in.Description != nil {
			e.Description = *in.Description
		}
		if in.MaxSessionDuration != nil {
			e.MaxSessionSeconds = *in.MaxSessionDuration
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.UpdateRoleResponse{}, nil
}
