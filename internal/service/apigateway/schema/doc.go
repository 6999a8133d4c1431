// Package schema holds JSON bodies against the models of an API, which are
// JSON Schemas of draft 4.
//
//   - instance.go: JSON text as a tree, of bounded size and depth;
//   - compile.go, reader.go: the text of a model to the rules in it;
//   - resolve.go:  what a $ref leads to: a part of the model, or another model
//     of the API, as https://apigateway.amazonaws.com/restapis/{id}/models/{name};
//   - validate.go, keyword.go: a body held against the rules;
//   - number.go, pattern.go, format.go: what single rules need;
//   - template.go: a mapping template whose output has the form of a model;
//   - message.go:  AWS's words for what is wrong, as callers find them in
//     $context.error.validationErrorString.
//
// AWS's validator is the Java library json-schema-validator, whose habits are
// followed: 1.0 is no integer, a rule beside a $ref is none, formats that draft
// 4 names are checked and others are not, and the parts of a value are looked at
// only when the value itself holds.
//
// The promise that others lean on: neither a model nor a body can make a
// validation run on. What a model refers to is held against one part of a body
// once, all steps are counted, and numbers and patterns are bounded too. No Go
// library for draft 4 has such a bound, so this is our own; one of them is the
// other side of a differential test.
//
// The package does no I/O and knows nothing of methods or validators.
package schema
