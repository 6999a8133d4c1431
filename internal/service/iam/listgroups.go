package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
)

// ListGroups lists the groups of the account, below a path, by name.
func (s *Service) ListGroups(ctx context.Context, call *api.Call, in *iamapi.ListGroupsRequest) (*iamapi.ListGroupsResponse, error) {
	if err := s.authz.Authorize(ctx, call, "iam:ListGroups", kindGroup.arn(call.Account, pathOr(in.PathPrefix), "")); err != nil {
		return nil, err
	}
	found, next, err := s.list(ctx, call.Account, kindGroup, in.PathPrefix, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListGroupsResponse{Groups: []iamapi.Group{}, IsTruncated: new(next != nil), Marker: next}
	for _, e := range found {
		out.Groups = append(out.Groups, groupShape(e))
	}
	return out, nil
}
