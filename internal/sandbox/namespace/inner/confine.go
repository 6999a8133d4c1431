//go:build linux

package inner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// Capabilities are what init needs, inside its own user namespace: to mount,
// to raise its network and listen on low ports, to give them all up for the
// program and to end it.
var Capabilities = []uintptr{
	unix.CAP_SYS_ADMIN, unix.CAP_NET_ADMIN, unix.CAP_NET_BIND_SERVICE, unix.CAP_DAC_OVERRIDE,
	unix.CAP_SETPCAP, unix.CAP_SETUID, unix.CAP_SETGID, unix.CAP_KILL, unix.CAP_SYS_RESOURCE,
}

// namespaceLimits are what the user namespace may have of things that the kernel
// counts up to whoever made it, the machine's root: of which it lets him have few.
var namespaceLimits = map[string]string{
	"max_inotify_instances": "2",
	"max_inotify_watches":   "8192",
}

// limitNamespace sets them, where there is a /proc.
func limitNamespace() error {
	for name, limit := range namespaceLimits {
		err := os.WriteFile("/proc/sys/user/"+name, []byte(limit), 0)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("limit the namespace: %w", err)
		}
	}
	return nil
}

// startProgram starts the program with no powers. What is given up belongs to a
// thread and is inherited by what the thread starts, so one thread gives it up,
// starts the program and ends; init keeps its own, and no second start of
// ourselves is needed.
func startProgram(r *Run, s Setup, output, frames int) (pid int, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlock: the thread ends here
		if err = confine(s); err != nil {
			err = fmt.Errorf("confine the program: %v", err) // not the program's fault: no number to find in it
			return
		}
		pid, err = forkExec(r, s, output, frames)
	}()
	<-done
	return pid, err
}

func forkExec(r *Run, s Setup, output, frames int) (int, error) {
	null, err := os.Open("/dev/null")
	if err != nil {
		return 0, err
	}
	defer null.Close()
	attr := &syscall.ProcAttr{
		Dir:   r.Dir,
		Env:   r.Env,
		Files: []uintptr{null.Fd(), uintptr(output), uintptr(output), uintptr(frames)},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	}
	if !s.Rootless {
		attr.Sys.Credential = &syscall.Credential{Uid: ProgramUID, Gid: ProgramGID}
	}
	return syscall.ForkExec(r.Args[0], r.Args, attr)
}

// limitProgram sets what the kernel counts by process. Init is bound as well:
// limits are the process's, and what it starts inherits them.
func limitProgram(s Setup) error {
	// No core is as small as one byte. With none at all the machine's own collector of
	// cores, if it has one, would get them nevertheless, and the memory of functions with them.
	limits := map[int]uint64{unix.RLIMIT_CORE: 1, unix.RLIMIT_MEMLOCK: 64 << 10, unix.RLIMIT_NICE: 0, unix.RLIMIT_RTPRIO: 0}
	if s.OpenFiles > 0 {
		limits[unix.RLIMIT_NOFILE] = s.OpenFiles
	}
	if s.Processes > 0 {
		limits[unix.RLIMIT_NPROC] = s.Processes
	}
	for resource, limit := range limits {
		// syscall's and not unix's: it makes sure that children get it as well.
		if err := syscall.Setrlimit(resource, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			return fmt.Errorf("set limit %d: %w", resource, err)
		}
	}
	return nil
}

// confine takes from the calling thread whatever a program may not have: new
// privileges, capabilities, dangerous system calls. As root, the right to become
// another user is left, and lost with its use.
func confine(s Setup) error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("give up new privileges: %w", err)
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return fmt.Errorf("give up ambient capabilities: %w", err)
	}
	for c := uintptr(0); ; c++ {
		err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0)
		if err == unix.EINVAL && c > unix.CAP_SYS_ADMIN {
			break // the kernel knows no more of them
		}
		if err != nil {
			return fmt.Errorf("give up capability %d: %w", c, err)
		}
	}
	var keep uint32
	if !s.Rootless {
		keep = 1<<unix.CAP_SETUID | 1<<unix.CAP_SETGID
	}
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	data := [2]unix.CapUserData{{Effective: keep, Permitted: keep}}
	if err := unix.Capset(&head, &data[0]); err != nil {
		return fmt.Errorf("give up capabilities: %w", err)
	}
	if s.NoWall {
		return filterSyscalls(slices.Concat(absent, unowned))
	}
	return filterSyscalls(absent)
}
