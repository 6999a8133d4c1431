// Package jsonpath evaluates JSONPath as API Gateway does, which is as the Java
// library Jayway JsonPath does.
//
//   - path.go:   a path, its compilation and the search;
//   - parse.go, parse_filter.go: the text of a path to its tokens;
//   - token.go:  what each token finds;
//   - filter.go: the conditions in [?(…)];
//   - function.go: length() and its like at the end of a path.
//
// Jayway knows two kinds of paths. A definite one names one place and yields what
// is there, or [ErrNotFound]. An indefinite one (with a wildcard, "..", a slice, a
// list of indexes or a filter) yields a list of what it found, which may be empty.
// No maintained Go library has that rule, or keeps the order of an object's keys,
// so this is our own; testdata/jayway holds what Jayway itself finds.
//
// The promise that others lean on: a search ends within the steps it was given.
// The package does no I/O and knows no templates.
package jsonpath
