package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// GetGroup describes a group and lists its users, in the order of their ids.
func (s *Service) GetGroup(ctx context.Context, call *api.Call, in *iamapi.GetGroupRequest) (*iamapi.GetGroupResponse, error) {
	e, err := s.permitted(ctx, call, "iam:GetGroup", kindGroup, in.GroupName)
	if err != nil {
		return nil, err
	}
	p, err := newPage(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &iamapi.GetGroupResponse{Group: new(groupShape(e))}
	err = s.store.View(ctx, func(r kv.Reader) error {
		out.Users, out.Marker, err = members(r, e, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	out.IsTruncated = new(out.Marker != nil)
	return out, nil
}
