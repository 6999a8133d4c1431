// Package value is what a mapping template computes with: JSON's kinds of value
// as the Java virtual machine holds, compares and prints them.
//
// API Gateway evaluates templates on Java objects, and templates show it: a map
// prints as {a=1}, the number 5000000000 is a Long, 1e3 prints 1000.0, and a JSON
// array prints as JSON while the map around it does not. The files:
//
//   - value.go:  the kinds, and how Go's own values become them;
//   - list.go, map.go: the two containers; both keep insertion order;
//   - print.go:  toString;
//   - equal.go:  equals, hashCode and compareTo;
//   - number.go: Java's numbers: their ladder of types and their text;
//   - parse.go, numeral.go: JSON text to values, as forgiving as API Gateway's parser;
//   - encode.go: values to JSON text.
//
// The promise that others lean on: no function here recurses without bound or
// writes more than it was allowed to, however the containers refer to each other.
// A value that is too deep or too long is [ErrTooDeep] or [ErrTooLong].
//
// The package knows neither templates nor paths.
package value
