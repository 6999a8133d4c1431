package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// ListRoles lists the roles of the account, below a path, by name.
func (s *Service) ListRoles(ctx context.Context, call *api.Call, in *iamapi.ListRolesRequest) (*iamapi.ListRolesResponse, error) {
	if err := s.authz.Authorize(ctx, call, "iam:ListRoles", kindRole.arn(call.Account, pathOr(in.PathPrefix), "")); err != nil {
		return nil, err
	}
	found, next, err := s.list(ctx, call.Account, kindRole, in.PathPrefix, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListRolesResponse{Roles: []iamapi.Role{}, IsTruncated: new(next != nil), Marker: next}
	for _, e := range found {
		out.Roles = append(out.Roles, listedRole(e))
	}
	return out, nil
}
