package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// ListUserPolicies lists the names of the policies embedded in a user.
func (s *Service) ListUserPolicies(ctx context.Context, call *api.Call, in *iamapi.ListUserPoliciesRequest) (*iamapi.ListUserPoliciesResponse, error) {
	e, err := s.permitted(ctx, call, "iam:ListUserPolicies", kindUser, in.UserName)
	if err != nil {
		return nil, err
	}
	names, next, err := inlineNames(e, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListUserPoliciesResponse{PolicyNames: names, IsTruncated: new(next != nil), Marker: next}, nil
}
