package iam

import (
	"context"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// GetAccountSummary counts what there is in the account, beside AWS's quotas.
func (s *Service) GetAccountSummary(ctx context.Context, call *api.Call, _ *iamapi.GetAccountSummaryInput) (*iamapi.GetAccountSummaryResponse, error) {
	if err := s.authz.Authorize(ctx, call, "iam:GetAccountSummary", "*"); err != nil {
		return nil, err
	}
	summary := map[string]int64{
		"AccessKeysPerUserQuota":        maxAccessKeysPerUser,
		"AssumeRolePolicySizeQuota":     maxTrustPolicySize,
		"AttachedPoliciesPerGroupQuota": maxPoliciesPerEntity,
		"AttachedPoliciesPerRoleQuota":  maxPoliciesPerEntity,
		"AttachedPoliciesPerUserQuota":  maxPoliciesPerEntity,
		"GroupPolicySizeQuota":          maxGroupPoliciesSize,
		"GroupsPerUserQuota":            maxGroupsPerUser,
		"PolicySizeQuota":               maxManagedPolicySize,
		"RolePolicySizeQuota":           maxRolePoliciesSize,
		"UserPolicySizeQuota":           maxUserPoliciesSize,
		"VersionsPerPolicyQuota":        maxVersionsPerPolicy,
	}
	err := s.store.View(ctx, func(r kv.Reader) error {
		for name, prefix := range map[string][]byte{
			"Roles":            namePrefix(call.Account, kindRole),
			"Users":            namePrefix(call.Account, kindUser),
			"Groups":           namePrefix(call.Account, kindGroup),
			"Policies":         policyPrefix(call.Account),
			"InstanceProfiles": namePrefix(call.Account, kindProfile),
		} {
			n, err := count(r, prefix)
			if err != nil {
				return err
			}
			summary[name] = n
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.GetAccountSummaryResponse{SummaryMap: summary}, nil
}
