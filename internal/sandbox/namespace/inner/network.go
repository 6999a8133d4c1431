//go:build linux

package inner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// runtimeSocket is where the Runtime API answers without TCP.
const runtimeSocket = "/run/cloudless/runtime.sock"

// Port is one socket that init opens for the server.
type Port struct {
	Name    string // as package driver calls it
	Address string
	number  int // 0 for a unix socket
	Packets bool
}

// Ports are all of them, in the order in which they are handed over.
var Ports = []Port{
	{"runtime", "127.0.0.1:9001", 9001, false},
	{"unix", runtimeSocket, 0, false},
	{"endpoint", "127.0.0.1:4566", 4566, false},
	{"http", "127.0.0.1:80", 80, false},
	{"https", "127.0.0.1:443", 443, false},
	{"dns-tcp", "127.0.0.1:53", 53, false},
	{"dns-udp", "127.0.0.1:53", 53, true},
}

// socketMemory are what the network namespace lets a socket of TCP have at most, in bytes,
// after its least and what it begins with. What lies in sockets belongs to no
// process, the machine has a limit of it that is one for all, and by itself a socket may
// take tens of megabytes. Between neighbours on a loopback interface little is enough.
var socketMemory = map[string]string{
	"tcp_rmem": "4096 131072 262144",
	"tcp_wmem": "4096 16384 262144",
}

// limitSockets sets them, where there is a /proc.
func limitSockets() error {
	for name, limit := range socketMemory {
		err := os.WriteFile("/proc/sys/net/ipv4/"+name, []byte(limit), 0)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("limit what lies in sockets: %w", err)
		}
	}
	return nil
}

// raiseLoopback brings up the only interface that the environment has.
func raiseLoopback() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	ifreq, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, ifreq); err != nil {
		return fmt.Errorf("find the loopback interface: %w", err)
	}
	ifreq.SetUint16(ifreq.Uint16() | unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifreq); err != nil {
		return fmt.Errorf("raise the loopback interface: %w", err)
	}
	return nil
}

// openPorts opens all ports. The sockets stay in this network namespace wherever
// they are carried, and so does whoever connects to them.
func openPorts() (fds []int, err error) {
	defer func() {
		if err != nil {
			CloseAll(fds)
		}
	}()
	for _, p := range Ports {
		fd, err := openPort(p)
		if err != nil {
			return fds, fmt.Errorf("open %s: %w", p.Address, err)
		}
		fds = append(fds, fd)
	}
	return fds, nil
}

func openPort(p Port) (fd int, err error) {
	family, kind := unix.AF_INET, unix.SOCK_STREAM
	var address unix.Sockaddr = &unix.SockaddrInet4{Port: p.number, Addr: [4]byte{127, 0, 0, 1}}
	if p.number == 0 {
		family, address = unix.AF_UNIX, &unix.SockaddrUnix{Name: p.Address}
		if err := os.MkdirAll(path.Dir(p.Address), 0o755); err != nil {
			return -1, err
		}
	}
	if p.Packets {
		kind = unix.SOCK_DGRAM
	}
	fd, err = unix.Socket(family, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, err
	}
	defer func() {
		if err != nil {
			unix.Close(fd)
		}
	}()
	if err = unix.Bind(fd, address); err != nil {
		return -1, err
	}
	if p.number == 0 {
		if err = os.Chmod(p.Address, 0o666); err != nil {
			return -1, err
		}
	}
	if p.Packets {
		return fd, nil
	}
	return fd, unix.Listen(fd, 128)
}

func CloseAll(fds []int) {
	for _, fd := range fds {
		unix.Close(fd)
	}
}
