// Package reroute runs a command for which every name of AWS leads to cloudless,
// as it does for a function in its sandbox: clients too old to be told of an
// endpoint work, and so do addresses that somebody has written down, such as
// https://{api}.execute-api.us-east-1.amazonaws.com/prod/.
//
// The command keeps its network, its files and its user. Only its calls of
// connect(2), some of openat(2), and those of all that it starts, come to this process
// first, by a seccomp filter that asks (seccomp_unotify(2)):
//
//   - start_linux.go: the command is started under the filter;
//   - supervise_linux.go: a call comes in, and is let be or answered;
//   - connect_linux.go: connections that go to another address;
//   - open_linux.go: certificates that a program has of its own;
//   - resolver_linux.go: what becomes of questions for names;
//   - handover_linux.go: what the command leaves running has another supervisor;
//   - trust.go: the certificates that the command is to trust;
//   - start_other.go: systems that have no such filter.
//
// A connection to a name server goes to a resolver in this process. It has one
// address for all of AWS's names, and asks the machine's own name servers for the rest. A
// connection to that address goes to the server, which speaks TLS for every
// name by its own authority (see [Trust]).
//
// This is no isolation: who does not want to be rerouted need not be.
package reroute

import (
	"errors"
	"net/netip"
)

// ErrUnsupported says that commands cannot be rerouted on this system.
var ErrUnsupported = errors.New("the names of AWS cannot be rerouted on this system")

// endpoints is the address that AWS's names have: of this machine, where nobody
// listens.
var endpoints = netip.AddrFrom4([4]byte{127, 65, 87, 83})

const (
	portHTTP  = 80
	portHTTPS = 443
	portDNS   = 53
)
