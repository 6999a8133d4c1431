// Package solo is what an engine needs when its process is alone with its data.
//
// The promises of package kv that have nothing to do with where the bytes lie
// are kept here once, for every engine that lives in one process:
//
//   - latches.go: claims. Updates whose claims meet take turns;
//   - writes.go:  what a transaction writes, checked against the limits;
//   - watches.go: who waits for which key;
//   - leases.go:  leases, of which a lone process is always the only asker;
//   - gate.go:    calls under way, and the refusal of calls after Close.
//
// The promise that engines lean on: [Latches] never deadlock and starve nobody,
// whatever is claimed in whatever order.
//
// An engine of several processes uses none of this: there, another node holds
// the claim. The package does not know how or when anything is stored.
package solo
