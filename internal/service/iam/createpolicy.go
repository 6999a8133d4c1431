package iam

import (
	"context"
	"errors"
	"fmt"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// CreatePolicy makes a managed policy of the account, and its version v1.
func (s *Service) CreatePolicy(ctx context.Context, call *api.Call, in *iamapi.CreatePolicyRequest) (*iamapi.CreatePolicyResponse, error) {
	now := s.now()
	p := &policy{
		Form: policyForm, Account: call.Account, ID: newID(s.clock, policyIDPrefix),
		Name: in.PolicyName, Path: pathOr(in.Path), Description: deref(in.Description),
		Created: now, Updated: now, Default: "v1", Versions: []version{{ID: "v1", Created: now}}, Last: 1,
	}
	if err := s.authz.Authorize(ctx, call, "iam:CreatePolicy", p.arn(), tagFacts(in.Tags)...); err != nil {
		return nil, err
	}
	if err := s.checkManaged(in.PolicyDocument); err != nil {
		return nil, err
	}
	var err error
	if p.Tags, err = addTags(nil, in.Tags); err != nil {
		return nil, err
	}
	key := policyKey(call.Account, in.PolicyName)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		switch _, err := tx.Get(key); {
		case err == nil:
			return iamapi.EntityAlreadyExistsException(fmt.Sprintf("A policy called %s already exists. Duplicate names are not allowed.", in.PolicyName))
		case !errors.Is(err, kv.ErrNotFound):
			return err
		}
		tx.Set(documentKey(p.Account, p.ID, "v1"), []byte(in.PolicyDocument))
		return put(tx, key, p)
	})
	if err != nil {
		return nil, err
	}
	shape := p.shape(0, 0)
	shape.Tags = p.Tags
	return &iamapi.CreatePolicyResponse{Policy: &shape}, nil
}

// checkManaged refuses what is no document for a managed policy, or too long.
func (s *Service) checkManaged(document string) error {
	if err := s.check(document, ManagedDocument); err != nil {
		return err
	}
	if size(document) > maxManagedPolicySize {
		return exceeds("PolicySize", maxManagedPolicySize)
	}
	return nil
}
