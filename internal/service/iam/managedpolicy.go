package iam

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/awserr"
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
	Updated     time.Time    // when its newest version was made
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

// reloadPolicy reads a policy again that was found before.
func reloadPolicy(r kv.Reader, found *policy) (*policy, error) {
	b, err := r.Get(policyKey(found.Account, found.Name))
	if errors.Is(err, kv.ErrNotFound) {
		return nil, notFound(found.arn())
	}
	if err != nil {
		return nil, err
	}
	p, err := decode[policy](b)
	if err == nil && p.ID != found.ID {
		return nil, notFound(found.arn())
	}
	return p, err
}

// changePolicy calls f with the present state of a policy that was found
// before, and stores what f made of it.
func (s *Service) changePolicy(ctx context.Context, found *policy, f func(tx kv.Tx, p *policy) error) error {
	key := policyKey(found.Account, found.Name)
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		p, err := reloadPolicy(tx, found)
		if err != nil {
			return err
		}
		if err := f(tx, p); err != nil {
			return err
		}
		return put(tx, key, p)
	})
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

// notFound says that there is no such managed policy.
func notFound(arn string) *awserr.Error {
	return iamapi.NoSuchEntityException(fmt.Sprintf("Policy %s was not found.", arn))
}

func notAttachable(arn string) *awserr.Error {
	return iamapi.NoSuchEntityException(fmt.Sprintf("Policy %s does not exist or is not attachable.", arn))
}
