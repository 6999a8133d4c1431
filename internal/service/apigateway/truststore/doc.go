// Package truststore knows the certificates that a custom domain name with
// mutual TLS trusts, and judges those of its clients.
//
//   - store.go:  a truststore's file, and what is wrong with it;
//   - verify.go: does the store trust a client's certificate, and why not;
//   - weak.go:   algorithms and keys that AWS refuses;
//   - describe.go: a certificate as functions and templates are told of it.
//
// A client brings its own certificate alone: whatever else a handshake carries
// is not looked at, since AWS finds issuers in the truststore only. The promise:
// a verification takes bounded time whatever the certificates.
//
// The package does no I/O and knows neither domain names nor handshakes.
package truststore
