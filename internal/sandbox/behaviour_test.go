//go:build linux

package sandbox

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	goruntime "runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"

	"cloudless/internal/sandbox/runtimeapi"
)

// runBehaviour is a custom runtime: it asks for events and answers them with
// what a behaviour makes of them. It is what attacks a sandbox from within.
func runBehaviour(name string) {
	if len(os.Args) > 1 && os.Args[1] == "open files" {
		n := 0
		for ; ; n++ {
			if _, err := unix.Open("/tmp", unix.O_RDONLY|unix.O_DIRECTORY, 0); err != nil {
				break
			}
		}
		fmt.Println(n)
	}
	if len(os.Args) > 1 && os.Args[1] == "hoard behind a thread" {
		hoardBehindAThread()
	}
	if len(os.Args) > 1 { // a child of a behaviour
		time.Sleep(time.Hour)
		return
	}
	act, ok := behaviours[name]
	if !ok {
		act, ok = attacks[name]
	}
	if !ok {
		fmt.Fprintf(os.Stderr, "there is no behaviour %q\n", name)
		os.Exit(3)
	}
	if d, err := time.ParseDuration(os.Getenv("LOAD")); err == nil {
		time.Sleep(d)
	}
	if os.Getenv("LOAD_TWICE") != "" && leaveOnce("at load") {
		os.Exit(6)
	}
	for {
		resp, err := http.Get(api("invocation/next"))
		if err != nil {
			os.Exit(4)
		}
		payload, err := io.ReadAll(resp.Body)
		if err != nil {
			os.Exit(4)
		}
		requestID := resp.Header.Get("Lambda-Runtime-Aws-Request-Id")
		var argument string
		_ = json.Unmarshal(payload, &argument)
		answer, err := json.Marshal(act(argument, requestID))
		if err != nil {
			os.Exit(5)
		}
		post(api("invocation/"+requestID+"/response"), answer)
	}
}

