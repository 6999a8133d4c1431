package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// DeletePolicy deletes a managed policy of the account that nothing uses and
// of which the default version alone is left.
func (s *Service) DeletePolicy(ctx context.Context, call *api.Call, in *iamapi.DeletePolicyRequest) (*iamapi.DeletePolicyOutput, error) {
	p, err := s.permittedOwn(ctx, call, "iam:DeletePolicy", in.PolicyArn)
	if err != nil {
		return nil, err
	}
	key := policyKey(p.Account, p.Name)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		now, err := reloadPolicy(tx, p)
		if err != nil {
			return err
		}
		// Who attaches the policy claims it, so nobody does meanwhile.
		for _, err := range tx.Scan(kv.Prefix(usesPrefix(p.Account, p.arn()))) {
			if err != nil {
				return err
			}
			return iamapi.DeleteConflictException("Cannot delete a policy attached to entities.")
		}
		if len(now.Versions) > 1 {
			return iamapi.DeleteConflictException("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
		}
		tx.Delete(documentKey(now.Account, now.ID, now.Default))
		tx.Delete(key)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.DeletePolicyOutput{}, nil
}
