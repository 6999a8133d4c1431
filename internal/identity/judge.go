package identity

import (
	"context"
	"fmt"

	"cloudless/internal/api"
	"cloudless/internal/identity/policy"
)

// Judge tells what one document says of a call by itself, whoever calls: one of
// kind [policy.Inline] as if it bound the caller, one of kind [policy.Resource]
// as the policy of the resource in front of somebody who is not known. It is
// for services that have rules of their own about which documents count.
func (a *Authorizer) Judge(_ context.Context, call *api.Call, document string, kind policy.Kind, action, resource string, facts ...api.Fact) (policy.Decision, error) {
	p, err := a.compiled.get(document, kind)
	if err != nil {
		return policy.Decision{}, fmt.Errorf("read a policy for %s: %w", resource, err)
	}
	r := request(call, action, resource, facts)
	if kind == policy.Resource {
		r.Principal, r.Attached = policy.Principal{Type: policy.Anonymous}, p
	} else {
		r.Principal, r.Identity = policy.Principal{Type: policy.User, Account: r.Account}, []*policy.Policy{p}
	}
	if asks(r) {
		r.Context = a.context(call, r, facts)
	}
	return policy.Evaluate(r), nil
}
