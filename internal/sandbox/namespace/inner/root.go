//go:build linux

package inner

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"

	"golang.org/x/sys/unix"
)

// rootTmpfs bounds the few small files that init writes itself.
const rootTmpfs = "mode=0755,size=4m,nr_inodes=16k"

// system is what the program sees of the machine, all of it for reading: the
// programs and libraries that the machine's own packages installed, and the few
// files of /etc without which they do not find each other.
var system = []string{
	"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store",
	"/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/ssl/openssl.cnf",
	"/etc/services", "/etc/protocols", "/etc/mime.types", "/etc/os-release",
}

// devices are all that the program finds in /dev.
var devices = []string{"null", "zero", "full", "random", "urandom"}

// written are the files that init writes.
var written = map[string]string{
	"/etc/passwd": "root:x:0:0:root:/root:/sbin/nologin\n" +
		fmt.Sprintf("%s:x:%d:%d::/home/%s:/sbin/nologin\n", programName, ProgramUID, ProgramGID, programName),
	"/etc/group":         fmt.Sprintf("root:x:0:\n%s:x:%d:\n", programName, ProgramGID),
	"/etc/resolv.conf":   "nameserver 127.0.0.1\noptions timeout:2 attempts:2\n",
	"/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n",
}

// buildRoot makes the file system at s.Root and moves into it. The mounts of the
// machine are out of reach from then on.
func buildRoot(s Setup, inherited []int) (*store, error) {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return nil, fmt.Errorf("leave the machine's mounts: %w", err)
	}
	if err := unix.Mount("tmpfs", s.Root, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, rootTmpfs); err != nil {
		return nil, fmt.Errorf("mount a root: %w", err)
	}
	for _, name := range system {
		if err := showSystem(s.Root, name); err != nil {
			return nil, err
		}
	}
	hosts := "127.0.0.1 localhost sandbox.localdomain sandbox " + s.Host + "\n" // programs look for their own
	if err := write(path.Join(s.Root, "/etc/hosts"), hosts); err != nil {
		return nil, err
	}
	for name, content := range written {
		if err := write(path.Join(s.Root, name), content); err != nil {
			return nil, err
		}
	}
	for _, dir := range []string{"/tmp", "/opt", "/var/task", "/proc", "/dev", "/run"} {
		if err := os.MkdirAll(path.Join(s.Root, dir), 0o755); err != nil {
			return nil, err
		}
	}
	if err := showFiles(s.Root, s.Files); err != nil {
		return nil, err
	}
	if err := makeDevices(s.Root); err != nil {
		return nil, err
	}
	// The kernel refuses a fresh /proc where the machine hides parts of its own.
	// The program lives without one then, rather than with the machine's.
	err := unix.Mount("proc", path.Join(s.Root, "proc"), "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
	if err != nil && !errors.Is(err, unix.EPERM) {
		return nil, fmt.Errorf("mount /proc: %w", err)
	}
	if err := mountTmp(s, inherited); err != nil {
		return nil, err
	}
	kept, err := keepStore(s)
	if err != nil {
		return nil, err
	}
	return kept, enter(s.Root)
}

// mountTmp mounts an empty /tmp, or the one of the environment whose place this one takes:
// with its size, and with whom it belongs to, since the program is the same user.
func mountTmp(s Setup, inherited []int) error {
	target := path.Join(s.Root, "tmp")
	if s.Inherits {
		if len(inherited) != 1 {
			return errors.New("a /tmp is to be inherited, and did not come")
		}
		if err := unix.MoveMount(inherited[0], "", unix.AT_FDCWD, target, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
			return fmt.Errorf("inherit /tmp: %w", err)
		}
		return nil
	}
	options := "mode=1777,nr_inodes=256k"
	if s.TmpBytes > 0 {
		options += fmt.Sprintf(",size=%d", s.TmpBytes)
	}
	if err := unix.Mount("tmpfs", target, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, options); err != nil {
		return fmt.Errorf("mount /tmp: %w", err)
	}
	return nil
}

