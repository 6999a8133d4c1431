// Package client speaks to a running server, as the command's own subcommands
// do: it finds the server by its data directory, signs with the root key, and
// calls the same AWS APIs as everybody else.
//
//   - find.go: where a server is and who is root there, written by the server
//     and read by the client;
//   - env.go:  the environment that points AWS clients at it;
//   - call.go: one signed call of an API that speaks JSON;
//   - status.go: what a server tells of itself.
//
// The package does not know what the operations mean.
package client

import (
	"net/http"

	"cloudless/internal/clock"
)

// Client calls one server as root.
type Client struct {
	server Server
	key    Key
	http   *http.Client
	clock  clock.Clock
}

// New returns a client of the server, which signs with key.
func New(s Server, key Key) *Client {
	return &Client{server: s, key: key, http: &http.Client{Transport: transportFor(s)}, clock: clock.System{}}
}
