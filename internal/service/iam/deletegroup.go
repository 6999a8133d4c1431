package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// DeleteGroup deletes a group that has no users and policies any more.
func (s *Service) DeleteGroup(ctx context.Context, call *api.Call, in *iamapi.DeleteGroupRequest) (*iamapi.DeleteGroupOutput, error) {
	e, err := s.permitted(ctx, call, "iam:DeleteGroup", kindGroup, in.GroupName)
	if err != nil {
		return nil, err
	}
	err = s.destroy(ctx, e, func(tx kv.Tx, e *entity) error {
		// Who adds a user claims the group, so none comes meanwhile.
		switch users, _, err := members(tx, e, page{limit: 1}); {
		case err != nil:
			return err
		case len(users) > 0:
			return iamapi.DeleteConflictException(hasMembers)
		}
		return e.bare()
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.DeleteGroupOutput{}, nil
}
