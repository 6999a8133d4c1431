//go:build amd64 || arm64

package reroute

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"cloudless/internal/authority"
)

// ownBundles end the paths of the certificates that programs bring along, and
// believe whatever their environment says: Python's certifi, in the AWS CLI among
// others, and what older versions of that have of their own.
var ownBundles = []string{"/certifi/cacert.pem", "/botocore/cacert.pem", "/requests/cacert.pem"}

// javaStore ends the path of what a Java of every maker trusts.
const javaStore = "/lib/security/cacerts"

// grant is the kernel's struct seccomp_notif_addfd: a descriptor for a caller.
type grant struct {
	id                            uint64
	flags, from, number, newFlags uint32
}

// certify gives a caller who opens certificates of its own our bundle instead, in the form
// that it wants. If it reports false the call waits still.
func (s *Supervision) certify(c *call) (answered bool) {
	path, ours := readPath(c), ""
	switch {
	case isOwnBundle(path):
		ours = s.bundle
	case strings.HasSuffix(path, javaStore):
		store, err := s.store()
		if err != nil {
			return false
		}
		ours = fmt.Sprintf("/proc/self/fd/%d", store.Fd())
	default:
		return false
	}
	fd, err := unix.Open(ours, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	g := grant{id: c.id, flags: unix.SECCOMP_ADDFD_FLAG_SEND, from: uint32(fd)}
	return s.ioctl(unix.SECCOMP_IOCTL_NOTIF_ADDFD, unsafe.Pointer(&g)) == nil
}

func isOwnBundle(path string) bool {
	for _, suffix := range ownBundles {
		if strings.HasSuffix(path, suffix) {
			return true
		}
	}
	return false
}

// readPath reads the path that a call was given: "" if that cannot be read, or is
// longer than a path may be.
func readPath(c *call) string {
	b := make([]byte, unix.PathMax)
	// What follows a short path may not be there.
	page := uint64(unix.Getpagesize())
	first := min(page-c.args[1]%page, uint64(len(b)))
	n, err := c.read(b[:first], c.args[1])
	if err != nil {
		return ""
	}
	if !bytes.Contains(b[:n], []byte{0}) && n < len(b) {
		more, err := c.read(b[n:], c.args[1]+uint64(n))
		if err != nil {
			return ""
		}
		n += more
	}
	path, _, ended := bytes.Cut(b[:n], []byte{0})
	if !ended {
		return ""
	}
	return string(path)
}

// storeOf returns a file, in memory, with the certificates of a bundle as Java reads them.
func storeOf(bundle string) (*os.File, error) {
	certificates, err := os.ReadFile(bundle)
	if err != nil {
		return nil, err
	}
	store, err := authority.JavaStore(certificates)
	if err != nil {
		return nil, err
	}
	fd, err := unix.MemfdCreate("cacerts", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "cacerts")
	if _, err := f.Write(store); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
