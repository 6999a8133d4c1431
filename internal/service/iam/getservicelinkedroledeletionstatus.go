package iam

import (
	"context"
	"errors"
	"strings"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// GetServiceLinkedRoleDeletionStatus tells how a deletion went. The last one of
// each role is remembered.
func (s *Service) GetServiceLinkedRoleDeletionStatus(ctx context.Context, call *api.Call, in *iamapi.GetServiceLinkedRoleDeletionStatusRequest) (*iamapi.GetServiceLinkedRoleDeletionStatusResponse, error) {
	task := strings.Split(in.DeletionTaskId, "/")
	if len(task) != 5 {
		task = make([]string, 5) // which no task is like
	}
	service, roleName := task[2], task[3]
	arn := kindRole.arn(call.Account, "/aws-service-role/"+service+"/", roleName)
	if err := s.authz.Authorize(ctx, call, "iam:GetServiceLinkedRoleDeletionStatus", arn); err != nil {
		return nil, err
	}
	last, err := view(ctx, s, func(r kv.Reader) (*deletion, error) {
		b, err := r.Get(deletionKey(call.Account, service, roleName))
		if err != nil {
			return nil, err
		}
		return decode[deletion](b)
	})
	if errors.Is(err, kv.ErrNotFound) || err == nil && last.Task != in.DeletionTaskId {
		return nil, iamapi.NoSuchEntityException("The deletion task with id " + in.DeletionTaskId + " cannot be found.")
	}
	if err != nil {
		return nil, err
	}
	return &iamapi.GetServiceLinkedRoleDeletionStatusResponse{Status: "SUCCEEDED"}, nil
}
