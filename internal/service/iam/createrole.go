package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// CreateRole makes a role that those may assume whom its trust policy admits.
func (s *Service) CreateRole(ctx context.Context, call *api.Call, in *iamapi.CreateRoleRequest) (*iamapi.CreateRoleResponse, error) {
	e := &entity{
		Form: entityForm, Account: call.Account, Kind: kindRole, ID: newID(s.clock, roleIDPrefix),
		Name: in.RoleName, Path: pathOr(in.Path), Created: s.now(),
		Trust: in.AssumeRolePolicyDocument, Description: deref(in.Description), MaxSessionSeconds: defaultSessionSeconds,
	}
	if in.MaxSessionDuration != nil {
		e.MaxSessionSeconds = *in.MaxSessionDuration
	}
	if err := s.authz.Authorize(ctx, call, "iam:CreateRole", e.arn(), creationFacts(in.Tags, in.PermissionsBoundary)...); err != nil {
		return nil, err
	}
	if err := s.checkTrust(in.AssumeRolePolicyDocument); err != nil {
		return nil, err
	}
	if err := s.createTagged(ctx, e, in.Tags, in.PermissionsBoundary); err != nil {
		return nil, err
	}
	shape := roleShape(e)
	// What was not asked for is left out of this answer; GetRole has it.
	shape.MaxSessionDuration, shape.Tags, shape.PermissionsBoundary = in.MaxSessionDuration, e.Tags, boundaryOf(e)
	return &iamapi.CreateRoleResponse{Role: &shape}, nil
}

// checkTrust refuses what is no trust policy, or too long for one.
func (s *Service) checkTrust(document string) error {
	if err := s.check(document, TrustDocument); err != nil {
		return err
	}
	if size(document) > maxTrustPolicySize {
		return exceeds("ACLSizePerRole", maxTrustPolicySize)
	}
	return nil
}

// createTagged stores a new entity with what it may be given at birth.
func (s *Service) createTagged(ctx context.Context, e *entity, tags []iamapi.Tag, boundary *string) (err error) {
	if e.Tags, err = addTags(nil, tags); err != nil {
		return err
	}
	if boundary == nil {
		return s.create(ctx, e, kv.Claims{}, func(kv.Tx) error { return nil })
	}
	n, err := parseBoundary(*boundary)
	if err != nil {
		return err
	}
	return s.create(ctx, e, n.claims(), func(tx kv.Tx) error {
		e.Boundary = ""
		return s.bound(tx, e, n)
	})
}

// creationFacts are what policies may ask of the making of a role or user.
func creationFacts(tags []iamapi.Tag, boundary *string) []api.Fact {
	facts := tagFacts(tags)
	if boundary != nil {
		facts = append(facts, boundaryFact(*boundary))
	}
	return facts
}
