package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// SetDefaultPolicyVersion makes another version of a managed policy the one
// that counts, for all that use the policy.
func (s *Service) SetDefaultPolicyVersion(ctx context.Context, call *api.Call, in *iamapi.SetDefaultPolicyVersionRequest) (*iamapi.SetDefaultPolicyVersionOutput, error) {
	p, err := s.permittedOwn(ctx, call, "iam:SetDefaultPolicyVersion", in.PolicyArn)
	if err != nil {
		return nil, err
	}
	err = s.changePolicy(ctx, p, func(_ kv.Tx, p *policy) error {
		if p.version(in.VersionId) < 0 {
			return noSuchVersion(in.PolicyArn, in.VersionId)
		}
		p.Default = in.VersionId
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.SetDefaultPolicyVersionOutput{}, nil
}
