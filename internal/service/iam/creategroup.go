package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// CreateGroup makes a group without users.
func (s *Service) CreateGroup(ctx context.Context, call *api.Call, in *iamapi.CreateGroupRequest) (*iamapi.CreateGroupResponse, error) {
	e := &entity{
		Form: entityForm, Account: call.Account, Kind: kindGroup, ID: newID(s.clock, groupIDPrefix),
		Name: in.GroupName, Path: pathOr(in.Path), Created: s.now(),
	}
	if err := s.authz.Authorize(ctx, call, "iam:CreateGroup", e.arn()); err != nil {
		return nil, err
	}
	if err := s.createTagged(ctx, e, nil, nil); err != nil {
		return nil, err
	}
	return &iamapi.CreateGroupResponse{Group: new(groupShape(e))}, nil
}

func groupShape(e *entity) iamapi.Group {
	return iamapi.Group{Arn: e.arn(), CreateDate: e.Created, GroupId: e.ID, GroupName: e.Name, Path: e.Path}
}
