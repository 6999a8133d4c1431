package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// AddUserToGroup puts a user into a group. Doing so twice is no error.
func (s *Service) AddUserToGroup(ctx context.Context, call *api.Call, in *iamapi.AddUserToGroupRequest) (*iamapi.AddUserToGroupOutput, error) {
	g, err := s.permitted(ctx, call, "iam:AddUserToGroup", kindGroup, in.GroupName)
	if err != nil {
		return nil, err
	}
	u, err := view(ctx, s, func(r kv.Reader) (*entity, error) { return find(r, call.Account, kindUser, in.UserName) })
	if err != nil {
		return nil, err
	}
	if err := s.join(ctx, u, g); err != nil {
		return nil, err
	}
	return &iamapi.AddUserToGroupOutput{}, nil
}
