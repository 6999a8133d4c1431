package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// ListGroupPolicies lists the names of the policies embedded in a group.
func (s *Service) ListGroupPolicies(ctx context.Context, call *api.Call, in *iamapi.ListGroupPoliciesRequest) (*iamapi.ListGroupPoliciesResponse, error) {
	e, err := s.permitted(ctx, call, "iam:ListGroupPolicies", kindGroup, in.GroupName)
	if err != nil {
		return nil, err
	}
	names, next, err := inlineNames(e, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListGroupPoliciesResponse{PolicyNames: names, IsTruncated: new(next != nil), Marker: next}, nil
}
