package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// RemoveUserFromGroup takes a user out of a group.
func (s *Service) RemoveUserFromGroup(ctx context.Context, call *api.Call, in *iamapi.RemoveUserFromGroupRequest) (*iamapi.RemoveUserFromGroupOutput, error) {
	g, err := s.permitted(ctx, call, "iam:RemoveUserFromGroup", kindGroup, in.GroupName)
	if err != nil {
		return nil, err
	}
	u, err := view(ctx, s, func(r kv.Reader) (*entity, error) { return find(r, call.Account, kindUser, in.UserName) })
	if err != nil {
		return nil, err
	}
	if err := s.leave(ctx, u, g); err != nil {
		return nil, err
	}
	return &iamapi.RemoveUserFromGroupOutput{}, nil
}
