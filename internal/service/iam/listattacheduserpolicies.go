package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// ListAttachedUserPolicies lists the managed policies of a user.
func (s *Service) ListAttachedUserPolicies(ctx context.Context, call *api.Call, in *iamapi.ListAttachedUserPoliciesRequest) (*iamapi.ListAttachedUserPoliciesResponse, error) {
	e, err := s.permitted(ctx, call, "iam:ListAttachedUserPolicies", kindUser, in.UserName)
	if err != nil {
		return nil, err
	}
	policies, next, err := attached(e, in.PathPrefix, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListAttachedUserPoliciesResponse{AttachedPolicies: policies, IsTruncated: new(next != nil), Marker: next}, nil
}
