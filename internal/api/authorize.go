package api

import (
	"context"
	"maps"
	"slices"
)

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

// RequestTags are the facts of the tags in a request: their names, and the value of each.
func RequestTags(tags map[string]string) []Fact {
	if len(tags) == 0 {
		return nil
	}
	names := slices.Sorted(maps.Keys(tags))
	facts := []Fact{Given("aws:TagKeys", names...)}
	for _, name := range names {
		facts = append(facts, Given("aws:RequestTag/"+name, tags[name]))
	}
	return facts
}

// WithResourcePolicy is the fact that this policy document is attached to the
// resource.
func WithResourcePolicy(document string) Fact { return Fact{ResourcePolicy: document} }
