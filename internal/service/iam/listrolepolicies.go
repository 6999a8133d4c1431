package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// ListRolePolicies lists the names of the policies embedded in a role.
func (s *Service) ListRolePolicies(ctx context.Context, call *api.Call, in *iamapi.ListRolePoliciesRequest) (*iamapi.ListRolePoliciesResponse, error) {
	e, err := s.permitted(ctx, call, "iam:ListRolePolicies", kindRole, in.RoleName)
	if err != nil {
		return nil, err
	}
	names, next, err := inlineNames(e, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListRolePoliciesResponse{PolicyNames: names, IsTruncated: new(next != nil), Marker: next}, nil
}
