package iam

import (
	"context"
	"slices"
	"strings"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// attach gives an entity a managed policy. Giving it twice is no error.
func (s *Service) attach(ctx context.Context, e *entity, arn string) error {
	n, err := parsePolicyName(arn)
	if err != nil {
		return err
	}
	return s.change(ctx, e, n.claims(), func(tx kv.Tx, e *entity) error {
		if err := e.unprotected(); err != nil {
			return err
		}
		at, attached := slices.BinarySearch(e.Attached, arn)
		if attached {
			return nil
		}
		if err := s.attachable(tx, e.Account, n, notAttachable(arn)); err != nil {
			return err
		}
		if len(e.Attached) >= maxPoliciesPerEntity {
			return exceeds("PoliciesPer"+e.Kind.title(), maxPoliciesPerEntity)
		}
		e.Attached = slices.Insert(e.Attached, at, arn)
		tx.Set(attachedKey(e.Account, arn, usagePermissions, e.ID), nil)
		return nil
	})
}

// detach takes a managed policy from an entity.
func (s *Service) detach(ctx context.Context, e *entity, arn string) error {
	if _, err := parsePolicyName(arn); err != nil {
		return err
	}
	return s.change(ctx, e, kv.Claims{}, func(tx kv.Tx, e *entity) error {
		if err := e.unprotected(); err != nil {
			return err
		}
		at, attached := slices.BinarySearch(e.Attached, arn)
		if !attached {
			return notFound(arn)
		}
		e.Attached = slices.Delete(e.Attached, at, at+1)
		tx.Delete(attachedKey(e.Account, arn, usagePermissions, e.ID))
		return nil
	})
}

// attached returns one page of an entity's managed policies below a path.
func attached(e *entity, pathPrefix, marker *string, maxItems *int64) (found []iamapi.AttachedPolicy, next *string, err error) {
	p, err := newPage(marker, maxItems)
	if err != nil {
		return nil, nil, err
	}
	var below []policyName
	for _, arn := range e.Attached {
		n, err := parsePolicyName(arn)
		if err != nil {
			return nil, nil, err
		}
		if strings.HasPrefix(n.path, deref(pathPrefix)) {
			below = append(below, n)
		}
	}
	onPage, next := cut(p, below, func(n policyName) string { return n.arn })
	found = []iamapi.AttachedPolicy{}
	for _, n := range onPage {
		found = append(found, iamapi.AttachedPolicy{PolicyArn: &n.arn, PolicyName: &n.name})
	}
	return found, next, nil
}

// policyFact is the fact that an operation is about this managed policy.
func policyFact(arn string) api.Fact { return api.Given("iam:PolicyARN", arn) }
