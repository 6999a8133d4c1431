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

// storeDir is where the store lies, in a mount of its own: codeDir, underneath an
// empty directory that covers it. To unmount the outer one takes away all three at
// once, and there is no moment in which the store lies bare.
const (
	storeDir = "/run/store"
	codeDir  = storeDir + "/code"
)

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
	outer, target := path.Join(s.Root, storeDir), path.Join(s.Root, codeDir)
	if err := os.MkdirAll(outer, 0o700); err != nil {
		return nil, err
	}
	if err := unix.Mount("tmpfs", outer, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "mode=0,size=4k,nr_inodes=4"); err != nil {
		return nil, fmt.Errorf("mount a place for the store: %w", err)
	}
	if err := show(s.Store, target); err != nil {
		return nil, err
	}
	readOnly := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
	if err := unix.MountSetattr(unix.AT_FDCWD, outer, 0, &readOnly); err != nil {
		return nil, fmt.Errorf("seal the store: %w", err)
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

// attach shows what was asked for. Whatever the outcome, nothing can be attached
// again.
func (s *store) attach(files []File) (err error) {
	if s == nil {
		return errors.New("there is no store, or it has been used")
	}
	defer unix.Close(s.fd)
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

// unmount takes away what is left of the store. It has no name, and nobody reaches
// it any more, so nobody has to wait for this; the kernel takes its time, up to tens of
// milliseconds on a busy machine, until no processor looks at it.
func (s *store) unmount() error { return unix.Unmount(storeDir, unix.MNT_DETACH) }
