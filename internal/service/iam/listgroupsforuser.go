package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// ListGroupsForUser lists the groups that a user is in, by name.
func (s *Service) ListGroupsForUser(ctx context.Context, call *api.Call, in *iamapi.ListGroupsForUserRequest) (*iamapi.ListGroupsForUserResponse, error) {
	u, err := s.permitted(ctx, call, "iam:ListGroupsForUser", kindUser, in.UserName)
	if err != nil {
		return nil, err
	}
	p, err := newPage(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	groups, err := view(ctx, s, func(r kv.Reader) ([]*entity, error) { return loadThere(r, u.Account, u.Groups) })
	if err != nil {
		return nil, err
	}
	onPage, next := cut(p, groups, func(g *entity) string { return lower(g.Name) })
	out := &iamapi.ListGroupsForUserResponse{Groups: []iamapi.Group{}, IsTruncated: new(next != nil), Marker: next}
	for _, g := range onPage {
		out.Groups = append(out.Groups, groupShape(g))
	}
	return out, nil
}
