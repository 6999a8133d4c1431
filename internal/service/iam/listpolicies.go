package iam

import (
	"context"
	"strings"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// ListPolicies lists managed policies: those of the account by name, and then
// those of AWS.
func (s *Service) ListPolicies(ctx context.Context, call *api.Call, in *iamapi.ListPoliciesRequest) (*iamapi.ListPoliciesResponse, error) {
	if err := s.authz.Authorize(ctx, call, "iam:ListPolicies", "policy path "+pathOr(in.PathPrefix)); err != nil {
		return nil, err
	}
	p, err := newPage(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListPoliciesResponse{Policies: []iamapi.Policy{}}
	err = s.store.View(ctx, func(r kv.Reader) error {
		wanted, err := s.policiesInScope(r, call.Account, in)
		if err != nil {
			return err
		}
		var onPage []managedPolicy
		onPage, out.Marker = cut(p, wanted, managedPolicy.sortKey)
		for _, m := range onPage {
			shape, err := m.counted(r, call.Account)
			if err != nil {
				return err
			}
			out.Policies = append(out.Policies, shape)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.IsTruncated = new(out.Marker != nil)
	return out, nil
}

// policiesInScope returns all policies that a request is about, sorted.
func (s *Service) policiesInScope(r kv.Reader, account string, in *iamapi.ListPoliciesRequest) (wanted []managedPolicy, err error) {
	var inUse map[string]bool // nil when it does not matter
	if deref(in.OnlyAttached) || in.PolicyUsageFilter != "" {
		if inUse, err = used(r, account, usage(in.PolicyUsageFilter)); err != nil {
			return nil, err
		}
	}
	want := func(m managedPolicy) {
		if strings.HasPrefix(m.path(), deref(in.PathPrefix)) && (inUse == nil || inUse[m.arn()]) {
			wanted = append(wanted, m)
		}
	}
	if in.Scope != "AWS" {
		for pair, err := range r.Scan(kv.Prefix(policyPrefix(account))) {
			if err != nil {
				return nil, err
			}
			own, err := decode[policy](pair.Value)
			if err != nil {
				return nil, err
			}
			want(managedPolicy{own: own})
		}
	}
	if in.Scope != "Local" {
		all, err := s.managed.All()
		if err != nil {
			return nil, err
		}
		for i := range all {
			want(managedPolicy{aws: &all[i]})
		}
	}
	return wanted, nil
}
