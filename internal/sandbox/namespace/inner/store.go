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

// storeDir is where the store lies, underneath an empty directory that covers it.
const storeDir = "/run/store"

// store is a directory of the machine from which more can be shown later. It is
// mounted, since nothing can be shown from what is not, and covered at once, so
// that it has no name. What is left to reach it by is a descriptor of init's,
// which the program can neither inherit nor look at: init may not be dumped, and
// has capabilities that the program lacks.
type store struct{ fd int }

// keepStore mounts the store of an environment and hides it, before anything
// runs. There is none if the environment needs none.
func keepStore(s Setup) (*store, error) {
	if s.Store == "" {
		return nil, nil
	}
	target := path.Join(s.Root, storeDir)
	if err := os.MkdirAll(target, 0o700); err != nil {
		return nil, err
	}
	if err := show(s.Store, target); err != nil {
		return nil, err
	}
	fd, err := unix.Open(target, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("keep the store: %w", err)
	}
	err = unix.Mount("tmpfs", target, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC|unix.MS_RDONLY, "mode=0,size=4k,nr_inodes=2")
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("hide the store: %w", err)
	}
	return &store{fd}, nil
}

// attach shows what was asked for, and then unmounts the store: whatever the
// outcome, nothing can be attached again.
func (s *store) attach(files []File) (err error) {
	if s == nil {
		return errors.New("there is no store, or it has been used")
	}
	defer func() {
		unix.Close(s.fd)
		for range 2 { // what hides it, and itself
			err = errors.Join(err, unix.Unmount(storeDir, unix.MNT_DETACH))
		}
	}()
	for _, f := range files {
		if !fs.ValidPath(f.Source) {
			return fmt.Errorf("%q leads out of the store", f.Source)
		}
		if err := bindAt(s.fd, f.Source, f.Target, unix.MOUNT_ATTR_RDONLY|unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV); err != nil {
			return err
		}
	}
	return nil
}
