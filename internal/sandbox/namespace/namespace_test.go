//go:build linux

package namespace

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"cloudless/internal/sandbox/cgroup"
	"cloudless/internal/sandbox/driver"
	"cloudless/internal/sandbox/namespace/inner"
)

// newDriver returns a driver, or skips the test where there can be none.
func newDriver(t *testing.T) *Driver {
	t.Helper()
	cfg := Config{Mountpoint: filepath.Join(t.TempDir(), "root")}
	if groups, err := cgroup.Open(); err == nil {
		cfg.Groups = groups
	}
	d, err := New(cfg)
	if err != nil {
		t.Skipf("SKIPPED: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
	return d
}

func prepare(t *testing.T, d *Driver, l driver.Layout) *Environment {
	t.Helper()
	e, err := d.Prepare(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Kill)
	return e.(*Environment)
}

// shell runs a script in an environment and returns what it printed and how it
// ended.
func shell(t *testing.T, e driver.Environment, script string) (string, driver.Exit) {
	t.Helper()
	out := start(t, e, script)
	data, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(data), e.Exit()
}

func start(t *testing.T, e driver.Environment, script string) io.Reader {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	defer w.Close()
	err = e.Run(t.Context(), driver.Command{Args: []string{"/bin/sh", "-c", script}, Env: []string{"PATH=/usr/bin:/bin"}, Dir: "/tmp", Output: w, Frames: w})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestExitTellsHowTheProgramEnded(t *testing.T) {
	d := newDriver(t)
	for _, tt := range []struct {
		name, script string
		want         driver.Exit
	}{
		{"well", "exit 0", driver.Exit{}},
		{"with a status", "exit 7", driver.Exit{Code: 7}},
		{"by a signal", "kill -SEGV $$", driver.Exit{Signal: syscall.SIGSEGV}},
		{"leaving others behind", "sleep 1000 & exit 3", driver.Exit{Code: 3}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, got := shell(t, prepare(t, d, driver.Layout{ID: "exit"}), tt.script); got != tt.want {
				t.Errorf("Exit = %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestProgramSeesWhatItWasGiven(t *testing.T) {
	d := newDriver(t)
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "inner"), 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	for name, text := range map[string]string{
		filepath.Join(dir, "a"): "in the directory", filepath.Join(dir, "inner/file"): "what is covered", file: "the file",
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for d := dir; d != os.TempDir(); d = filepath.Dir(d) { // others than root may come this way
		_ = os.Chmod(d, 0o755)
	}
	e := prepare(t, d, driver.Layout{ID: "box-1", Files: []driver.File{
		{Source: file, Target: "/opt/dir/inner/file"}, // within what is mounted after it in this list
		{Source: dir, Target: "/opt/dir"},
		{Source: file, Target: "/etc/some/file"},
	}})
	got, _ := shell(t, e, "cat /opt/dir/a /opt/dir/inner/file /etc/some/file; hostname; id -un; ls /opt/dir")
	if want := "in the directorythe filethe filebox-1\nsbx_user1051\na\ninner\n"; got != want {
		t.Errorf("the program saw %q, want %q", got, want)
	}
}

func TestPrepareSaysWhatItCannotShow(t *testing.T) {
	d := newDriver(t)
	_, err := d.Prepare(t.Context(), driver.Layout{ID: "x", Files: []driver.File{{Source: "/no/such/file", Target: "/opt/x"}}})
	if err == nil || !strings.Contains(err.Error(), "/no/such/file: no such file or directory") {
		t.Errorf("Prepare = %v", err)
	}
	if len(d.open) != 0 {
		t.Errorf("%d environments are left", len(d.open))
	}
}

func TestRunSaysWhatItCannotStart(t *testing.T) {
	d := newDriver(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	for _, tt := range []struct {
		name string
		c    driver.Command
		want string
	}{
		{"a program that is not there", driver.Command{Args: []string{"/no/such"}, Dir: "/"}, "no such file or directory"},
		{"a directory that is not there", driver.Command{Args: []string{"/bin/sh"}, Dir: "/no/such"}, "no such file or directory"},
		{"a word with a zero", driver.Command{Args: []string{"/bin/sh", "a\x00b"}, Dir: "/"}, "zero byte"},
		{"more than fits", driver.Command{Args: []string{"/bin/sh", strings.Repeat("x", inner.MaxMessage)}, Dir: "/"}, "too long"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.c.Output, tt.c.Frames = w, w
			if err := prepare(t, d, driver.Layout{ID: "run"}).Run(t.Context(), tt.c); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Run = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestKillEndsAnEnvironmentInEveryState(t *testing.T) {
	d := newDriver(t)
	for _, tt := range []struct {
		name string
		to   func(e driver.Environment)
	}{
		{"that is empty", func(driver.Environment) {}},
		{"at work", func(e driver.Environment) { start(t, e, "while :; do :; done") }},
		{"frozen", func(e driver.Environment) {
			start(t, e, "while :; do :; done")
			_ = e.Freeze()
		}},
		{"that has ended", func(e driver.Environment) { shell(t, e, "exit 0") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := prepare(t, d, driver.Layout{ID: "kill"})
			tt.to(e)
			e.Kill()
			e.Kill() // a second time does nothing
			if err := syscall.Kill(e.PID(), 0); err != syscall.ESRCH {
				t.Errorf("init is still there: %v", err)
			}
			if e.Listener(driver.RuntimeAPI) != nil {
				if _, err := e.Listener(driver.RuntimeAPI).Accept(); err == nil {
					t.Error("a socket is still open")
				}
			}
		})
	}
}

// TestFreezeStopsTheProcesses lets a program count, and looks whether it goes on.
func TestFreezeStopsTheProcesses(t *testing.T) {
	d := newDriver(t)
	e := prepare(t, d, driver.Layout{ID: "freeze"})
	counted := make(chan struct{})
	out := start(t, e, "while :; do echo x; done")
	go func() {
		defer close(counted)
		buf := make([]byte, 4096)
		for {
			if _, err := out.Read(buf); err != nil {
				return
			}
			select {
			case counted <- struct{}{}:
			default:
			}
		}
	}()
	counts := func(within time.Duration) bool {
		select {
		case <-counted:
			return true
		case <-time.After(within):
			return false
		}
	}
	if !counts(10 * time.Second) {
		t.Fatal("the program does not count")
	}
	if err := e.Freeze(); err != nil {
		t.Fatal(err)
	}
	for counts(100 * time.Millisecond) { // until what it had written is read
	}
	if err := e.Thaw(); err != nil {
		t.Fatal(err)
	}
	if !counts(10 * time.Second) {
		t.Error("a thawed program does not go on")
	}
}

// TestKernelLimitsMemory goes around the watch, which looks at processes, by
// filling memory that belongs to none: only a cgroup can bound that.
func TestKernelLimitsMemory(t *testing.T) {
	d := newDriver(t)
	groups, ok := d.groups.(*cgroup.Groups)
	if !ok || !slices.Contains(groups.Controllers(), "memory") {
		t.Skip("SKIPPED: this user may not limit memory with cgroups")
	}
	e := prepare(t, d, driver.Layout{ID: "wall", Limits: driver.Limits{MemoryBytes: 32 << 20, TmpBytes: 0}})
	_, exit := shell(t, e, "exec head -c 500M /dev/zero > /tmp/x")
	if !exit.OutOfMemory || exit.Signal != syscall.SIGKILL {
		t.Errorf("Exit = %+v, want that the kernel ended it for want of memory", exit)
	}
}

func TestIdentityIsOneThatNobodyHas(t *testing.T) {
	for _, tt := range []struct {
		name, mapping string
		want          int
		ok            bool
	}{
		{"the whole machine", "0 0 4294967295", preferredHostID, true},
		{"a container's", "0 100000 65536", 65535, true},
		{"two ranges", "0 1000 1\n1 100000 65536", 65536, true},
		{"nobody else", "0 1000 1", 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "uid_map")
			if err := os.WriteFile(name, []byte(tt.mapping+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			if id, ok, err := pickHostID(name); id != tt.want || ok != tt.ok || err != nil {
				t.Errorf("pickHostID = %d, %v, %v; want %d, %v", id, ok, err, tt.want, tt.ok)
			}
		})
	}
}

func TestPeakOfMemoryIsReported(t *testing.T) {
	d := newDriver(t)
	e := prepare(t, d, driver.Layout{ID: "peak"})
	// tail keeps what it has not yet seen the end of.
	out := start(t, e, "head -c 64M /dev/zero | tail -c 64M > /dev/null; echo; sleep 1000")
	buf := make([]byte, 1)
	if _, err := out.Read(buf); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for e.MemoryBytes() < 32<<20 {
		select {
		case <-ctx.Done():
			t.Skipf("this machine's tail is faster than the watch: %s bytes seen", strconv.FormatInt(e.MemoryBytes(), 10))
		case <-time.After(time.Millisecond):
		}
	}
}
