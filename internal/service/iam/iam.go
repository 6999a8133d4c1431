// Package iam answers the IAM API: roles, users, groups, policies and access
// keys of an account.
//
// Each operation of the API is one file named after it (createrole.go,
// attachrolepolicy.go), with its handler first. Roles, users and groups have so
// much in common that one record serves them all, and what an operation does to
// any of the three is written once:
//
//   - entity.go, list.go: the record, and how it is found, changed and listed;
//   - attachment.go:  managed policies of an entity;
//   - inline.go:      policies embedded in an entity;
//   - boundary.go, tags.go, accesskeys.go, membership.go, instanceprofile.go:
//     what their names say;
//   - managedpolicy.go, policyshape.go, usage.go: policies that stand for
//     themselves, AWS's and the account's, and who uses them;
//   - role.go, linkedrole.go: what only roles have, and those that AWS makes for a service;
//   - account.go, keyuse.go: what is known of an account, and of the use of keys;
//   - policiesof.go:  the documents that bind a principal;
//   - memory.go:      what was read once, and is kept as long as it holds;
//   - document.go:    policy documents as text: checked, measured, escaped;
//   - ids.go, limits.go, page.go: ids as AWS draws them, its quotas, its pages;
//   - keys.go, record.go: where everything lies in the store, and in which form.
//
// Beside the API, three methods serve the rest of the program: [Service.Key]
// finds who holds an access key, [Service.PoliciesOf] gathers the documents
// that bind a principal, and [Service.Role] describes a role to whoever wants
// to assume it.
//
// The promise that others lean on: a change that was answered is seen by every
// decision that starts later. Key and PoliciesOf keep what they have read, but
// compare the records that it was read from each time.
//
// Sub-package managed carries AWS's own policies. The package knows nothing of
// signatures, and it does not evaluate policies: what a document means is for
// its [Documents] and its authorizer to say.
package iam

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"cloudless/internal/api"
	"cloudless/internal/clock"
	"cloudless/internal/service/iam/managed"
	"cloudless/internal/storage/kv"
)

// DocumentKind is what a policy document is to be used for. AWS demands
// different things of each kind.
type DocumentKind string

// The kinds of documents.
const (
	ManagedDocument DocumentKind = "managed" // a version of a managed policy
	InlineDocument  DocumentKind = "inline"  // embedded in a role, user or group
	TrustDocument   DocumentKind = "trust"   // who may assume a role
)

// Documents tells policy documents from other texts.
type Documents interface {
	// Check returns nil for a policy document of that kind, else an error
	// whose text is AWS's reason, such as "Syntax errors in policy.".
	Check(document string, kind DocumentKind) error
}

// Config is what the service is built of. All fields are required.
type Config struct {
	Store      kv.Store
	Clock      clock.Clock
	Authorizer api.Authorizer
	Documents  Documents
}

// Service is IAM. Its methods may be called from any number of goroutines.
type Service struct {
	store     kv.Store
	clock     clock.Clock
	authz     api.Authorizer
	documents Documents
	managed   *managed.Catalog
	keys      memory[string, api.Key] // by their ids
	policies  memory[principalID, *Policies]
	versions  atomic.Uint64 // of Policies: the last that was given
	uses      useLog
}

// New returns the service.
func New(c Config) *Service {
	return &Service{
		store: c.Store, clock: c.Clock, authz: c.Authorizer, documents: c.Documents,
		managed: managed.New(),
	}
}

// view reads the store for a function that returns a value.
func view[T any](ctx context.Context, s *Service, f func(kv.Reader) (T, error)) (T, error) {
	var out T
	err := s.store.View(ctx, func(r kv.Reader) (err error) {
		out, err = f(r)
		return err
	})
	return out, err
}

// permitted finds an entity and asks whether the caller may do action to it.
// The question is asked even if there is no such entity, so that who may not
// ask does not learn which names exist.
func (s *Service) permitted(ctx context.Context, call *api.Call, action string, k kind, name string, facts ...api.Fact) (*entity, error) {
	e, err := view(ctx, s, func(r kv.Reader) (*entity, error) { return find(r, call.Account, k, name) })
	if err != nil && !isNoSuchEntity(err) {
		return nil, err
	}
	arn := k.arn(call.Account, "/", name)
	if e != nil {
		arn, facts = e.arn(), append(facts, e.facts()...)
		if e.Boundary != "" && !slices.ContainsFunc(facts, isBoundary) {
			facts = append(facts, boundaryFact(e.Boundary))
		}
	}
	if denied := s.authz.Authorize(ctx, call, action, arn, facts...); denied != nil {
		return nil, denied
	}
	return e, err
}

// The condition key iam:PermissionsBoundary is the boundary that an operation
// would set, else the one that the entity has.
func boundaryFact(arn string) api.Fact { return api.Given("iam:PermissionsBoundary", arn) }

func isBoundary(f api.Fact) bool { return f.Key == "iam:PermissionsBoundary" }

// now is the time to put down: IAM's dates have no fractions of a second.
func (s *Service) now() time.Time { return s.clock.Now().Truncate(time.Second) }
