package iam

import (
	"context"
	"fmt"
	"strings"

	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// setBoundary makes a managed policy the permissions boundary of an entity.
func (s *Service) setBoundary(ctx context.Context, e *entity, arn string) error {
	n, err := parseBoundary(arn)
	if err != nil {
		return err
	}
	return s.change(ctx, e, n.claims(), func(tx kv.Tx, e *entity) error {
		if err := e.unprotected(); err != nil {
			return err
		}
		return s.bound(tx, e, n)
	})
}

// bound sets the boundary of an entity whose record the transaction writes.
func (s *Service) bound(tx kv.Tx, e *entity, n policyName) error {
	if err := s.attachable(tx, e.Account, n, outOfScope(n.arn)); err != nil {
		return err
	}
	if e.Boundary == n.arn {
		return nil
	}
	unbound(tx, e)
	e.Boundary = n.arn
	tx.Set(attachedKey(e.Account, n.arn, usageBoundary, e.ID), nil)
	return nil
}

// removeBoundary takes the permissions boundary from an entity.
func (s *Service) removeBoundary(ctx context.Context, e *entity) error {
	return s.change(ctx, e, kv.Claims{}, func(tx kv.Tx, e *entity) error {
		if err := e.unprotected(); err != nil {
			return err
		}
		if e.Boundary == "" {
			return iamapi.NoSuchEntityException(fmt.Sprintf("%s %s does not have a permissions boundary.", e.Kind.title(), e.Name))
		}
		unbound(tx, e)
		return nil
	})
}

// unbound takes the boundary, if there is one, from an entity whose record the
// transaction writes.
func unbound(tx kv.Tx, e *entity) {
	if e.Boundary != "" {
		tx.Delete(attachedKey(e.Account, e.Boundary, usageBoundary, e.ID))
		e.Boundary = ""
	}
}

// parseBoundary reads the ARN of a policy that is to be a boundary.
func parseBoundary(arn string) (policyName, error) {
	n, err := parsePolicyName(arn)
	if err != nil || !strings.HasPrefix(arn, "arn:aws:iam::") {
		return policyName{}, iamapi.InvalidInputException(fmt.Sprintf("ARN %s is not valid.", arn))
	}
	return n, nil
}

func outOfScope(arn string) *awserr.Error {
	return iamapi.NoSuchEntityException(fmt.Sprintf("Scope ARN: %s does not exist or is not attachable.", arn))
}

// boundaryOf returns the boundary of an entity as the API shows it, or nil.
func boundaryOf(e *entity) *iamapi.AttachedPermissionsBoundary {
	if e.Boundary == "" {
		return nil
	}
	return &iamapi.AttachedPermissionsBoundary{
		PermissionsBoundaryArn: &e.Boundary,
		// The model's enumeration says PermissionsBoundaryPolicy, AWS this.
		PermissionsBoundaryType: "Policy",
	}
}
