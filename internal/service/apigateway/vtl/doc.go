// Package vtl is a Velocity template engine: a lexer, a parser to a syntax tree
// and an evaluator of the language that API Gateway's mapping templates are
// written in.
//
// The files follow a template's way through the engine:
//
//   - lexer.go, match.go, pattern.go, token.go: text to tokens, with Velocity's
//     lexical states;
//   - parser.go, parse_*.go:        tokens to the tree, in one pass;
//   - ast.go, reference.go, expression.go, foreach.go, macro.go, render.go: the nodes of
//     the tree, each with its evaluation;
//   - scope.go:                     where references find their values;
//   - math.go, convert.go:          arithmetic up Java's ladder of number types;
//   - method.go, method_*.go, class.go, utf16.go: the methods of Java's classes;
//   - template.go, limits.go, errors.go: what the embedding program sees.
//
// The language is that of Velocity 1.7, which is what API Gateway shows in its
// answers, down to the white space that directives swallow. testdata/velocity
// holds a few hundred templates with what Velocity itself makes of them. What API
// Gateway changed is a [Dialect].
//
// The promise that others lean on: no template and no input hangs, panics or
// exhausts memory. Parsing takes time proportional to the text; rendering stays
// within [Limits]. The package does no I/O, reads no clock, and a [Template] can be
// rendered by many goroutines at once.
//
// It knows nothing of API Gateway's own references ($input and its kin, which
// package mapping provides), of HTTP or of JSONPath.
package vtl
