package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// ListUserTags lists the tags of a user, sorted by key.
func (s *Service) ListUserTags(ctx context.Context, call *api.Call, in *iamapi.ListUserTagsRequest) (*iamapi.ListUserTagsResponse, error) {
	e, err := s.permitted(ctx, call, "iam:ListUserTags", kindUser, in.UserName)
	if err != nil {
		return nil, err
	}
	tags, next, err := tagPage(e.Tags, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListUserTagsResponse{Tags: tags, IsTruncated: new(next != nil), Marker: next}, nil
}
