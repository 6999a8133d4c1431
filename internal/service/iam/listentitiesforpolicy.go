package iam

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// ListEntitiesForPolicy lists the roles, users and groups that use a managed
// policy, in the order of their ids.
func (s *Service) ListEntitiesForPolicy(ctx context.Context, call *api.Call, in *iamapi.ListEntitiesForPolicyRequest) (*iamapi.ListEntitiesForPolicyResponse, error) {
	policy, err := s.permittedPolicy(ctx, call, "iam:ListEntitiesForPolicy", in.PolicyArn)
	if err != nil {
		return nil, err
	}
	p, err := newPage(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	c := newCutter(p)
	out := &iamapi.ListEntitiesForPolicyResponse{
		PolicyGroups: []iamapi.PolicyGroup{}, PolicyRoles: []iamapi.PolicyRole{}, PolicyUsers: []iamapi.PolicyUser{},
	}
	err = s.store.View(ctx, func(r kv.Reader) error {
		ids, err := usersOf(r, call.Account, policy.arn(), usage(in.PolicyUsageFilter))
		if err != nil {
			return err
		}
		for _, id := range ids {
			if id <= p.after {
				continue
			}
			e, err := load(r, call.Account, id)
			if err != nil {
				return fmt.Errorf("load %s, which uses %s: %w", id, in.PolicyArn, err)
			}
			if !strings.HasPrefix(e.Path, deref(in.PathPrefix)) || in.EntityFilter != "" && in.EntityFilter != e.Kind.title() {
				continue
			}
			if !c.admits(id) {
				break
			}
			addEntity(out, e)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.Marker = c.marker()
	out.IsTruncated = new(out.Marker != nil)
	return out, nil
}

func addEntity(out *iamapi.ListEntitiesForPolicyResponse, e *entity) {
	switch e.Kind {
	case kindRole:
		out.PolicyRoles = append(out.PolicyRoles, iamapi.PolicyRole{RoleId: &e.ID, RoleName: &e.Name})
	case kindUser:
		out.PolicyUsers = append(out.PolicyUsers, iamapi.PolicyUser{UserId: &e.ID, UserName: &e.Name})
	case kindGroup:
		out.PolicyGroups = append(out.PolicyGroups, iamapi.PolicyGroup{GroupId: &e.ID, GroupName: &e.Name})
	}
}

// usersOf returns the ids of the entities that use a policy, in one way or,
// for "", in any, sorted.
func usersOf(r kv.Reader, account, policyARN string, u usage) (ids []string, err error) {
	for _, way := range []usage{usageBoundary, usagePermissions} {
		if u != "" && u != way {
			continue
		}
		prefix := attachedPrefix(account, policyARN, way)
		for pair, err := range r.Scan(kv.Prefix(prefix)) {
			if err != nil {
				return nil, err
			}
			id, err := lastString(pair.Key, prefix)
			if err != nil {
				return nil, err
			}
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
