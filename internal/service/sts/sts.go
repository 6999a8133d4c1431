// Package sts answers the STS API: it hands out temporary keys, and tells
// callers who they are.
//
// Each operation is one file named after it. They share:
//
//   - session.go: sessions of roles and users, made and found again;
//   - sessionpolicy.go: the policies that bind a session beside those of its principal;
//   - sessionfor.go: sessions for services that act for somebody;
//   - token.go:   what a session token holds, and how it is sealed;
//   - keyid.go:   ids of access keys, which tell the account.
//
// A session lies nowhere: all of it, secret and expiry too, is in its token,
// sealed with a key that is in the store. So a session costs no write, is found
// without a read, is known to every node and every restart, and is gone when it
// expires. What it may do is decided anew at each call, from the policies of
// its role as they are then; a role that is deleted leaves sessions that may
// do nothing.
//
// Beside the API, [Service.Key] finds the session of a request, and
// [Service.SessionFor] makes one for a service that acts in a role, as Lambda
// does for functions.
//
// The package does not know how roles are stored nor what a policy means:
// [Roles], [Trust] and the others below tell.
package sts

import (
	"context"

	"cloudless/internal/api"
	"cloudless/internal/clock"
	"cloudless/internal/storage/kv"
)

// Role is what has to be known of a role to assume it.
type Role struct {
	Account           string // 12 digits
	ARN               string
	Name              string
	ID                string // "AROA…"
	TrustPolicy       string // the document that says who may assume it
	MaxSessionSeconds int64
}

// Roles finds roles.
type Roles interface {
	// Role returns the role of an ARN, or an error of the code NoSuchEntity.
	Role(ctx context.Context, arn string) (Role, error)
}

// Trust decides who may assume a role.
type Trust interface {
	// MayAssume returns nil if the caller may, else the refusal. action is
	// "sts:AssumeRole" or one of its family.
	MayAssume(ctx context.Context, call *api.Call, roleARN, trustPolicy, action string, facts ...api.Fact) error
}

// Policies finds the documents of managed policies.
type Policies interface {
	// PolicyDocument returns the document that a policy has now, as an
	// account sees it, or an error of the code NoSuchEntity.
	PolicyDocument(ctx context.Context, account, arn string) (string, error)
}

// Documents tells policy documents from other texts.
type Documents interface {
	// Check returns nil for a document that can bind a session, else an error
	// whose text is AWS's reason.
	Check(document string) error
}

// Config is what the service is built of. All fields are required.
type Config struct {
	Store      kv.Store
	Clock      clock.Clock
	Authorizer api.Authorizer
	Roles      Roles
	Trust      Trust
	Policies   Policies
	Documents  Documents
}

// Service is STS. Its methods may be called from any number of goroutines.
type Service struct {
	clock     clock.Clock
	authz     api.Authorizer
	roles     Roles
	trust     Trust
	policies  Policies
	documents Documents
	sealers   *sealers
}

// New returns the service.
func New(c Config) *Service {
	return &Service{
		clock: c.Clock, authz: c.Authorizer, roles: c.Roles, trust: c.Trust, policies: c.Policies, documents: c.Documents,
		sealers: &sealers{store: c.Store, clock: c.Clock},
	}
}
