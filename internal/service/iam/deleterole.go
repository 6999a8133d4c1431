package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// DeleteRole deletes a role that has no policies any more.
func (s *Service) DeleteRole(ctx context.Context, call *api.Call, in *iamapi.DeleteRoleRequest) (*iamapi.DeleteRoleOutput, error) {
	e, err := s.permitted(ctx, call, "iam:DeleteRole", kindRole, in.RoleName)
	if err != nil {
		return nil, err
	}
	err = s.destroy(ctx, e, func(_ kv.Tx, e *entity) error {
		if err := e.unprotected(); err != nil {
			return err
		}
		if len(e.Profiles) > 0 {
			return iamapi.DeleteConflictException(inProfile)
		}
		return e.bare()
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.DeleteRoleOutput{}, nil
}
