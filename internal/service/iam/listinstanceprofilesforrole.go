package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// ListInstanceProfilesForRole lists the profiles that hold a role, by name.
func (s *Service) ListInstanceProfilesForRole(ctx context.Context, call *api.Call, in *iamapi.ListInstanceProfilesForRoleRequest) (*iamapi.ListInstanceProfilesForRoleResponse, error) {
	e, err := s.permitted(ctx, call, "iam:ListInstanceProfilesForRole", kindRole, in.RoleName)
	if err != nil {
		return nil, err
	}
	p, err := newPage(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	profiles, err := view(ctx, s, func(r kv.Reader) ([]*entity, error) { return loadThere(r, e.Account, e.Profiles) })
	if err != nil {
		return nil, err
	}
	onPage, next := cut(p, profiles, func(e *entity) string { return lower(e.Name) })
	shapes, err := s.profileShapes(ctx, onPage)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListInstanceProfilesForRoleResponse{InstanceProfiles: shapes, IsTruncated: new(next != nil), Marker: next}, nil
}
