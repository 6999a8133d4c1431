package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// ListRoleTags lists the tags of a role, sorted by key.
func (s *Service) ListRoleTags(ctx context.Context, call *api.Call, in *iamapi.ListRoleTagsRequest) (*iamapi.ListRoleTagsResponse, error) {
	e, err := s.permitted(ctx, call, "iam:ListRoleTags", kindRole, in.RoleName)
	if err != nil {
		return nil, err
	}
	tags, next, err := tagPage(e.Tags, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListRoleTagsResponse{Tags: tags, IsTruncated: new(next != nil), Marker: next}, nil
}
