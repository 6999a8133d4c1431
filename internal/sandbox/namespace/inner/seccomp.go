//go:build linux

package inner

import (
	"fmt"
	"maps"
	"slices"
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
// in its own way with the next version of a C library. System calls that are newer
// than the filter's own table are absent until it knows them.
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
	"move_pages", "mbind", "migrate_pages", "set_mempolicy",
	// keys of the kernel belong to users, not to namespaces
	"add_key", "request_key", "keyctl",
}

// absent are system calls that fail as on an older kernel, so that libraries do
// without: clone3 hides its flags from the filter, io_uring works around it.
var absent = []string{"clone3", "io_uring_setup", "io_uring_enter", "io_uring_register"}

// unowned are those that make memory which belongs to no process, so that the watch does
// not see it. Where nothing else bounds that they are absent, too.
var unowned = []string{"memfd_create", "memfd_secret", "shmget", "msgget", "semget"}

// huge are the flags that ask for pages of the machine's own reserve, which neither the
// watch nor a cgroup of memory counts, by system call and argument.
var huge = map[string]seccomp.Condition{
	"mmap":         {Argument: 3, Operation: seccomp.BitsSet, Value: unix.MAP_HUGETLB},
	"memfd_create": {Argument: 1, Operation: seccomp.BitsSet, Value: unix.MFD_HUGETLB},
	"shmget":       {Argument: 2, Operation: seccomp.BitsSet, Value: shmHugeTLB},
}

const shmHugeTLB = 0o4000

// deviceNodes are what asks for a file that is a device, by system call and argument. Named pipes,
// which shell scripts make in /tmp, are made by the same calls.
var deviceNodes = map[string]seccomp.Condition{
	"mknod":   {Argument: 1, Operation: seccomp.BitsSet, Value: unix.S_IFCHR}, // a bit of S_IFBLK, too
	"mknodat": {Argument: 2, Operation: seccomp.BitsSet, Value: unix.S_IFCHR},
}

// limitsOfOthers is what sets the limits of a process by its number. Where the program and
// init are one user, who may not have a second, the kernel lets one set those of the other:
// an init that may open nothing sees nothing.
var limitsOfOthers = seccomp.ArgumentConditions{
	{Argument: 0, Operation: seccomp.NotEqual, Value: 0}, // 0: the caller
	{Argument: 2, Operation: seccomp.NotEqual, Value: 0}, // 0: only to know them
}

// threadWithFiles are the flags of clone that make a thread which has files of its own: those
// of a process are counted at one of its threads.
var threadWithFiles = seccomp.ArgumentConditions{
	{Argument: 0, Operation: seccomp.BitsSet, Value: unix.CLONE_THREAD},
	{Argument: 0, Operation: seccomp.BitsNotSet, Value: unix.CLONE_FILES},
}

// newNamespaces are the flags of clone that make namespaces.
const newNamespaces = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET |
	unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWTIME

// families are the kinds of sockets that a program may open.
var families = []uint64{unix.AF_UNIX, unix.AF_INET, unix.AF_INET6, unix.AF_NETLINK}

// protocols are what it may speak over those of them of which the kernel has many
// more, and loads code for at the first word: TCP, UDP, ping, and the question
// which addresses there are.
var protocols = map[uint64][]uint64{
	unix.AF_INET:    {0, unix.IPPROTO_TCP, unix.IPPROTO_UDP, unix.IPPROTO_ICMP},
	unix.AF_INET6:   {0, unix.IPPROTO_TCP, unix.IPPROTO_UDP, unix.IPPROTO_ICMPV6},
	unix.AF_NETLINK: {unix.NETLINK_ROUTE},
}

// filterSyscalls binds the calling thread, and what it starts, to the filter.
func filterSyscalls(absent []string) error {
	filter, err := buildFilter(absent)
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

func buildFilter(absent []string) ([]unix.SockFilter, error) {
	info, err := arch.GetInfo("")
	if err != nil {
		return nil, err
	}
	var notAllowed seccomp.ArgumentConditions
	for _, f := range families {
		notAllowed = append(notAllowed, seccomp.Condition{Argument: 0, Operation: seccomp.NotEqual, Value: f})
	}
	var foreign []seccomp.NameWithConditions
	for family, known := range protocols {
		c := seccomp.ArgumentConditions{{Argument: 0, Operation: seccomp.Equal, Value: family}}
		for _, p := range known {
			c = append(c, seccomp.Condition{Argument: 2, Operation: seccomp.NotEqual, Value: p})
		}
		foreign = append(foreign, seccomp.NameWithConditions{Name: "socket", Conditions: c})
	}
	restricted := []seccomp.NameWithConditions{
		{Name: "clone", Conditions: seccomp.ArgumentConditions{{Argument: 0, Operation: seccomp.BitsSet, Value: newNamespaces}}},
		{Name: "clone", Conditions: threadWithFiles},
		{Name: "prlimit64", Conditions: limitsOfOthers},
	}
	for name, flag := range huge {
		if !slices.Contains(absent, name) {
			restricted = append(restricted, seccomp.NameWithConditions{Name: name, Conditions: seccomp.ArgumentConditions{flag}})
		}
	}
	for name, device := range deviceNodes {
		if _, ok := info.SyscallNames[name]; ok {
			restricted = append(restricted, seccomp.NameWithConditions{Name: name, Conditions: seccomp.ArgumentConditions{device}})
		}
	}
	policy := seccomp.Policy{
		DefaultAction: seccomp.ActionAllow,
		Syscalls: []seccomp.SyscallGroup{
			{
				Action:             seccomp.ActionErrno | seccomp.Action(unix.EPERM),
				Names:              known(info, forbidden),
				NamesWithCondtions: restricted,
			},
			{
				// In one group: a system call is judged by the first that has its name.
				Action:             seccomp.ActionErrno | seccomp.Action(unix.EPROTONOSUPPORT),
				NamesWithCondtions: append(foreign, seccomp.NameWithConditions{Name: "socket", Conditions: notAllowed}),
			},
			{
				Action: seccomp.ActionErrno | seccomp.Action(unix.EAFNOSUPPORT),
				NamesWithCondtions: []seccomp.NameWithConditions{
					{Name: "socketpair", Conditions: seccomp.ArgumentConditions{
						{Argument: 0, Operation: seccomp.NotEqual, Value: unix.AF_UNIX}}},
				},
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
	raw, err := bpf.Assemble(slices.Concat(refuseOtherABIs(info), refuseUnknown(info), instructions))
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

// refuseUnknown has system calls that are newer than the table of names, which
// nobody has looked at, fail as on an older kernel.
func refuseUnknown(info *arch.Info) []bpf.Instruction {
	const numberOffset = 0 // in struct seccomp_data
	newest := slices.Max(slices.Collect(maps.Keys(info.SyscallNumbers)))
	return []bpf.Instruction{
		bpf.LoadAbsolute{Off: numberOffset, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpLessOrEqual, Val: uint32(newest), SkipTrue: 1},
		bpf.RetConstant{Val: uint32(seccomp.ActionErrno) | uint32(unix.ENOSYS)},
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
