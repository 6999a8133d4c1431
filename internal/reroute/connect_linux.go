//go:build amd64 || arm64

package reroute

import (
	"encoding/binary"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// connect makes the connection that a call asks for, to another address, or
// reports that it is not for us to answer.
func (s *Supervision) connect(c *call) (ours bool, err error) {
	address, err := readAddress(c)
	if err != nil {
		return false, nil
	}
	if isNameService(address) {
		return true, unix.ENOENT
	}
	to, ok := parseAddress(address)
	if !ok || to.Port() != portDNS && to.Addr() != endpoints {
		return false, nil
	}
	fd, err := borrow(c)
	if err != nil {
		return false, nil
	}
	defer unix.Close(fd)
	if to, ok = s.route(fd, to); !ok {
		return false, nil
	}
	return true, unix.Connect(fd, sockaddr(to, family(address) == unix.AF_INET6))
}

// route returns where a connection goes that was to go elsewhere.
func (s *Supervision) route(fd int, to netip.AddrPort) (netip.AddrPort, bool) {
	kind, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	if err != nil {
		return to, false
	}
	switch {
	case to.Port() == portDNS && kind == unix.SOCK_DGRAM:
		return s.resolver.datagrams, true
	case to.Port() == portDNS && kind == unix.SOCK_STREAM:
		return s.resolver.streams, true
	case (to.Port() == portHTTP || to.Port() == portHTTPS) && kind == unix.SOCK_STREAM:
		return s.server, true
	}
	return to, false
}

// nameServices are the sockets of daemons that resolve names for the C library,
// which asks name servers itself where there are none.
var nameServices = []string{"/run/systemd/resolve/", "/run/nscd/", "/var/run/nscd/"}

func isNameService(address []byte) bool {
	if family(address) != unix.AF_UNIX {
		return false
	}
	for _, prefix := range nameServices {
		if strings.HasPrefix(string(address[2:]), prefix) {
			return true
		}
	}
	return false
}

// readAddress reads the address that a call was given.
func readAddress(c *call) ([]byte, error) {
	length := c.args[2]
	if length < 2 || length > unix.SizeofSockaddrAny {
		return nil, unix.EINVAL
	}
	b := make([]byte, length)
	n, err := c.read(b, c.args[1])
	if err == nil && n != len(b) {
		err = unix.EFAULT
	}
	return b, err
}

// parseAddress reads an address of IPv4 or IPv6; one of IPv4 may be written as
// the latter, as Java does it.
func parseAddress(b []byte) (netip.AddrPort, bool) {
	const port, v4, v6 = 2, 4, 8
	switch {
	case family(b) == unix.AF_INET && len(b) >= unix.SizeofSockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[v4:])), binary.BigEndian.Uint16(b[port:])), true
	case family(b) == unix.AF_INET6 && len(b) >= unix.SizeofSockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(b[v6:])).Unmap(), binary.BigEndian.Uint16(b[port:])), true
	}
	return netip.AddrPort{}, false
}

// family returns the kind of an address, of two bytes or more.
func family(address []byte) uint16 { return binary.NativeEndian.Uint16(address) }

// sockaddr returns an address of IPv4 in the form that the socket takes.
func sockaddr(to netip.AddrPort, v6 bool) unix.Sockaddr {
	if v6 {
		return &unix.SockaddrInet6{Addr: to.Addr().As16(), Port: int(to.Port())}
	}
	return &unix.SockaddrInet4{Addr: to.Addr().As4(), Port: int(to.Port())}
}

// borrow returns a descriptor of our own for the socket that a call is about.
func borrow(c *call) (int, error) {
	process, err := processOf(c.thread)
	if err != nil {
		return -1, err
	}
	pidfd, err := unix.PidfdOpen(process, 0)
	if err != nil {
		return -1, err
	}
	defer unix.Close(pidfd)
	return unix.PidfdGetfd(pidfd, int(int32(c.args[0])), 0)
}

// processOf returns the process that a thread belongs to.
func processOf(thread uint32) (int, error) {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(int(thread)) + "/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if id, ok := strings.CutPrefix(line, "Tgid:"); ok {
			return strconv.Atoi(strings.TrimSpace(id))
		}
	}
	return 0, unix.ESRCH
}
