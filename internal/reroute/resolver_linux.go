//go:build amd64 || arm64

package reroute

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"

	"cloudless/internal/clock"
	"cloudless/internal/dns"
)

// resolver is the name server of a command.
type resolver struct {
	datagrams, streams netip.AddrPort
	close              func()
}

// resolverConfig names the machine's own name servers.
const resolverConfig = "/etc/resolv.conf"

// startResolver answers for AWS's names by itself, and for others as the name
// servers of the machine do.
func startResolver() (*resolver, error) {
	config, _ := os.ReadFile(resolverConfig) // without one, names are asked of this machine, as the C library does
	pc, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("answer for names: %w", err)
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("answer for names: %w", err), pc.Close())
	}
	s := dns.NewForwarder(endpoints, nameServers(config), clock.System{})
	go func() { _ = s.ServePacket(pc) }() // until the socket is closed
	go func() { _ = s.Serve(l) }()
	return &resolver{
		datagrams: pc.LocalAddr().(*net.UDPAddr).AddrPort(),
		streams:   l.Addr().(*net.TCPAddr).AddrPort(),
		close:     func() { _ = errors.Join(pc.Close(), l.Close()) }, // nothing has come in by them
	}, nil
}

// nameServers reads the name servers of a resolv.conf.
func nameServers(config []byte) (servers []netip.AddrPort) {
	for line := range bytes.Lines(config) {
		fields := bytes.Fields(line)
		if len(fields) < 2 || string(fields[0]) != "nameserver" {
			continue
		}
		if addr, err := netip.ParseAddr(string(fields[1])); err == nil {
			servers = append(servers, netip.AddrPortFrom(addr, portDNS))
		}
	}
	if servers == nil {
		servers = []netip.AddrPort{netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), portDNS)}
	}
	return servers
}
