package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// ListAttachedGroupPolicies lists the managed policies of a group.
func (s *Service) ListAttachedGroupPolicies(ctx context.Context, call *api.Call, in *iamapi.ListAttachedGroupPoliciesRequest) (*iamapi.ListAttachedGroupPoliciesResponse, error) {
	e, err := s.permitted(ctx, call, "iam:ListAttachedGroupPolicies", kindGroup, in.GroupName)
	if err != nil {
		return nil, err
	}
	policies, next, err := attached(e, in.PathPrefix, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListAttachedGroupPoliciesResponse{AttachedPolicies: policies, IsTruncated: new(next != nil), Marker: next}, nil
}
