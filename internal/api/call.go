// Package api is what an operation receives: who asks ([Call]), and how it
// stands in its service's table ([Operation], [Service]).
//
// The packages below it hold the shapes, errors and tables of one AWS service
// each. They are generated from AWS's models by tools/apigen, so nobody types
// a shape or an error code by hand. This package is the part that is written
// by hand, and it has no behaviour.
package api

import (
	"fmt"
	"time"
)

// Call is one request to an AWS API, after its signature was checked.
type Call struct {
	Account   string // 12 digits
	Region    string // the region that the request was signed for, such as "us-east-1"
	Principal Principal
	RequestID string
	Start     time.Time

	// What policies may ask of the request itself.
	SourceIP  string
	UserAgent string
	Secure    bool // over TLS

	// VpcEndpoint is the VPC endpoint by which the call came, such as
	// "vpce-0a1b2c3d", or "".
	VpcEndpoint string

	// Service is the AWS service that makes this call for the principal, such
	// as "apigateway.amazonaws.com", or "" when the principal called itself.
	Service string

	// BaseURL is scheme and host that the client reached the server by, such
	// as "http://127.0.0.1:4566", for answers that name an address.
	BaseURL string
}

// ARN returns the name of a resource in the account and region of the call.
func (c *Call) ARN(service, resource string) string {
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, c.Region, c.Account, resource)
}

// PrincipalType tells kinds of principals apart, in the words of the
// aws:PrincipalType condition key.
type PrincipalType string

// The kinds of principals.
const (
	PrincipalAccount     PrincipalType = "Account" // the root of an account
	PrincipalUser        PrincipalType = "User"
	PrincipalAssumedRole PrincipalType = "AssumedRole"
	PrincipalService     PrincipalType = "Service" // an AWS service on its own behalf
	PrincipalAnonymous   PrincipalType = "Anonymous"
)

// Principal is who asks.
type Principal struct {
	Type        PrincipalType
	Account     string // the account that it belongs to; "" for services and the anonymous
	ARN         string // such as "arn:aws:iam::000000000000:user/alice" or an assumed role's STS ARN
	ID          string // such as "AIDA…", or "AROA…:session" for an assumed role
	RoleARN     string // of an assumed role: the role itself
	AccessKeyID string // the key that signed, or ""

	// SourceFunctionARN is, of the session that a Lambda function runs with, the
	// function, without a version; "" for all others. Policies may ask for it.
	SourceFunctionARN string

	// SessionPolicies are the documents that were given when the session was
	// made; the session may do no more than they say. Nil means no such limit.
	SessionPolicies []string
}

// Root returns the root principal of an account, who may do all.
func Root(account string) Principal {
	return Principal{Type: PrincipalAccount, Account: account, ARN: "arn:aws:iam::" + account + ":root", ID: account}
}

// Key is an access key and what is needed to check a signature made with it.
type Key struct {
	ID           string // "AKIA…" of a user, "ASIA…" of a session
	Secret       string
	SessionToken string    // of a session; "" for a user's key
	Expires      time.Time // of a session; zero for a user's key
	Principal    Principal
}
