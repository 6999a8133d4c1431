package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// ListAttachedRolePolicies lists the managed policies of a role.
func (s *Service) ListAttachedRolePolicies(ctx context.Context, call *api.Call, in *iamapi.ListAttachedRolePoliciesRequest) (*iamapi.ListAttachedRolePoliciesResponse, error) {
	e, err := s.permitted(ctx, call, "iam:ListAttachedRolePolicies", kindRole, in.RoleName)
	if err != nil {
		return nil, err
	}
	policies, next, err := attached(e, in.PathPrefix, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListAttachedRolePoliciesResponse{AttachedPolicies: policies, IsTruncated: new(next != nil), Marker: next}, nil
}
