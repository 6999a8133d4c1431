//go:build linux

package namespace

import (
	"bufio"
	"fmt"
	"os"
	"syscall"

	"cloudless/internal/sandbox/namespace/inner"
)

// preferredHostID is what the program is outside, where we may choose: a user
// and group that no machine has.
const preferredHostID = 2_000_000_993

// identity is who init and the program are, inside and outside.
//
// As root, init stays root, so that it can mount what only root can read, and
// the program becomes a user that owns nothing on the machine. As an ordinary
// user both are that user; the program has none of init's capabilities, which
// keeps the two apart.
type identity struct {
	rootless bool
	uids     []syscall.SysProcIDMap
	gids     []syscall.SysProcIDMap
}

func chooseIdentity() (identity, error) {
	if os.Geteuid() != 0 {
		return rootlessIdentity(), nil
	}
	uid, uidOK, err := pickHostID("/proc/self/uid_map")
	if err != nil {
		return identity{}, err
	}
	gid, gidOK, err := pickHostID("/proc/self/gid_map")
	if err != nil {
		return identity{}, err
	}
	if !uidOK || !gidOK {
		return rootlessIdentity(), nil // root of a namespace that has nobody else
	}
	return identity{
		uids: []syscall.SysProcIDMap{{ContainerID: 0, HostID: 0, Size: 1}, {ContainerID: inner.ProgramUID, HostID: uid, Size: 1}},
		gids: []syscall.SysProcIDMap{{ContainerID: 0, HostID: 0, Size: 1}, {ContainerID: inner.ProgramGID, HostID: gid, Size: 1}},
	}, nil
}

func rootlessIdentity() identity {
	return identity{
		rootless: true,
		uids:     []syscall.SysProcIDMap{{ContainerID: inner.ProgramUID, HostID: os.Geteuid(), Size: 1}},
		gids:     []syscall.SysProcIDMap{{ContainerID: inner.ProgramGID, HostID: os.Getegid(), Size: 1}},
	}
}

// pickHostID finds an id other than 0 that the namespace we are in ourselves
// knows: the preferred one, or the last that there is.
func pickHostID(mapFile string) (id int, ok bool, err error) {
	f, err := os.Open(mapFile)
	if err != nil {
		return 0, false, fmt.Errorf("read who we are: %w", err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var first, host, size int64
		if _, err := fmt.Sscan(lines.Text(), &first, &host, &size); err != nil {
			return 0, false, fmt.Errorf("read %s: %w", mapFile, err)
		}
		if first <= preferredHostID && preferredHostID < first+size {
			return preferredHostID, true, nil
		}
		if last := first + size - 1; last > 0 {
			id, ok = int(last), true
		}
	}
	return id, ok, nil
}
