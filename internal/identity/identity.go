// Package identity decides whether a caller may do what it asks.
//
//   - identity.go: the [Authorizer], which gathers the policies that have a say
//     and asks package policy;
//   - assume.go:   the same question for those who want to assume a role;
//   - judge.go:    what one document says by itself;
//   - context.go:  condition keys, from the call and from what a service adds;
//   - cache.go:    compiled documents, by their text.
//
// The root of an account may do all in it. Users and sessions of roles may do
// what their policies say, services and the anonymous what the policy of the
// resource says. A document that cannot be read allows nothing and stops
// everything it might have denied.
//
// The package does not know how users and roles are stored: [Policies] tells
// what binds them, at each decision anew. Its two sub-packages know even less:
// sigv4 tells who signed, policy judges.
package identity

import (
	"context"
	"fmt"
	"strings"

	"cloudless/internal/api"
	"cloudless/internal/awserr"
	"cloudless/internal/clock"
	"cloudless/internal/identity/policy"
)

// Policies tells which documents bind a principal.
type Policies interface {
	// Policies returns the documents of a user or of an assumed role, as they
	// count now. A principal that is unknown has none.
	Policies(ctx context.Context, principal api.Principal) (Documents, error)
}

// Documents are the policy documents that bind a principal.
type Documents struct {
	Identity []string // embedded and attached, those of a user's groups too
	Boundary *string  // the permissions boundary, or nil

	// Version is another number whenever the documents are others: what was
	// compiled of those that had the same is not compiled again. 0 is no version.
	Version uint64
}

// Authorizer is the [api.Authorizer] of the program. Its methods may be called
// from any number of goroutines.
type Authorizer struct {
	policies Policies
	clock    clock.Clock
	compiled *cache
	bound    boundCache
}

// New returns an authorizer that asks policies what binds a caller.
func New(policies Policies, c clock.Clock) *Authorizer {
	return &Authorizer{policies: policies, clock: c, compiled: newCache(maxCachedBytes)}
}

// Authorize returns nil if the caller may do action, such as
// "dynamodb:PutItem", to the resource of that ARN, and else AWS's refusal.
//
// The resource belongs to the account in its ARN. Where an ARN has none, as
// those of S3, the fact aws:ResourceAccount tells it; else it is taken to be
// the account of the call.
func (a *Authorizer) Authorize(ctx context.Context, call *api.Call, action, resource string, facts ...api.Fact) error {
	if isRootAtHome(call, resource, facts) {
		return nil
	}
	r := request(call, action, resource, facts)
	if document := attached(facts); document != "" && !maySeeToPolicy(r) {
		var err error
		if r.Attached, err = a.compiled.get(document, policy.Resource); err != nil {
			return fmt.Errorf("read the policy of %s: %w", resource, err)
		}
	}
	return a.decide(ctx, call, r, facts)
}

// isRootAtHome reports whether the root of an account acts on a resource of
// that account which has no policy of its own. It may, without a further look:
// nothing else could forbid it.
func isRootAtHome(call *api.Call, resource string, facts []api.Fact) bool {
	p := call.Principal
	if p.Type != api.PrincipalAccount || len(p.SessionPolicies) > 0 {
		return false
	}
	owner := accountOf(resource)
	for _, f := range facts {
		if f.ResourcePolicy != "" {
			return false
		}
		if strings.EqualFold(f.Key, keyResourceAccount) && len(f.Values) == 1 {
			owner = f.Values[0]
		}
	}
	return owner == p.Account || owner == "" && call.Account == p.Account
}

// maySeeToPolicy reports whether the root of an account looks after the policy
// of a bucket. No such policy can lock the root out.
func maySeeToPolicy(r *policy.Request) bool {
	if r.Principal.Type != policy.Root || r.Principal.Account != r.Account {
		return false
	}
	switch r.Action {
	case "s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy":
		return true
	}
	return false
}

// decide adds what binds the caller to the request, and what the policies may
// ask of the circumstances, and judges it.
func (a *Authorizer) decide(ctx context.Context, call *api.Call, r *policy.Request, facts []api.Fact) error {
	if t := r.Principal.Type; t == policy.User || t == policy.AssumedRole {
		if err := a.gather(ctx, call.Principal, r); err != nil {
			return err
		}
	}
	if asks(r) {
		r.Context = a.context(call, r, facts)
	}
	if d := policy.Evaluate(r); !d.Allowed {
		return refusal(call, r, d)
	}
	return nil
}

// gather compiles the documents that bind a principal.
func (a *Authorizer) gather(ctx context.Context, p api.Principal, r *policy.Request) error {
	documents, err := a.policies.Policies(ctx, p)
	if err != nil {
		return fmt.Errorf("find the policies of %s: %w", p.ARN, err)
	}
	b := a.bound.get(documents.Version)
	if b == nil {
		if b, err = a.compileBound(documents, p); err != nil {
			return err
		}
		a.bound.put(documents.Version, b)
	}
	r.Identity, r.Boundary = b.identity, b.boundary
	if r.Session, err = a.compile(p.SessionPolicies); err != nil {
		return fmt.Errorf("read the session policies of %s: %w", p.ARN, err)
	}
	return nil
}

// compileBound compiles the documents that bind a principal.
func (a *Authorizer) compileBound(d Documents, p api.Principal) (*bound, error) {
	var b bound
	var err error
	if b.identity, err = a.compile(d.Identity); err != nil {
		return nil, fmt.Errorf("read the policies of %s: %w", p.ARN, err)
	}
	if d.Boundary != nil {
		if b.boundary, err = a.compiled.get(*d.Boundary, policy.Inline); err != nil {
			return nil, fmt.Errorf("read the permissions boundary of %s: %w", p.ARN, err)
		}
	}
	return &b, nil
}

// compile compiles documents. Of nil it makes nil, and of an empty list an
// empty one: a session with no policies left may do nothing.
func (a *Authorizer) compile(documents []string) ([]*policy.Policy, error) {
	if documents == nil {
		return nil, nil
	}
	out := make([]*policy.Policy, len(documents))
	for i, d := range documents {
		var err error
		if out[i], err = a.compiled.get(d, policy.Inline); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// attached returns the document of the fact that has one.
func attached(facts []api.Fact) string {
	for _, f := range facts {
		if f.ResourcePolicy != "" {
			return f.ResourcePolicy
		}
	}
	return ""
}

// refusal says no in AWS's words. S3 writes the resource in quotes, and gives
// neither strangers nor the anonymous any reason.
func refusal(call *api.Call, r *policy.Request, d policy.Decision) error {
	resource := r.Resource
	if strings.HasPrefix(r.Action, "s3:") {
		if r.Principal.Account != r.Account {
			return awserr.AccessDenied("Access Denied")
		}
		resource = `"` + resource + `"`
	}
	return awserr.AccessDenied("User: " + nameOf(call) + " is not authorized to perform: " + r.Action +
		" on resource: " + resource + " " + d.Reason(r.Action))
}

// nameOf returns how a refusal names the caller.
func nameOf(call *api.Call) string {
	switch call.Principal.Type {
	case api.PrincipalAnonymous:
		return "anonymous"
	case api.PrincipalService:
		return serviceOf(call)
	}
	return call.Principal.ARN
}
