package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// ListInstanceProfileTags lists the tags of a profile, sorted by key.
func (s *Service) ListInstanceProfileTags(ctx context.Context, call *api.Call, in *iamapi.ListInstanceProfileTagsRequest) (*iamapi.ListInstanceProfileTagsResponse, error) {
	e, err := s.permitted(ctx, call, "iam:ListInstanceProfileTags", kindProfile, in.InstanceProfileName)
	if err != nil {
		return nil, err
	}
	tags, next, err := tagPage(e.Tags, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListInstanceProfileTagsResponse{Tags: tags, IsTruncated: new(next != nil), Marker: next}, nil
}
