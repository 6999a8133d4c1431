package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// DeleteUser deletes a user who has no keys, groups and policies any more.
func (s *Service) DeleteUser(ctx context.Context, call *api.Call, in *iamapi.DeleteUserRequest) (*iamapi.DeleteUserOutput, error) {
	e, err := s.permitted(ctx, call, "iam:DeleteUser", kindUser, in.UserName)
	if err != nil {
		return nil, err
	}
	err = s.destroy(ctx, e, func(_ kv.Tx, e *entity) error {
		switch {
		case len(e.AccessKeys) > 0:
			return iamapi.DeleteConflictException("Cannot delete entity, must delete access keys first.")
		case len(e.Groups) > 0:
			return iamapi.DeleteConflictException(hasMembers)
		}
		return e.bare()
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.DeleteUserOutput{}, nil
}

// hasMembers is said of groups with users, and of users in groups.
const hasMembers = "Cannot delete entity, must remove users from group first."
