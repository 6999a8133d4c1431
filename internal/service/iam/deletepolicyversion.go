package iam

import (
	"context"
	"slices"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// DeletePolicyVersion deletes a version of a managed policy other than the one
// that counts.
func (s *Service) DeletePolicyVersion(ctx context.Context, call *api.Call, in *iamapi.DeletePolicyVersionRequest) (*iamapi.DeletePolicyVersionOutput, error) {
	p, err := s.permittedOwn(ctx, call, "iam:DeletePolicyVersion", in.PolicyArn)
	if err != nil {
		return nil, err
	}
	err = s.changePolicy(ctx, p, func(tx kv.Tx, p *policy) error {
		at := p.version(in.VersionId)
		switch {
		case at < 0:
			return noSuchVersion(in.PolicyArn, in.VersionId)
		case p.Default == in.VersionId:
			return iamapi.DeleteConflictException("Cannot delete the default version of a policy.")
		}
		p.Versions = slices.Delete(p.Versions, at, at+1)
		tx.Delete(documentKey(p.Account, p.ID, in.VersionId))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.DeletePolicyVersionOutput{}, nil
}
