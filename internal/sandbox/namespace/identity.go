//go:build linux

package namespace

import (
	"bufio"
	"fmt"
	"os"
	"sync/atomic"
	"syscall"

	"cloudless/internal/sandbox/namespace/inner"
)

// preferredHostID is what the first program is outside, where we may choose: a user
// and group that no machine has. Those after it have the ids after that, since the
// kernel counts much by user: what may be watched, what lies in pipes and queues.
const (
	preferredHostID = 2_000_000_993
	hostIDs         = 1 << 16 // more than environments live at a time
)

// identity is who init and the program are, inside and outside.
//
// As root, init stays root, so that it can mount what only root can read, and
// the program becomes a user that owns nothing on the machine, and that no program
// beside it is. As an ordinary user both are that user; the program has none of
// init's capabilities, which keeps the two apart.
type identity struct {
	rootless bool
	uid, gid int           // of the first program, outside
	many     bool          // there are hostIDs of them
	next     atomic.Uint32 // how many were given
}

func chooseIdentity() (*identity, error) {
	if os.Geteuid() != 0 {
		return rootlessIdentity(), nil
	}
	uid, uidOK, err := pickHostID("/proc/self/uid_map")
	if err != nil {
		return nil, err
	}
	gid, gidOK, err := pickHostID("/proc/self/gid_map")
	if err != nil {
		return nil, err
	}
	if !uidOK || !gidOK {
		return rootlessIdentity(), nil // root of a namespace that has nobody else
	}
	return &identity{uid: uid, gid: gid, many: uid == preferredHostID && gid == preferredHostID}, nil
}

func rootlessIdentity() *identity {
	return &identity{rootless: true, uid: os.Geteuid(), gid: os.Getegid()}
}

// maps returns the users and groups of one more environment.
func (i *identity) maps() (uids, gids []syscall.SysProcIDMap) {
	uid, gid := i.uid, i.gid
	if i.many {
		n := int(i.next.Add(1) % hostIDs)
		uid, gid = uid+n, gid+n
	}
	uids = []syscall.SysProcIDMap{{ContainerID: inner.ProgramUID, HostID: uid, Size: 1}}
	gids = []syscall.SysProcIDMap{{ContainerID: inner.ProgramGID, HostID: gid, Size: 1}}
	if root := (syscall.SysProcIDMap{ContainerID: 0, HostID: 0, Size: 1}); !i.rootless {
		uids, gids = append(uids, root), append(gids, root)
	}
	return uids, gids
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
		if first <= preferredHostID && preferredHostID+hostIDs <= first+size {
			return preferredHostID, true, nil
		}
		if last := first + size - 1; last > 0 {
			id, ok = int(last), true
		}
	}
	return id, ok, nil
}
