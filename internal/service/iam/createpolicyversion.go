package iam

import (
	"context"
	"fmt"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// CreatePolicyVersion adds a version to a managed policy of the account, as the
// one that counts if that is asked for.
func (s *Service) CreatePolicyVersion(ctx context.Context, call *api.Call, in *iamapi.CreatePolicyVersionRequest) (*iamapi.CreatePolicyVersionResponse, error) {
	p, err := s.permittedOwn(ctx, call, "iam:CreatePolicyVersion", in.PolicyArn)
	if err != nil {
		return nil, err
	}
	if err := s.checkManaged(in.PolicyDocument); err != nil {
		return nil, err
	}
	var shape iamapi.PolicyVersion
	err = s.changePolicy(ctx, p, func(tx kv.Tx, p *policy) error {
		if len(p.Versions) >= maxVersionsPerPolicy {
			return iamapi.LimitExceededException("A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.")
		}
		p.Last++
		v := version{ID: fmt.Sprintf("v%d", p.Last), Created: s.now()}
		p.Versions, p.Updated = append(p.Versions, v), v.Created
		if deref(in.SetAsDefault) {
			p.Default = v.ID
		}
		tx.Set(documentKey(p.Account, p.ID, v.ID), []byte(in.PolicyDocument))
		shape = v.shape(p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.CreatePolicyVersionResponse{PolicyVersion: &shape}, nil
}
