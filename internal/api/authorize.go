package api

import "context"

// Authorizer decides whether a caller may act on a resource. A nil error means
// that it may; otherwise the error is the AccessDenied to answer.
type Authorizer interface {
	Authorize(ctx context.Context, call *Call, action, resource string, facts ...Fact) error
}

// Fact is one thing more that the decision may depend on, beside what the
// call itself tells.
type Fact struct {
	// Key and Values are a condition key of the service and its values, such
	// as "s3:prefix".
	Key    string
	Values []string

	// ResourcePolicy is the document attached to the resource, when it has one.
	ResourcePolicy string
}

// Given is the fact that a condition key has these values.
func Given(key string, values ...string) Fact { return Fact{Key: key, Values: values} }

// WithResourcePolicy is the fact that this policy document is attached to the
// resource.
func WithResourcePolicy(document string) Fact { return Fact{ResourcePolicy: document} }
