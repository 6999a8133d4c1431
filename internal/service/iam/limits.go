package iam

import (
	"fmt"

	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/awserr"
)

// AWS's default quotas. Sizes are in characters, white space not counted.
const (
	maxAccessKeysPerUser  = 2
	maxGroupsPerUser      = 10
	maxPoliciesPerEntity  = 10
	maxVersionsPerPolicy  = 5
	maxTags               = 50
	maxManagedPolicySize  = 6144
	maxTrustPolicySize    = 2048
	maxUserPoliciesSize   = 2048
	maxGroupPoliciesSize  = 5120
	maxRolePoliciesSize   = 10240
	defaultSessionSeconds = 3600
)

// maxInlineSize is how large all inline policies of an entity may be together.
func maxInlineSize(k kind) int {
	switch k {
	case kindRole:
		return maxRolePoliciesSize
	case kindGroup:
		return maxGroupPoliciesSize
	default:
		return maxUserPoliciesSize
	}
}

// exceeds says that a quota of AWS is used up.
func exceeds(quota string, limit int) *awserr.Error {
	return iamapi.LimitExceededException(fmt.Sprintf("Cannot exceed quota for %s: %d", quota, limit))
}