// copyTmp makes a mount of /tmp that is nowhere yet. Who holds the descriptor can show the
// files once more, after all that is here has ended. It is made now because a program may
// end, and all with it, before there is a reason to ask.
func copyTmp() (fd int, err error) {
	fd, err = unix.OpenTree(unix.AT_FDCWD, "/tmp", unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	if err != nil {
		return -1, fmt.Errorf("copy the mount of /tmp: %w", err)
	}
	return fd, nil
}

// enter makes root the root and forgets the old one.
func enter(root string) error {
	if err := unix.Chdir(root); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("change root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("forget the old root: %w", err)
	}
	return unix.Chdir("/")
}

// seal makes what init built read-only, for init as well.
func seal() error {
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
	if err := unix.MountSetattr(unix.AT_FDCWD, "/", 0, &attr); err != nil {
		return fmt.Errorf("seal the root: %w", err)
	}
	return nil
}

// showSystem shows one name of the machine under the same name, if it is there.
func showSystem(root, name string) error {
	info, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink == 0 {
		return show(name, path.Join(root, name))
	}
	to, err := os.Readlink(name)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(path.Dir(path.Join(root, name)), 0o755); err != nil {
		return err
	}
	return os.Symlink(to, path.Join(root, name))
}

// showFiles shows the files of the layout, outer ones before those inside them.
func showFiles(root string, files []File) error {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b File) int { return cmp.Compare(len(a.Target), len(b.Target)) })
	for _, f := range files {
		if f.Link != "" {
			name := path.Join(root, f.Target)
			if err := errors.Join(os.MkdirAll(path.Dir(name), 0o755), os.Symlink(f.Link, name)); err != nil {
				return err
			}
			continue
		}
		if err := show(f.Source, path.Join(root, f.Target)); err != nil {
			return err
		}
	}
	return nil
}

// show mounts source on target for reading, whether it is a file or a directory.
func show(source, target string) error {
	if err := makeTarget(source, target); err != nil {
		return err
	}
	return bind(source, target, unix.MOUNT_ATTR_RDONLY|unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV)
}

// bind mounts source, with what is mounted below it, on target. The attributes
// hold before the mount can be seen.
func bind(source, target string, attributes uint64) error {
	return bindAt(unix.AT_FDCWD, source, target, attributes)
}

// bindAt is bind with a source that is relative to an open directory.
func bindAt(dir int, source, target string, attributes uint64) error {
	tree, err := unix.OpenTree(dir, source, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
	if err != nil {
		return fmt.Errorf("show %s: %w", source, err)
	}
	defer unix.Close(tree)
	attr := unix.MountAttr{Attr_set: attributes}
	if err := unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH|unix.AT_RECURSIVE, &attr); err != nil {
		return fmt.Errorf("show %s for reading only: %w", source, err)
	}
	if err := unix.MoveMount(tree, "", unix.AT_FDCWD, target, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return fmt.Errorf("show %s at %s: %w", source, target, err)
	}
	return nil
}

// makeTarget makes something of source's kind to mount it on, if there is nothing
// yet: where an outer mount is read-only, it has to have it.
func makeTarget(source, target string) error {
	if _, err := os.Lstat(target); err == nil {
		return nil
	}
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return os.MkdirAll(target, 0o755)
	}
	return write(target, "")
}

func write(name, content string) error {
	if err := os.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(content), 0o644)
}

func makeDevices(root string) error {
	for _, name := range devices {
		target := path.Join(root, "dev", name)
		if err := write(target, ""); err != nil {
			return err
		}
		if err := bind("/dev/"+name, target, unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NOEXEC); err != nil {
			return err
		}
	}
	for name, to := range map[string]string{
		"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
	} {
		if err := os.Symlink(to, path.Join(root, "dev", name)); err != nil {
			return err
		}
	}
	return nil
}
