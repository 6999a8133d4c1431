// Package attr is DynamoDB's value model: what an attribute can hold, how it
// compares, how large it is, and its bytes.
//
// A [Value] and an [Item] are their own binary form, the one that lies in the
// store. Nothing is decoded that nobody asks for: a condition on one attribute
// walks past the others by their lengths.
//
// The files divide the work so:
//
//   - value.go:   kinds, comparing two values, their size as AWS counts it;
//   - walk.go:    reading what is within a value;
//   - number.go:  decimal numbers of 38 digits, in bytes that sort as they do;
//     sum.go adds them;
//   - build.go:   writing values, with the rules of sets and nesting;
//   - item.go:    an item and its attributes; path.go, a place in one;
//   - patch.go:   changing or picking parts of a document in one pass;
//   - convert.go: from the API's AttributeValue, checked in AWS's words, and back.
//
// The promise that others lean on: the binary form is canonical. Two values are
// equal in DynamoDB's sense when their bytes are equal, whatever order a set or
// a map was given in and however a number was spelled; and the payloads of two
// numbers, strings or binaries sort as the values do, so they serve as keys.
//
// The package knows no tables, no expressions and no storage.
package attr
