package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// ListUsers lists the users of the account, below a path, by name.
func (s *Service) ListUsers(ctx context.Context, call *api.Call, in *iamapi.ListUsersRequest) (*iamapi.ListUsersResponse, error) {
	if err := s.authz.Authorize(ctx, call, "iam:ListUsers", kindUser.arn(call.Account, pathOr(in.PathPrefix), "")); err != nil {
		return nil, err
	}
	found, next, err := s.list(ctx, call.Account, kindUser, in.PathPrefix, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListUsersResponse{Users: []iamapi.User{}, IsTruncated: new(next != nil), Marker: next}
	for _, e := range found {
		out.Users = append(out.Users, userShape(e))
	}
	return out, nil
}
