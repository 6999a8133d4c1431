package iam

import (
	"context"
	"fmt"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/clock"
	"cloudless/internal/storage/kv"
)

// DeleteServiceLinkedRole deletes the role that a service acts in. None of
// these services has resources here that would still need the role, so the task
// that AWS begins is done when this returns.
func (s *Service) DeleteServiceLinkedRole(ctx context.Context, call *api.Call, in *iamapi.DeleteServiceLinkedRoleRequest) (*iamapi.DeleteServiceLinkedRoleResponse, error) {
	e, err := s.permitted(ctx, call, "iam:DeleteServiceLinkedRole", kindRole, in.RoleName)
	if err != nil {
		return nil, err
	}
	if e.LinkedService == "" {
		return nil, noSuch(kindRole, in.RoleName)
	}
	task := fmt.Sprintf("task/aws-service-role/%s/%s/%s", e.LinkedService, e.Name, clock.UUID(s.clock))
	err = s.destroy(ctx, e, func(tx kv.Tx, e *entity) error {
		for _, arn := range e.Attached {
			tx.Delete(attachedKey(e.Account, arn, usagePermissions, e.ID))
		}
		return put(tx, deletionKey(e.Account, e.LinkedService, e.Name), deletion{Form: deletionForm, Task: task})
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.DeleteServiceLinkedRoleResponse{DeletionTaskId: task}, nil
}
