package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// ListPolicyTags lists the tags of a managed policy, sorted by key. AWS's have
// none.
func (s *Service) ListPolicyTags(ctx context.Context, call *api.Call, in *iamapi.ListPolicyTagsRequest) (*iamapi.ListPolicyTagsResponse, error) {
	p, err := s.permittedPolicy(ctx, call, "iam:ListPolicyTags", in.PolicyArn)
	if err != nil {
		return nil, err
	}
	var have []iamapi.Tag
	if p.own != nil {
		have = p.own.Tags
	}
	tags, next, err := tagPage(have, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListPolicyTagsResponse{Tags: tags, IsTruncated: new(next != nil), Marker: next}, nil
}
