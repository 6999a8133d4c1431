package lambda

import (
	"context"
	"regexp"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// AddPermission lets an AWS service, an account or a principal invoke a
// function, or a version or alias of it.
func (s *Service) AddPermission(ctx context.Context, call *api.Call, in *lambdaapi.AddPermissionRequest) (*lambdaapi.AddPermissionResponse, error) {
	n, err := parseName(call, in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	facts := append(given("lambda:Principal", in.Principal), given("lambda:FunctionUrlAuthType", in.FunctionUrlAuthType)...)
	if err := s.authorize(ctx, call, "AddPermission", n, facts...); err != nil {
		return nil, err
	}
	if n.qualifier == latest {
		return nil, lambdaapi.InvalidParameterValueException("We currently do not support adding policies for $LATEST.")
	}
	st, err := statementOf(in, n.qualifiedARN())
	if err != nil {
		return nil, err
	}
	if err := s.checkPrincipal(ctx, call, in.Principal); err != nil {
		return nil, err
	}
	if err := s.changePolicy(ctx, n, in.RevisionId, func(p *policy) error { return p.add(st) }); err != nil {
		return nil, err
	}
	return &lambdaapi.AddPermissionResponse{Statement: new(plainJSON(st))}, nil
}

// principalForms are the ARNs of users and roles, with their account caught.
var principalForms = regexp.MustCompile(`^arn:aws:iam::(\d{12}):(?:user|role)/.`)

// checkPrincipal refuses users and roles of the caller's account that are not
// there. Those of others may be on the real AWS, where a policy is made for.
func (s *Service) checkPrincipal(ctx context.Context, call *api.Call, principal string) error {
	parts := principalForms.FindStringSubmatch(principal)
	if parts == nil || parts[1] != call.Account || s.principals == nil {
		return nil
	}
	exists, err := s.principals.Exists(ctx, principal)
	if err != nil || exists {
		return err
	}
	return invalidPrincipal()
}

// changePolicy changes the policy of a function, a version or an alias. Its
// revision is that of what it is attached to, which gets a new one.
func (s *Service) changePolicy(ctx context.Context, n name, given *string, alter func(*policy) error) error {
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{n.key()}}, func(tx kv.Tx) error {
		h, err := readHolder(tx, n)
		if err != nil {
			return err
		}
		if err := checkPolicyRevision(*h.revision, given, "GetPolicy"); err != nil {
			return err
		}
		if err := alter(h.policy); err != nil {
			return err
		}
		*h.revision = s.newID()
		return writeRecord(tx, h.key, h.record)
	})
}

// holder is what a policy is attached to.
type holder struct {
	key      []byte
	record   any // to be written under key
	policy   *policy
	revision *string
}

// readHolder returns what is named: the function, a version, or an alias.
func readHolder(r kv.Reader, n name) (holder, error) {
	if n.qualifier == "" || n.qualifier == latest || isVersion(n.qualifier) {
		f, err := readFunction(r, n)
		if err != nil {
			return holder{}, err
		}
		return holder{f.key(), f, &f.Policy, &f.RevisionID}, nil
	}
	if _, err := readFunction(r, n.unqualified()); err != nil {
		return holder{}, notFound(n.qualifiedARN())
	}
	a, err := readAlias(r, n, noSuchAlias(n))
	if err != nil {
		return holder{}, err
	}
	return holder{a.key(), a, &a.Policy, &a.RevisionID}, nil
}
