package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// UpdateAssumeRolePolicy replaces the trust policy of a role.
func (s *Service) UpdateAssumeRolePolicy(ctx context.Context, call *api.Call, in *iamapi.UpdateAssumeRolePolicyRequest) (*iamapi.UpdateAssumeRolePolicyOutput, error) {
	e, err := s.permitted(ctx, call, "iam:UpdateAssumeRolePolicy", kindRole, in.RoleName)
	if err != nil {
		return nil, err
	}
	if err := s.checkTrust(in.PolicyDocument); err != nil {
		return nil, err
	}
	err = s.change(ctx, e, kv.Claims{}, func(_ kv.Tx, e *entity) error {
		if err := e.unprotected(); err != nil {
			return err
		}
		e.Trust = in.PolicyDocument
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.UpdateAssumeRolePolicyOutput{}, nil
}
