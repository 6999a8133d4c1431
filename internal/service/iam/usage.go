package iam

import (
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// usage is the way in which an entity uses a managed policy.
type usage string

const (
	usagePermissions usage = "PermissionsPolicy"
	usageBoundary    usage = "PermissionsBoundary"
)

// uses counts the entities of an account that use a policy in one way.
func uses(r kv.Reader, account, policyARN string, u usage) (n int64, err error) {
	return count(r, attachedPrefix(account, policyARN, u))
}

// count counts the keys that begin with prefix.
func count(r kv.Reader, prefix []byte) (n int64, err error) {
	for _, err := range r.Scan(kv.Prefix(prefix)) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// used returns the ARNs of the policies that entities of the account use. It
// leaps from policy to policy, however many entities use each.
func used(r kv.Reader, account string, u usage) (map[string]bool, error) {
	found := make(map[string]bool)
	all := kv.Prefix(usedPrefix(account))
	for at := all; ; {
		arn, err := firstUsed(r, at, len(all.Start))
		if err != nil || arn == "" {
			return found, err
		}
		if u != "" {
			n, err := uses(r, account, arn, u)
			if err != nil {
				return nil, err
			}
			found[arn] = n > 0
		} else {
			found[arn] = true
		}
		at.Start = kv.PrefixEnd(usesPrefix(account, arn))
	}
}

// firstUsed returns the policy of the first key in a range of uses, or "".
func firstUsed(r kv.Reader, in kv.Range, prefix int) (string, error) {
	for pair, err := range r.Scan(in) {
		if err != nil {
			return "", err
		}
		elems, err := keys.Decode(pair.Key[prefix:])
		if err != nil {
			return "", err
		}
		return elems[0].(string), nil
	}
	return "", nil
}
