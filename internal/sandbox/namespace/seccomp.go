//go:build linux

package namespace

import (
	"fmt"
	"unsafe"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// forbidden are system calls that no function needs and that reach deep into the
// kernel, or out of the environment. They fail as if the right to them were
// missing, which programs expect.
//
// The filter forbids these and allows the rest: interpreters of many years and
// languages run under it, and a list of what is allowed would break each of them
// in its own way with the next version of a C library.
var forbidden = []string{
	// mounts and namespaces
	"mount", "umount2", "pivot_root", "chroot", "setns", "unshare", "mount_setattr", "move_mount", "open_tree",
	"fsopen", "fsconfig", "fsmount", "fspick", "open_by_handle_at", "name_to_handle_at",
	// other processes
	"ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd",
	// the kernel and the machine
	"bpf", "perf_event_open", "userfaultfd", "kexec_load", "kexec_file_load", "init_module", "finit_module",
	"delete_module", "reboot", "swapon", "swapoff", "acct", "quotactl", "quotactl_fd", "syslog", "vhangup",
	"settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname",
	"iopl", "ioperm", "modify_ldt", "lookup_dcookie", "nfsservctl", "fanotify_init", "personality",
	"mknod", "mknodat", "move_pages", "mbind", "migrate_pages", "set_mempolicy",
	// keys of the kernel belong to users, not to namespaces
	"add_key", "request_key", "keyctl",
}

// absent are system calls that fail as on an older kernel, so that libraries do
// without: clone3 hides its flags from the filter, io_uring works around it.
var absent = []string{"clone3", "io_uring_setup", "io_uring_enter", "io_uring_register"}

// newNamespaces are the flags of clone that make namespaces.
const newNamespaces = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET |
	unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWTIME

// families are the kinds of sockets that a program may open.
var families = []uint64{unix.AF_UNIX, unix.AF_INET, unix.AF_INET6, unix.AF_NETLINK}

// filterSyscalls binds the calling thread, and what it starts, to the filter.
func filterSyscalls() error {
	filter, err := buildFilter()
	if err != nil {
		return fmt.Errorf("build the filter of system calls: %w", err)
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	err = unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0)
	if err != nil {
		return fmt.Errorf("filter system calls: %w", err)
	}
	return nil
}

func buildFilter() ([]unix.SockFilter, error) {
	info, err := arch.GetInfo("")
	if err != nil {
		return nil, err
	}
	var notAllowed seccomp.ArgumentConditions
	for _, f := range families {
		notAllowed = append(notAllowed, seccomp.Condition{Argument: 0, Operation: seccomp.NotEqual, Value: f})
	}
	policy := seccomp.Policy{
		DefaultAction: seccomp.ActionAllow,
		Syscalls: []seccomp.SyscallGroup{
			{
				Action: seccomp.ActionErrno | seccomp.Action(unix.EPERM),
				Names:  known(info, forbidden),
				NamesWithCondtions: []seccomp.NameWithConditions{
					{Name: "clone", Conditions: seccomp.ArgumentConditions{
						{Argument: 0, Operation: seccomp.BitsSet, Value: newNamespaces}}},
				},
			},
			{
				Action:             seccomp.ActionErrno | seccomp.Action(unix.EAFNOSUPPORT),
				NamesWithCondtions: []seccomp.NameWithConditions{{Name: "socket", Conditions: notAllowed}},
			},
			{
				Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS),
				Names:  known(info, absent),
			},
		},
	}
	instructions, err := policy.Assemble()
	if err != nil {
		return nil, err
	}
	raw, err := bpf.Assemble(append(refuseOtherABIs(info), instructions...))
	if err != nil {
		return nil, err
	}
	filter := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		filter[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	return filter, nil
}

// refuseOtherABIs ends a process that makes system calls under another
// architecture's numbers, such as those of 32-bit programs on a 64-bit machine:
// the policy, which is written in our own numbers, would let them pass.
func refuseOtherABIs(info *arch.Info) []bpf.Instruction {
	const archOffset = 4 // in struct seccomp_data
	return []bpf.Instruction{
		bpf.LoadAbsolute{Off: archOffset, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(info.ID), SkipTrue: 1},
		bpf.RetConstant{Val: uint32(seccomp.ActionKillProcess)},
	}
}

// known drops the names that this architecture does not have.
func known(info *arch.Info, names []string) []string {
	var kept []string
	for _, name := range names {
		if _, ok := info.SyscallNames[name]; ok {
			kept = append(kept, name)
		}
	}
	return kept
}
