package iam

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// policyName is the ARN of a managed policy, taken apart.
type policyName struct {
	arn     string
	account string // 12 digits, or "aws" for AWS's own
	path    string
	name    string
}

// parsePolicyName reads the ARN of a managed policy.
func parsePolicyName(arn string) (policyName, error) {
	f := strings.SplitN(arn, ":", 6)
	if len(f) != 6 || f[0] != "arn" || f[2] != "iam" || f[3] != "" || f[4] == "" || !strings.HasPrefix(f[5], "policy/") {
		// AWS writes two spaces.
		return policyName{}, awserr.Validation("Invalid ARN:  Could not be parsed!")
	}
	path := strings.TrimPrefix(f[5], "policy")
	slash := strings.LastIndexByte(path, '/')
	return policyName{arn: arn, account: f[4], path: path[:slash+1], name: path[slash+1:]}, nil
}

// byAWS tells whether AWS manages the policy.
func (n policyName) byAWS() bool { return n.account == "aws" }

// claims are the keys that must stay as they are for the policy to stay: none
// for a policy of AWS's.
func (n policyName) claims() kv.Claims {
	if n.byAWS() {
		return kv.Claims{}
	}
	return kv.Claims{Read: [][]byte{policyKey(n.account, n.name)}}
}

// policy is a customer managed policy, as it lies in the store.
type policy struct {
	Form        int    // of this record: 1
	Account     string // 12 digits
	ID          string // "ANPA…"
	Name        string
	Path        string
	Description string `json:",omitempty"`
	Created     time.Time
	Updated     time.Time    // when the default version was last made or chosen
	Default     string       // the id of the version that counts, such as "v2"
	Versions    []version    // the oldest first, never empty
	Last        int          // the number of the version that was made last
	Tags        []iamapi.Tag `json:",omitempty"` // sorted by key
}

// version is one version of a policy; its document lies by itself.
type version struct {
	ID      string // "v1"
	Created time.Time
}

const policyForm = 1

func (p *policy) arn() string { return "arn:aws:iam::" + p.Account + ":policy" + p.Path + p.Name }

// version returns the place of a version, or -1.
func (p *policy) version(id string) int {
	return slices.IndexFunc(p.Versions, func(v version) bool { return v.ID == id })
}

// findPolicy returns the customer managed policy of that ARN, or kv.ErrNotFound.
func findPolicy(r kv.Reader, account string, n policyName) (*policy, error) {
	if n.account != account {
		return nil, kv.ErrNotFound
	}
	b, err := r.Get(policyKey(account, n.name))
	if err != nil {
		return nil, err
	}
	p, err := decode[policy](b)
	if err != nil {
		return nil, err
	}
	if p.arn() != n.arn {
		return nil, kv.ErrNotFound
	}
	return p, nil
}

// attachable returns nil if an entity of the account may use the policy, else
// refused, or PolicyNotAttachable for the policies that only services use.
func (s *Service) attachable(r kv.Reader, account string, n policyName, refused *awserr.Error) error {
	if !n.byAWS() {
		_, err := findPolicy(r, account, n)
		if errors.Is(err, kv.ErrNotFound) {
			return refused
		}
		return err
	}
	p, err := s.managed.Lookup(n.arn)
	switch {
	case err != nil:
		return err
	case p == nil:
		return refused
	case p.Path == "/aws-service-role/":
		return iamapi.PolicyNotAttachableException("Cannot attach a Service Role Policy to a Customer Role.")
	}
	return nil
}

// documentOf returns the document that a managed policy has now, or
// kv.ErrNotFound. Records are read through r, so that it may take note of what
// the answer depends on; documents never change.
func (s *Service) documentOf(r, documents kv.Reader, account string, n policyName) (string, error) {
	if n.byAWS() {
		p, err := s.managed.Lookup(n.arn)
		if err != nil {
			return "", err
		}
		if p == nil {
			return "", kv.ErrNotFound
		}
		return s.managed.Document(p)
	}
	p, err := findPolicy(r, account, n)
	if err != nil {
		return "", err
	}
	b, err := documents.Get(documentKey(account, p.ID, p.Default))
	return string(b), err
}

// usage is the way in which an entity uses a managed policy.
type usage string

const (
	usagePermissions usage = "PermissionsPolicy"
	usageBoundary    usage = "PermissionsBoundary"
)

// uses counts the entities of an account that use a policy in one way.
func uses(r kv.Reader, account, policyARN string, u usage) (n int64, err error) {
	for _, err := range r.Scan(kv.Prefix(attachedPrefix(account, policyARN, u))) {
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

// notFound says that there is no such managed policy.
func notFound(arn string) *awserr.Error {
	return iamapi.NoSuchEntityException(fmt.Sprintf("Policy %s was not found.", arn))
}

func notAttachable(arn string) *awserr.Error {
	return iamapi.NoSuchEntityException(fmt.Sprintf("Policy %s does not exist or is not attachable.", arn))
}
