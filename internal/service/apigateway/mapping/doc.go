// Package mapping renders API Gateway's mapping templates: it gives the engine in
// package vtl API Gateway's dialect and API Gateway's references.
//
//   - template.go: parsing and rendering;
//   - input.go:    $input, the payload and the parameters;
//   - context.go:  $context with what a template may override;
//   - util.go:     $util, the functions;
//   - escape.go, base64.go: the encodings behind them.
//
// How API Gateway differs from Velocity 1.7 is known from its recorded answers: a
// reference without a value is the empty string, so it prints nothing and holds as
// a condition; #macro defines nothing and #evaluate is text.
//
// The promise that others lean on: rendering has no effect but on the [Context] it
// was given, and stays within limits whatever template and payload.
//
// The package knows no HTTP and no store. Package apigateway fills in the values.
package mapping
