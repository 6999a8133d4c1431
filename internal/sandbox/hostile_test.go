//go:build linux

package sandbox

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	goruntime "runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Each test in this file is a function that tries to break one promise.

// do invokes a behaviour and returns what it answered.
func (b *bench) do(behave string, argument string) string {
	b.t.Helper()
	fn := behaviour(behave)
	r := b.invoke(fn, strconv.Quote(argument))
	if r.FunctionError != "" {
		b.t.Fatalf("%s %q: %s %s\n%s", behave, argument, r.FunctionError, r.Payload, r.LogTail)
	}
	return string(r.Payload)
}

func TestFunctionsCannotReadTheMachinesFiles(t *testing.T) {
	b := newIsolatedBench(t)
	secret := filepath.Join(b.cfg.Dir, "secret")
	if err := os.WriteFile(secret, []byte("data"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{secret, b.cfg.Dir, "/root", "/root/.bashrc", "/etc/shadow", "/home", "/var/lib", "/sys/kernel", "/proc/1/root/etc/shadow", "/proc/1/environ", "/proc/kcore", "/dev/mem"} {
		if got := b.do("read", name); got != `"ENOENT"` && got != `"EACCES"` && got != `"EPERM"` {
			t.Errorf("read %s = %s", name, got)
		}
	}
	if got := b.do("list", "/etc"); strings.Contains(got, "shadow") || strings.Contains(got, "ssh") {
		t.Errorf("/etc holds %s", got)
	}
	if got := b.do("list", "/"); got != `["/bin","/dev","/etc","/lib","/lib64","/opt","/proc","/run","/sbin","/tmp","/usr","/var"]` {
		t.Logf("the root of this machine's sandboxes: %s", got)
	}
}

func TestFunctionsCannotWriteButToTmp(t *testing.T) {
	b := newIsolatedBench(t)
	for name, want := range map[string]string{
		"/tmp/x": `"done"`, "/x": `"EROFS"`, "/var/task/x": `"EROFS"`, "/var/task/bootstrap": `"EROFS"`, "/usr/x": `"EROFS"`,
		"/etc/passwd": `"EROFS"`, "/dev/x": `"EROFS"`, "/opt/x": `"EROFS"`, "/run/x": `"EROFS"`, "/run/cloudless/x": `"EROFS"`,
	} {
		got := b.do("write", name)
		if got == `"EACCES"` && want == `"EROFS"` {
			continue // forbidden twice
		}
		if got != want {
			t.Errorf("write %s = %s, want %s", name, got, want)
		}
	}
	for _, name := range []string{"/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/self/uid_map", "/proc/1/oom_score_adj"} {
		if got := b.do("write", name); got == `"done"` {
			t.Errorf("write %s succeeded", name)
		}
	}
}

func TestTmpIsPrivateAndBounded(t *testing.T) {
	b := newIsolatedBench(t)
	fill := behaviour("fill")
	fill.EphemeralStorageMB, fill.MemoryMB = 40, 128
	if r := b.invoke(fill, `"/tmp/full"`); string(r.Payload) != `"40 MB, then ENOSPC"` {
		t.Errorf("fill = %s", r.Payload)
	}
	if got := b.do("list", "/tmp"); got != `null` {
		t.Errorf("/tmp of another function holds %s", got)
	}
}

// TestFilesInTmpAreNotMemory holds the promise that the memory of a function is
// its own, although the kernel counts the files of a tmpfs as memory.
func TestFilesInTmpAreNotMemory(t *testing.T) {
	b := newIsolatedBench(t)
	fill := behaviour("fill")
	fill.EphemeralStorageMB, fill.MemoryMB = 300, 128
	if r := b.invoke(fill, `"/tmp/full"`); string(r.Payload) != `"300 MB, then ENOSPC"` {
		t.Errorf("fill = %s %s", r.FunctionError, r.Payload)
	}
}

func TestFunctionsCannotSeeOrSignalOthers(t *testing.T) {
	b := newIsolatedBench(t)
	var processes []string
	if err := json.Unmarshal([]byte(b.do("list", "/proc/[0-9]")), &processes); err != nil {
		t.Fatal(err)
	}
	for _, p := range processes {
		if n, err := strconv.Atoi(filepath.Base(filepath.Dir(p))); err == nil && n > 200 {
			t.Errorf("a function sees the process %d", n)
		}
	}
	if got := b.do("kill", strconv.Itoa(os.Getpid())); got != `"ESRCH"` {
		t.Errorf("kill of the server = %s, want ESRCH", got)
	}
	if got := b.do("signal init", ""); got != `"survived"` {
		t.Errorf("signal init = %s", got)
	}
	if got := b.do("signal init", ""); got != `"survived"` {
		t.Errorf("signal init a second time = %s", got)
	}
}

func TestFunctionsHaveNoPowers(t *testing.T) {
	b := newIsolatedBench(t)
	none := "0000000000000000"
	want := map[string]string{"CapInh": none, "CapPrm": none, "CapEff": none, "CapBnd": none, "CapAmb": none, "NoNewPrivs": "1", "Seccomp": "2"}
	var got map[string]string
	if err := json.Unmarshal([]byte(b.do("status", "")), &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("status = %v, want %v", got, want)
	}
	var calls map[string]string
	if err := json.Unmarshal([]byte(b.do("system calls", "")), &calls); err != nil {
		t.Fatal(err)
	}
	for call, want := range map[string]string{
		"mount": "EPERM", "unshare": "EPERM", "clone": "EPERM", "clone3": "ENOSYS", "chroot": "EPERM", "bpf": "EPERM",
		"ptrace init": "EPERM", "io_uring": "ENOSYS", "keyctl": "EPERM", "setns": "EPERM", "raw socket": "EPERM",
		"vsock": "EPROTONOSUPPORT", "sethostname": "EPERM", "sctp socket": "EPROTONOSUPPORT", "netfilter socket": "EPROTONOSUPPORT",
		"crypto socket": "EPROTONOSUPPORT", "tipc pair": "EAFNOSUPPORT", "route socket": "done", "udp socket": "done",
		"call of tomorrow": "ENOSYS", "mount as x32": "ENOSYS",
		"huge pages": "EPERM", "small pages": "done", "disk": "EPERM", "terminal": "EPERM", "named pipe": "done", "thread with files": "EPERM",
		"limits of init": "EPERM", "limits of its own": "done", "limits to know": "done",
	} {
		if calls[call] != want {
			t.Errorf("%s = %s, want %s", call, calls[call], want)
		}
	}
	if calls["setuid"] != "EPERM" && calls["setuid"] != "EINVAL" { // EINVAL: there is no such user
		t.Errorf("setuid = %s", calls["setuid"])
	}
}

// TestFunctionsCannotReachDeepIntoTheKernel calls what needs no powers in many kernels, and
// what would need some, with nothing: without the filter most would say what is wrong with
// nothing.
func TestFunctionsCannotReachDeepIntoTheKernel(t *testing.T) {
	b := newIsolatedBench(t)
	got := b.do("forbidden calls", `userfaultfd open_by_handle_at name_to_handle_at perf_event_open process_vm_readv process_vm_writev
		process_madvise kcmp pidfd_getfd ptrace add_key request_key keyctl bpf fanotify_init personality quotactl quotactl_fd
		syslog acct swapon swapoff init_module finit_module delete_module kexec_load kexec_file_load settimeofday clock_settime
		clock_adjtime adjtimex sethostname setdomainname iopl ioperm modify_ldt lookup_dcookie vhangup mount umount2 pivot_root chroot
		setns unshare move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr mbind migrate_pages move_pages set_mempolicy`)
	if got != `{}` {
		t.Errorf("not forbidden are %s", got)
	}
}

func TestFunctionsReachNobodyButUs(t *testing.T) {
	b := newIsolatedBench(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	abstract, err := net.Listen("unix", "@cloudless-test-"+strconv.Itoa(os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	defer abstract.Close()
	for target, want := range map[string]string{
		"tcp " + l.Addr().String():         `"ECONNREFUSED"`,
		"tcp 192.0.2.1:80":                 `"ENETUNREACH"`,
		"udp 192.0.2.1:53":                 `"ENETUNREACH"`,
		"tcp 169.254.169.254:80":           `"ENETUNREACH"`,
		"tcp [2001:db8::1]:80":             `"ENETUNREACH"`,
		"unix " + abstract.Addr().String(): `"ECONNREFUSED"`,
		"tcp 127.0.0.1:443":                `"connected"`,
	} {
		got := b.do("dial", target)
		if strings.HasPrefix(target, "tcp [") && got == `"EADDRNOTAVAIL"` {
			continue
		}
		if got != want {
			t.Errorf("dial %s = %s, want %s", target, got, want)
		}
	}
	for name, want := range map[string]string{
		"":                                 `["127.0.0.1"]`, // its own
		"dynamodb.us-east-1.amazonaws.com": `["127.0.0.1"]`, "localhost": `["127.0.0.1"]`,
		"example.com": `"not found"`, "registry.npmjs.org": `"not found"`,
	} {
		if got := b.do("resolve", name); got != want {
			t.Errorf("resolve %s = %s, want %s", name, got, want)
		}
	}
	for _, url := range []string{"https://sts.eu-central-1.amazonaws.com/", "http://s3.amazonaws.com/bucket", "http://127.0.0.1:4566/"} {
		if got := b.do("get", url); got != `"200 {}"` {
			t.Errorf("get %s = %s", url, got)
		}
	}
}

func TestFunctionsFindNothingOfTheServersEnvironment(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "the host's")
	t.Setenv("HOST_SECRET", "the host's")
	b := newIsolatedBench(t)
	fn := behaviour("environment")
	fn.Environment = map[string]string{"MINE": "1", "TZ": "Europe/Vienna"}
	var got map[string]string
	if err := json.Unmarshal(b.invoke(fn, `""`).Payload, &got); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"AWS_SECRET_ACCESS_KEY": "secret", "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE", "AWS_SESSION_TOKEN": "token", "HOST_SECRET": "",
		"MINE": "1", "TZ": "Europe/Vienna", "_HANDLER": "environment", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
		"AWS_EXECUTION_ENV": "", "AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f", "LAMBDA_TASK_ROOT": "/var/task",
		"AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand", "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001", "LANG": "en_US.UTF-8",
	} {
		if got[name] != want {
			t.Errorf("%s = %q, want %q", name, got[name], want)
		}
	}
}

// TestFunctionsInheritNoDescriptors has the server hold one that it was given by
// whoever started it, and that is not closed on exec.
func TestFunctionsInheritNoDescriptors(t *testing.T) {
	fd, err := unix.Open("/etc/shadow", unix.O_RDONLY, 0)
	if err != nil {
		fd, err = unix.Open("/dev/null", unix.O_RDONLY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	b := newIsolatedBench(t)
	if got := b.do("descriptors", ""); got != `["0 /dev/null","1 pipe","2 pipe","3 pipe"]` {
		t.Errorf("descriptors = %s", got)
	}
}

// TestAnnouncedAnswersTakeNoMemory has a function announce answers to nothing, of
// megabytes each, all at a time.
func TestAnnouncedAnswersTakeNoMemory(t *testing.T) {
	b := newIsolatedBench(t)
	goruntime.GC()
	var before, after goruntime.MemStats
	goruntime.ReadMemStats(&before)
	if got := b.do("hoard answers", ""); got != `"hoarded"` {
		t.Errorf("hoard answers = %s", got)
	}
	goruntime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 40<<20 {
		t.Errorf("the server holds %d MB more", grown>>20)
	}
}

func TestForkBombsAreBounded(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("fork")
	fn.MemoryMB, fn.Timeout = 10240, 60*time.Second
	r := b.invoke(fn, `""`)
	// Go programs have some five threads each. The bomb may also end itself, when
	// it cannot have one more thread: what counts is that it is bounded.
	if n, err := strconv.Atoi(string(r.Payload)); err == nil && n > maxProcesses {
		t.Errorf("%d processes were started, want at most %d", n, maxProcesses)
	}
	t.Logf("after %s processes: %q", r.Payload, r.FunctionError)
	if got := b.do("echo", "still here"); got != `"still here"` {
		t.Errorf("echo = %s", got)
	}
}

// TestForkBombsLeaveRoomForInit looks at how full the group of an environment is
// when a function can start no more: init needs a thread now and then.
func TestForkBombsLeaveRoomForInit(t *testing.T) {
	b := newIsolatedBench(t)
	if os.Geteuid() != 0 {
		t.Skip("an ordinary user's processes are counted together with its init's")
	}
	fn := behaviour("fork")
	fn.MemoryMB, fn.Timeout = 10240, 60*time.Second
	if r := b.invoke(fn, `""`); r.FunctionError != "" {
		t.Skipf("the bomb ended itself: %s", r.Payload)
	}
	groups, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", b.Status().Environments[0].PID))
	if err != nil {
		t.Fatal(err)
	}
	dir := "/sys/fs/cgroup"
	for line := range strings.Lines(string(groups)) {
		words := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if words[1] == "pids" {
			dir = filepath.Join("/sys/fs/cgroup/pids", words[2])
		} else if words[1] == "" && dir == "/sys/fs/cgroup" {
			dir = filepath.Join(dir, words[2])
		}
	}
	current, most := number(t, dir, "pids.current"), number(t, dir, "pids.max")
	if current < maxProcesses/2 || most-current < 32 {
		t.Errorf("%d of %d processes are there, want many, and room for 32 more", current, most)
	}
}

func number(t *testing.T, dir, name string) int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Skipf("the kernel does not count processes for us: %v", err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestFrozenFunctionsDoNotWork has a function told by the kernel to go on when it was
// stopped: what works while it is to stand still is ended.
func TestFrozenFunctionsDoNotWork(t *testing.T) {
	b := newIsolatedBench(t, func(c *Config) { c.FreezeAfter = time.Millisecond })
	if got := b.do("wake up", ""); got != `"done"` {
		t.Fatalf("wake up = %s", got)
	}
	await(t, "the environment has ended", func() bool { return len(b.Status().Environments) == 0 })
}

// TestFunctionsHaveLimits holds, beside others, the limit at which the kernel neither writes
// a core nor gives it to a program of the machine's, which it does where the limit is 0.
func TestFunctionsHaveLimits(t *testing.T) {
	b := newIsolatedBench(t)
	if got, want := b.do("limits", ""), fmt.Sprintf(`["500","EACCES","done",1,1,"done",%d]`, maxOpenFiles); got != want {
		t.Errorf("limits = %s, want %s", got, want)
	}
}

// TestFunctionsLeaveTheMachineItsOwn has a function take as much as it can of what the
// kernel counts up to the machine's root.
func TestFunctionsLeaveTheMachineItsOwn(t *testing.T) {
	b := newIsolatedBench(t)
	if got := b.do("watch files", ""); got != "2" {
		t.Errorf("watch files = %s, want 2", got)
	}
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC)
	if err != nil {
		t.Errorf("the machine cannot watch files: %v", err)
	}
	unix.Close(fd)
}

// TestEachEnvironmentIsAUserOfItsOwn looks from outside: the kernel counts by user,
// too, and what one function uses up there no other has.
func TestEachEnvironmentIsAUserOfItsOwn(t *testing.T) {
	b := newIsolatedBench(t)
	if os.Geteuid() != 0 {
		t.Skip("an ordinary user is one")
	}
	users := make(map[string]bool)
	for _, id := range []string{"one", "two"} {
		fn := behaviour("echo")
		fn.ID = id
		b.invoke(fn, `"x"`)
	}
	for _, e := range b.Status().Environments {
		children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", e.PID, e.PID))
		if err != nil {
			t.Skipf("this kernel does not tell of children: %v", err)
		}
		status, err := os.ReadFile(fmt.Sprintf("/proc/%s/status", strings.Fields(string(children))[0]))
		if err != nil {
			t.Fatal(err)
		}
		_, uids, _ := strings.Cut(string(status), "\nUid:")
		line, _, _ := strings.Cut(uids, "\n")
		users[strings.TrimSpace(line)] = true
	}
	if len(users) != 2 || users["0\t0\t0\t0"] {
		t.Errorf("two environments are the users %v", users)
	}
}

func TestMemoryBombsAreEnded(t *testing.T) {
	for _, name := range []string{"hoard", "hoard shared", "hoard unseen", "hoard behind a thread"} {
		t.Run(name, func(t *testing.T) {
			b := newIsolatedBench(t)
			fn := behaviour(name)
			fn.MemoryMB = 128
			r := b.invoke(fn, `""`)
			want := fmt.Sprintf(`{"errorType":"Runtime.OutOfMemory","errorMessage":"RequestId: %s Error: Runtime exited with error: signal: killed"}`, requestID)
			if string(r.Payload) != want || r.FunctionError != "Unhandled" {
				t.Errorf("result = %q %s, want %s", r.FunctionError, r.Payload, want)
			}
			if r.MemoryUsedMB < 100 || r.MemoryUsedMB > 128 {
				t.Errorf("used %d MB, want about 128", r.MemoryUsedMB)
			}
			if !strings.Contains(string(r.LogTail), "Runtime.OutOfMemory") {
				t.Errorf("log = %s", r.LogTail)
			}
		})
	}
}

// TestMemoryOfNobodyIsBounded has a function fill memory that belongs to no process: the
// kernel ends it, or lets it have none where it would not.
func TestMemoryOfNobodyIsBounded(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("hoard without owning")
	fn.MemoryMB, fn.EphemeralStorageMB = 128, 512
	r := b.invoke(fn, `""`)
	if r.ErrorType == "Runtime.OutOfMemory" && r.MemoryUsedMB == 128 {
		return
	}
	if string(r.Payload) != `["ENOSYS","ENOSYS"]` {
		t.Errorf("result = %q %s, %d MB used", r.FunctionError, r.Payload, r.MemoryUsedMB)
	}
}

func TestNothingOutlivesItsEnvironment(t *testing.T) {
	for _, tt := range []struct{ name, behave string }{
		{"a process that left its session", "daemon"},
		{"children of a program that ended", "exit leaving children"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newIsolatedBench(t)
			marker := fmt.Sprintf("marker-%d-%s", os.Getpid(), strings.ReplaceAll(tt.behave, " ", "-"))
			b.invoke(behaviour(tt.behave), strconv.Quote(marker))
			if err := b.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			if left := processesWith(t, marker); len(left) > 0 {
				t.Errorf("processes %v are left", left)
			}
		})
	}
}

// processesWith returns the processes of the machine that have a word in their
// command line.
func processesWith(t *testing.T, word string) (pids []string) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if data, err := os.ReadFile(f); err == nil && strings.Contains(string(data), word) {
			pids = append(pids, filepath.Base(filepath.Dir(f)))
		}
	}
	return pids
}

func TestEnvironmentsEndWithTheServer(t *testing.T) {
	newIsolatedBench(t) // or skip
	cmd := exec.Command("/proc/self/exe", "-test.run=^TestServerToKill$", "-test.v")
	cmd.Env = append(os.Environ(), "CLOUDLESS_TEST_SERVER=1", "TMPDIR="+t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	buf := make([]byte, 4096)
	for !strings.Contains(text.String(), "ENVIRONMENTS") {
		n, err := out.Read(buf)
		if err != nil {
			t.Fatalf("the server ended: %v\n%s", err, text.String())
		}
		text.Write(buf[:n])
	}
	_, after, _ := strings.Cut(text.String(), "ENVIRONMENTS ")
	line, _, _ := strings.Cut(after, "\n")
	pids := strings.Fields(line)
	if len(pids) != 2 {
		t.Fatalf("the server has environments %v, want two", pids)
	}
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		left := slices.DeleteFunc(slices.Clone(pids), func(pid string) bool { return !alive(pid) })
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("environments %v outlived their server", left)
		}
	}
}

// alive reports whether a process is there and more than a name in a list.
func alive(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// TestServerToKill is the server that TestEnvironmentsEndWithTheServer kills. It
// has one frozen environment and one at work.
func TestServerToKill(t *testing.T) {
	if os.Getenv("CLOUDLESS_TEST_SERVER") == "" {
		t.Skip("only for TestEnvironmentsEndWithTheServer")
	}
	b := newBench(t, func(c *Config) { c.FreezeAfter = time.Millisecond })
	b.do("echo", "x")
	sleeper := behaviour("sleep")
	sleeper.ID, sleeper.Timeout = "sleeper", time.Minute
	go func() { _, _ = b.Invoke(t.Context(), sleeper, event(`"1m"`)) }()
	for {
		s := b.Status()
		if len(s.Environments) == 2 && s.Environments[0].Frozen != s.Environments[1].Frozen && s.Environments[0].PID*s.Environments[1].PID > 0 {
			fmt.Println("ENVIRONMENTS", s.Environments[0].PID, s.Environments[1].PID)
			break
		}
		time.Sleep(time.Millisecond)
	}
	select {}
}

func TestFunctionsMayBehaveBadlyInTheDialogue(t *testing.T) {
	b := newIsolatedBench(t)
	for _, tt := range []struct{ behave, want string }{
		{"answer twice", `"first"`},
		{"answer others", `[400,403,404]`},
		{"answer garbage", `"still here"`},
		{"hang up", `"whole"`},
		{"close everything", `"closed"`},
		{"spoil frames", `"spoiled"`},
		{"print no line", `null`},
		{"hold connections", `true`},
	} {
		for range 2 { // the second time in the environment that was left behind
			if got := b.do(tt.behave, "127.0.0.1:4566"); got != tt.want {
				t.Errorf("%s = %s, want %s", tt.behave, got, tt.want)
			}
			// A busy machine may need longer until then than a call waits for it.
			await(t, "the environments rest", func() bool {
				return !slices.ContainsFunc(b.Status().Environments, func(e EnvironmentStatus) bool { return e.State != Idle })
			})
		}
	}
	if n := len(b.Status().Environments); n != 8 {
		t.Errorf("%d environments, want 8: each behaviour's was fit to be used again", n)
	}
}

func TestAnswerThatIsTooLargeIsAFailure(t *testing.T) {
	b := newIsolatedBench(t)
	r := b.invoke(behaviour("answer much"), `""`)
	want := `{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes)."}`
	if string(r.Payload) != want || r.FunctionError != "Unhandled" {
		t.Errorf("result = %q %s, want %s", r.FunctionError, r.Payload, want)
	}
	if got := b.do("echo", "x"); got != `"x"` {
		t.Errorf("echo = %s", got)
	}
}

func TestPrintingMuchLosesNothing(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("print")
	fn.Timeout = 60 * time.Second
	r := b.invoke(fn, `"100000000"`)
	if string(r.Payload) != `100000000` {
		t.Fatalf("result = %q %s", r.FunctionError, r.Payload)
	}
	if len(r.LogTail) != tailBytes || !strings.Contains(string(r.LogTail), "REPORT RequestId") {
		t.Errorf("the tail has %d bytes", len(r.LogTail))
	}
	text := b.text()
	if n := strings.Count(text, "0123456789abcde\n"); !strings.Contains(text, "REPORT RequestId") || n != 97657 || len(text) < n<<10 {
		t.Errorf("the log has %d bytes, and %d lines of what was printed", len(text), n)
	}
}

// TestRootless runs the attacks again as a user without any rights, if these
// tests themselves run as root.
func TestRootless(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("these tests run as an ordinary user already")
	}
	newIsolatedBench(t) // or skip
	dir, err := os.MkdirTemp("", "cloudless-rootless-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "sandbox.test")
	if err := os.WriteFile(program, self, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "-test.run=^Test(FrozenFunctions|Functions|Tmp|FilesInTmp|FilesThat|FilesAnd|Resets|Fork|Memory|Nothing|Environments|Answer|Printing|WhoPrints|ServerToKill)",
		"-test.skip=^TestFunctions(FindTheirLayers|MayUseMoreOfTheProcessorsUntilTheyAreLoaded)$", // which are no attacks, and would fetch runtimes for this user
		"-test.v")
	cmd.Dir = dir
	cmd.Env = []string{"TMPDIR=" + dir, "HOME=" + dir, "PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("as an ordinary user: %v\n%s", err, out)
	}
	if passed := strings.Count(string(out), "\n--- PASS"); passed < 10 {
		t.Errorf("only %d tests passed as an ordinary user:\n%s", passed, out)
	}
}