// leaveOnce writes a file for its user alone into /tmp, and reports whether there was none.
func leaveOnce(content string) bool {
	f, err := os.OpenFile(filepath.Join(os.TempDir(), "left"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return false
	}
	defer f.Close()
	_, _ = f.WriteString(content)
	return true
}

// hoardBehindAThread takes much memory on another thread than the first, which ends.
func hoardBehindAThread() {
	debug.SetGCPercent(-1) // it would wait for that thread
	for goruntime.LockOSThread(); unix.Gettid() != os.Getpid(); goruntime.LockOSThread() {
		goruntime.UnlockOSThread()
		time.Sleep(time.Millisecond)
	}
	go func() {
		goruntime.LockOSThread()
		for range 64 {
			time.Sleep(10 * time.Millisecond)
			block, err := syscall.Mmap(-1, 0, 8<<20, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
			if err != nil {
				break
			}
			for i := 0; i < len(block); i += 4096 {
				block[i] = 1
			}
		}
		time.Sleep(500 * time.Millisecond)
		_, _ = syscall.Write(1, []byte("512 MB"))
		_, _, _ = syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0)
	}()
	time.Sleep(5 * time.Millisecond)
	_, _, _ = syscall.RawSyscall(syscall.SYS_EXIT, 0, 0, 0)
}

// hoard takes memory without end.
func hoard() any {
	var all [][]byte
	for {
		block := make([]byte, 8<<20)
		for i := range block {
			block[i] = 1
		}
		all = append(all, block)
		if len(all) > 1<<10 {
			return len(all)
		}
	}
}

func api(path string) string {
	return "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/" + path
}

func post(url string, body []byte) (status int) {
	resp, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// behaviours are what functions of these tests do with an event, which is a
// string. They return what they could do, or why they could not.
var behaviours = map[string]func(argument, requestID string) any{
	"echo": func(s, _ string) any { return s },
	"sleep": func(s, _ string) any {
		d, _ := time.ParseDuration(s)
		time.Sleep(d)
		return s
	},
	"load slowly": func(s, _ string) any { return s },
	"die later": func(string, string) any {
		time.AfterFunc(50*time.Millisecond, func() { os.Exit(1) })
		return nil
	},
	"pid": func(string, string) any { return os.Getpid() },

	// files
	"read": func(name, _ string) any {
		data, err := os.ReadFile(name)
		if err != nil {
			return reason(err)
		}
		return string(data)
	},
	"list": func(name, _ string) any {
		entries, err := filepath.Glob(filepath.Join(name, "*"))
		if err != nil {
			return reason(err)
		}
		return entries
	},
	"write": func(name, _ string) any {
		return reason(os.WriteFile(name, []byte("here"), 0o666))
	},
	"leave": func(end, _ string) any {
		first := leaveOnce(end)
		switch {
		case first && end == "sleep":
			time.Sleep(time.Hour)
		case first && end == "exit":
			os.Exit(1)
		case first && end == "hoard":
			return hoard()
		case first && end == "exit later":
			time.AfterFunc(50*time.Millisecond, func() { os.Exit(1) })
		}
		name := filepath.Join(os.TempDir(), "left")
		data, err := os.ReadFile(name)
		if err == nil {
			err = os.WriteFile(name, append(data, " and more"...), 0o600)
		}
		return string(data) + ", " + reason(err)
	},
	"fill": func(name, _ string) any {
		f, err := os.Create(name)
		if err != nil {
			return reason(err)
		}
		defer f.Close()
		written := 0
		for block := make([]byte, 1<<20); ; {
			n, err := f.Write(block)
			written += n
			if err != nil {
				return fmt.Sprintf("%d MB, then %s", written>>20, reason(err))
			}
		}
	},

	"fill and crash": func(name, _ string) any {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return reason(err)
		}
		for err == nil {
			_, err = f.Write(make([]byte, 1<<20))
		}
		var fs unix.Statfs_t
		_ = unix.Statfs("/tmp", &fs)
		fmt.Printf("%d MB in /tmp, then %s\n", (int64(fs.Blocks-fs.Bfree)*fs.Bsize)>>20, reason(err))
		os.Exit(1)
		return nil
	},

	// processes
	"kill": func(pid, _ string) any {
		var n int
		_, _ = fmt.Sscan(pid, &n)
		return reason(syscall.Kill(n, syscall.SIGKILL))
	},
	"signal init": func(string, string) any {
		for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGINT, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGKILL, syscall.SIGSTOP} {
			_ = syscall.Kill(1, s)
		}
		time.Sleep(20 * time.Millisecond)
		return "survived"
	},
	"fork": func(string, string) any {
		self, _ := os.Executable()
		for n := 0; ; n++ {
			if err := exec.Command(self, "child").Start(); err != nil || n == 5000 {
				return n
			}
		}
	},
	"wake up": func(string, string) any {
		// A timer whose signal lets stopped processes go on. It has to be waited for, or
		// the kernel does not send it.
		signal.Notify(make(chan os.Signal, 1), unix.SIGCONT)
		when := struct {
			value         uint64
			signo, notify int32
			pad           [48]byte
		}{signo: int32(unix.SIGCONT)}
		var timer int32
		_, _, errno := unix.RawSyscall(unix.SYS_TIMER_CREATE, unix.CLOCK_MONOTONIC, uintptr(unsafe.Pointer(&when)), uintptr(unsafe.Pointer(&timer)))
		if errno != 0 {
			return reason(errno)
		}
		often := unix.ItimerSpec{Interval: unix.NsecToTimespec(5e7), Value: unix.NsecToTimespec(5e7)}
		_, _, errno = unix.RawSyscall6(unix.SYS_TIMER_SETTIME, uintptr(timer), 0, uintptr(unsafe.Pointer(&often)), 0, 0, 0)
		go func() {
			for n := 0; ; n++ {
				_ = fmt.Sprint(n)
			}
		}()
		return reason(errnoOrNil(errno))
	},
	"daemon": func(marker, _ string) any {
		self, _ := os.Executable()
		cmd := exec.Command(self, marker)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		return reason(cmd.Start())
	},
	"daemon and hang": func(marker, _ string) any {
		self, _ := os.Executable()
		for range 20 {
			cmd := exec.Command(self, marker)
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
			_ = cmd.Start()
		}
		time.Sleep(time.Hour)
		return nil
	},
	"exit leaving children": func(marker, _ string) any {
		self, _ := os.Executable()
		_ = exec.Command(self, marker).Start()
		os.Exit(9)
		return nil
	},
	"limits": func(string, string) any {
		var core, files unix.Rlimit
		score, _ := os.ReadFile("/proc/self/oom_score_adj")
		return []any{
			strings.TrimSpace(string(score)), reason(unix.Setpriority(unix.PRIO_PROCESS, 0, -5)),
			reason(unix.Getrlimit(unix.RLIMIT_CORE, &core)), core.Cur, core.Max,
			reason(unix.Getrlimit(unix.RLIMIT_NOFILE, &files)), files.Max,
		}
	},
	"hoard without owning": func(string, string) any {
		fd, err := unix.MemfdCreate("hoard", 0)
		_, _, errno := unix.RawSyscall(unix.SYS_SHMGET, 0, 1<<20, 0o1600)
		for n := 0; err == nil && n < 1<<10; n++ {
			_, err = unix.Write(fd, make([]byte, 1<<20))
		}
		return []string{reason(err), reason(errnoOrNil(errno))}
	},
	"watch files": func(string, string) any {
		for n := range 200 {
			if _, err := unix.InotifyInit1(unix.IN_CLOEXEC); err != nil {
				return n
			}
		}
		return 200
	},
	"close everything": func(string, string) any {
		for fd := range 3 {
			syscall.Close(fd)
		}
		return "closed"
	},

	// memory
	"hoard": func(string, string) any { return hoard() },
	"hoard unseen": func(string, string) any { // by an init that may open nothing
		for pid := 1; pid < 100; pid++ {
			if pid != os.Getpid() {
				_ = unix.Prlimit(pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 3, Max: 3}, nil)
			}
		}
		var all [][]byte
		for len(all) < 64 {
			all = append(all, bytes.Repeat([]byte{1}, 8<<20))
			time.Sleep(10 * time.Millisecond)
		}
		return len(all)
	},
	"hoard behind a thread": func(string, string) any { // the first, which has ended
		self, _ := os.Executable()
		out, err := exec.Command(self, "hoard behind a thread").CombinedOutput()
		return fmt.Sprint(string(out), err)
	},
	"hoard shared": func(string, string) any {
		for n := 0; n < 1<<10; n++ {
			block, err := syscall.Mmap(-1, 0, 8<<20, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED|syscall.MAP_ANON)
			if err != nil {
				return reason(err)
			}
			for i := 0; i < len(block); i += 4096 {
				block[i] = 1
			}
		}
		return "no end of it"
	},

	// network
	"dial": func(s, _ string) any {
		network, address, _ := strings.Cut(s, " ")
		c, err := net.DialTimeout(network, address, 2*time.Second)
		if err != nil {
			return reason(err)
		}
		defer c.Close()
		if _, err := c.Write([]byte("x")); err != nil {
			return reason(err)
		}
		return "connected"
	},
	"resolve": func(name, _ string) any {
		if name == "" {
			name, _ = os.Hostname()
		}
		addresses, err := net.LookupHost(name)
		if err != nil {
			if dnsErr, ok := errors.AsType[*net.DNSError](err); ok && dnsErr.IsNotFound {
				return "not found"
			}
			return reason(err)
		}
		return addresses
	},
	"get": func(url, _ string) any {
		resp, err := http.Get(url)
		if err != nil {
			return err.Error()
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return fmt.Sprintf("%d %s", resp.StatusCode, body)
	},
	"take connections": func(how, _ string) any {
		d, _ := time.ParseDuration(how)
		var open []net.Conn
		for _, address := range []string{"127.0.0.1:4566", "127.0.0.1:80", "127.0.0.1:443", "127.0.0.1:53", "127.0.0.1:9001", "/run/cloudless/runtime.sock"} {
			for range 150 {
				network := "tcp"
				if address[0] == '/' {
					network = "unix"
				}
				c, err := net.DialTimeout(network, address, time.Second)
				if err != nil {
					break
				}
				open = append(open, c)
			}
		}
		fmt.Println("held")
		time.Sleep(d)
		return len(open)
	},
	"open files": func(processes, _ string) any {
		var n int
		_, _ = fmt.Sscan(processes, &n)
		self, _ := os.Executable()
		var children []io.Reader
		for range n {
			cmd := exec.Command(self, "open files")
			out, _ := cmd.StdoutPipe()
			if cmd.Start() == nil {
				children = append(children, out)
			}
		}
		total := 0
		for _, c := range children {
			var opened int
			_, _ = fmt.Fscan(c, &opened)
			total += opened
		}
		time.Sleep(2 * time.Second)
		return total
	},
	"hold connections": func(address, _ string) any {
		var open []net.Conn
		for range 900 {
			c, err := net.DialTimeout("tcp", address, time.Second)
			if err != nil {
				break
			}
			open = append(open, c)
		}
		for _, c := range open {
			c.Close()
		}
		return len(open) > 0
	},

	// the kernel
	"system calls": func(string, string) any {
		path, _ := syscall.BytePtrFromString("/tmp")
		p := uintptr(unsafe.Pointer(path))
		call := func(n, a, b, c uintptr) string {
			_, _, errno := syscall.RawSyscall(n, a, b, c)
			return reason(errnoOrNil(errno))
		}
		return map[string]string{
			"mount":             reason(unix.Mount("tmpfs", "/tmp", "tmpfs", 0, "")),
			"unshare":           reason(unix.Unshare(unix.CLONE_NEWUSER)),
			"clone":             call(unix.SYS_CLONE, unix.CLONE_NEWUSER|uintptr(unix.SIGCHLD), 0, 0),
			"thread with files": call(unix.SYS_CLONE, unix.CLONE_THREAD, 0, 0), // which the kernel would find to be too little
			"clone3":            call(unix.SYS_CLONE3, 0, 0, 0),
			"chroot":            call(unix.SYS_CHROOT, p, 0, 0),
			"bpf":               call(unix.SYS_BPF, 0, 0, 0),
			"ptrace init":       call(unix.SYS_PTRACE, unix.PTRACE_ATTACH, 1, 0),
			"io_uring":          call(unix.SYS_IO_URING_SETUP, 1, 0, 0),
			"keyctl":            call(unix.SYS_KEYCTL, 0, 0, 0),
			"setns":             call(unix.SYS_SETNS, 0, 0, 0),
			"raw socket":        call(unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP),
			"vsock":             call(unix.SYS_SOCKET, unix.AF_VSOCK, unix.SOCK_STREAM, 0),
			"sctp socket":       call(unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_SEQPACKET, unix.IPPROTO_SCTP),
			"netfilter socket":  call(unix.SYS_SOCKET, unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_NETFILTER),
			"crypto socket":     call(unix.SYS_SOCKET, unix.AF_ALG, unix.SOCK_SEQPACKET, 0),
			"route socket":      call(unix.SYS_SOCKET, unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_ROUTE),
			"udp socket":        call(unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_DGRAM, 0),
			"tipc pair":         call(unix.SYS_SOCKETPAIR, unix.AF_TIPC, unix.SOCK_STREAM, 0),
			"call of tomorrow":  call(1000, 0, 0, 0),
			"huge pages":        hugePages(unix.MAP_HUGETLB),
			"small pages":       hugePages(0),
			"mount as x32":      call(1<<30|unix.SYS_MOUNT, p, p, p),
			"sethostname":       reason(unix.Sethostname([]byte("x"))),
			"setuid":            call(unix.SYS_SETUID, 0, 0, 0),
			"disk":              reason(unix.Mknod("/tmp/disk", unix.S_IFBLK|0o600, 8<<8)),
			"terminal":          reason(unix.Mknod("/tmp/terminal", unix.S_IFCHR|0o600, 5<<8)),
			"limits of init":    reason(unix.Prlimit(1, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 3, Max: 3}, nil)),
			"limits of its own": reason(unix.Prlimit(0, unix.RLIMIT_CORE, &unix.Rlimit{}, nil)),
			"limits to know":    reason(unix.Prlimit(os.Getpid(), unix.RLIMIT_NOFILE, nil, new(unix.Rlimit))),
			"named pipe":        reason(unix.Mknod("/tmp/pipe", unix.S_IFIFO|0o600, 0)),
		}
	},
	"forbidden calls": func(names, _ string) any {
		info, err := arch.GetInfo("")
		if err != nil {
			return reason(err)
		}
		other := map[string]string{}
		for _, name := range strings.Fields(names) {
			number, known := info.SyscallNames[name]
			if !known {
				continue // this architecture has no such call
			}
			if _, _, errno := syscall.RawSyscall6(uintptr(number), 0, 0, 0, 0, 0, 0); errno != unix.EPERM {
				other[name] = reason(errnoOrNil(errno))
			}
		}
		return other
	},
	"descriptors": func(string, string) any {
		var open []string
		for fd := range 100 {
			name, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
			// Those of Go's own, and of the conversation with the Runtime API.
			if err == nil && !strings.HasPrefix(name, "anon_inode:") && !strings.HasPrefix(name, "socket:") && !strings.HasPrefix(name, "/proc") {
				kind, _, _ := strings.Cut(name, ":")
				open = append(open, fmt.Sprint(fd, " ", kind))
			}
		}
		return open
	},
	"hoard answers": func(_, requestID string) any {
		// Many answers that are announced and do not come.
		for range runtimeapi.MaxConns - 4 {
			conn, err := net.Dial("tcp", os.Getenv("AWS_LAMBDA_RUNTIME_API"))
			if err != nil {
				return reason(err)
			}
			fmt.Fprintf(conn, "POST /2018-06-01/runtime/invocation/none/response HTTP/1.1\r\nHost: x\r\nContent-Length: 6000000\r\n\r\n")
		}
		time.Sleep(100 * time.Millisecond)
		return "hoarded"
	},
	"status": func(string, string) any {
		status := map[string]string{}
		f, err := os.Open("/proc/self/status")
		if err != nil {
			return reason(err)
		}
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ":")
			switch name {
			case "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp":
				status[name] = strings.TrimSpace(value)
			}
		}
		return status
	},
	"environment": func(string, string) any {
		entries := map[string]string{}
		for _, e := range os.Environ() {
			name, value, _ := strings.Cut(e, "=")
			entries[name] = value
		}
		return entries
	},

	// the dialogue
	"print": func(s, _ string) any {
		var size int
		_, _ = fmt.Sscan(s, &size)
		line := bytes.Repeat([]byte("0123456789abcde "), 64)
		line[len(line)-1] = '\n'
		for written := 0; written < size; written += len(line) {
			_, _ = os.Stdout.Write(line)
		}
		return size
	},
	"print without end": func(how, _ string) any {
		file, piece := os.Stdout, bytes.Repeat([]byte("0123456789abcde "), 4<<10)
		frame := func(size int) []byte {
			f := binary.BigEndian.AppendUint32(nil, 0xa55a0001)
			return append(binary.BigEndian.AppendUint32(f, uint32(size)), piece[:size]...)
		}
		switch how {
		case "long lines":
			for i := 1023; i < len(piece); i += 1024 {
				piece[i] = '\n'
			}
		case "empty lines":
			piece = bytes.Repeat([]byte{'\n'}, len(piece))
		case "frames":
			file, piece = os.NewFile(3, "frames"), bytes.Repeat(frame(1000), 60)
		case "empty frames":
			file, piece = os.NewFile(3, "frames"), bytes.Repeat(frame(0), 8<<10)
		}
		for {
			if _, err := file.Write(piece); err != nil {
				return reason(err)
			}
		}
	},
	"say": func(s, _ string) any {
		_, _ = os.Stdout.WriteString(s)
		return nil
	},
	"print no line": func(string, string) any {
		_, _ = os.Stdout.WriteString("no end")
		return nil
	},
	"spoil frames": func(string, string) any {
		f := os.NewFile(3, "frames")
		_, _ = f.Write([]byte("\xa5\x5a\x00\x03\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00a frame that never ends"))
		return "spoiled"
	},
	"answer twice": func(_, requestID string) any {
		first := post(api("invocation/"+requestID+"/response"), []byte(`"first"`))
		second := post(api("invocation/"+requestID+"/response"), []byte(`"second"`))
		fmt.Println(first, second)
		return "third"
	},
	"answer others": func(_, requestID string) any {
		return []int{
			post(api("invocation/another/response"), []byte(`"x"`)),
			post(api("init/error"), []byte(`{}`)),
			post(api("nothing"), []byte(`{}`)),
		}
	},
	"answer garbage": func(string, string) any {
		for _, garbage := range []string{"\x00\xff\n\n", "POST /2018-06-01/runtime/invocation/x/response HTTP/1.1\r\nContent-Length: -5\r\n\r\n", strings.Repeat("a", 1<<20)} {
			c, err := net.Dial("tcp", os.Getenv("AWS_LAMBDA_RUNTIME_API"))
			if err != nil {
				return reason(err)
			}
			_, _ = c.Write([]byte(garbage))
			c.Close()
		}
		return "still here"
	},
	"answer much": func(string, string) any { return strings.Repeat("x", 7<<20) },
	"hang up": func(string, string) any {
		c, _ := net.Dial("tcp", os.Getenv("AWS_LAMBDA_RUNTIME_API"))
		_, _ = c.Write([]byte("POST /2018-06-01/runtime/invocation/" + requestID + "/response HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"))
		c.Close()
		return "whole"
	},
}

// reason is an error's last word, which does not change with what was tried.
func reason(err error) string {
	if err == nil {
		return "done"
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return unix.ErrnoName(errno)
	}
	return err.Error()
}

func hugePages(flag int) string {
	_, err := unix.Mmap(-1, 0, 2<<20, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|flag)
	return reason(err)
}

func errnoOrNil(e syscall.Errno) error {
	if e == 0 {
		return nil
	}
	return e
}
