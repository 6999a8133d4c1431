package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// ListInstanceProfiles lists the profiles of the account, below a path, by name.
func (s *Service) ListInstanceProfiles(ctx context.Context, call *api.Call, in *iamapi.ListInstanceProfilesRequest) (*iamapi.ListInstanceProfilesResponse, error) {
	if err := s.authz.Authorize(ctx, call, "iam:ListInstanceProfiles", kindProfile.arn(call.Account, pathOr(in.PathPrefix), "")); err != nil {
		return nil, err
	}
	found, next, err := s.list(ctx, call.Account, kindProfile, in.PathPrefix, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	shapes, err := s.profileShapes(ctx, found)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListInstanceProfilesResponse{InstanceProfiles: shapes, IsTruncated: new(next != nil), Marker: next}, nil
}
