// Package expr is DynamoDB's expression language: conditions and filters, key
// conditions, projections and updates.
//
// An expression is parsed once, by a [Cache], into a tree that knows neither
// the names nor the values of any request; a [Scope] holds those of one
// request, and binding the tree to it is what each request pays. What comes out
// is evaluated over items of package attr.
//
// The files divide the work so:
//
//   - lex.go, parse.go, operand.go: text to tokens to operands, and what a
//     syntax error says;
//   - condition.go, check.go, evaluate.go: conditions, their checks against a
//     scope, and whether they hold;
//   - projection.go, update.go: the two other grammars, with the same three parts;
//   - keycondition.go: the conditions that Query can turn into a range of keys;
//   - legacy.go:   the parameters that were there before expressions;
//   - build.go:    conditions and updates of other languages, made of operands;
//   - scope.go, cache.go, memory.go, reserved.go: names and values, parsed
//     trees and how they are kept, words.
//
// The promises that others lean on: parsing takes time in proportion to the
// text, whatever the text; evaluation does no I/O; and every refusal has AWS's
// words, in AWS's order of importance.
//
// The package knows no tables: whether an attribute is a key is its caller's
// business.
package expr
