//go:build !linux || (!amd64 && !arm64)

package reroute

import (
	"net/netip"
	"os/exec"
)

// Supervision is what Start would return.
type Supervision struct{}

// Start returns ErrUnsupported.
func Start(*exec.Cmd, netip.AddrPort, string) (*Supervision, error) { return nil, ErrUnsupported }

// HandOver does nothing.
func (*Supervision) HandOver(*exec.Cmd) error { return nil }

// TakeOver returns ErrUnsupported.
func TakeOver(netip.AddrPort, string) error { return ErrUnsupported }
