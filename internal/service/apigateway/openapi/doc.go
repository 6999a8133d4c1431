// Package openapi reads and writes REST APIs as OpenAPI documents, versions 2.0
// and 3.0, with AWS's extensions to them (x-amazon-apigateway-…).
//
//   - api.go:    what a document says, as plain as the control plane keeps it;
//   - tree.go, json.go, yaml.go: documents as trees, from and to text;
//   - read.go:   the document as a whole; readpath.go, readintegration.go,
//     readschema.go, readsecurity.go, readextension.go: its parts;
//   - write.go:  an API as a document; writepath.go, writeintegration.go,
//     writeschema.go, writesecurity.go: its parts.
//
// Reading and writing know nothing of what is built: all that AWS has is read,
// and whoever applies the description says what it cannot do. What AWS passes
// over with a warning is passed over with AWS's warning.
//
// The promise that others lean on: no document is larger in memory than its
// text by more than a constant factor, or than the bound on values allows: it
// counts what aliases of YAML and references stand for. Nothing is fetched.
package openapi
