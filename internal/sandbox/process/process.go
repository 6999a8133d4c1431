//go:build unix

// Package process runs environments as ordinary processes, for systems that have
// no namespaces. It isolates nothing: a program sees the machine's files and
// network, and its limits are what the system counts for each process.
//
// An environment is a process group with a directory of its own for /tmp and three
// sockets on the loopback interface. It ends with its group; a program that
// leaves the group escapes.
//
// The package knows nothing of functions, runtimes or AWS.
package process

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"cloudless/internal/sandbox/driver"
)

// Driver starts processes. It is a [driver.Driver].
type Driver struct{ dir string }

var _ driver.Driver = (*Driver)(nil)

// New returns a driver that keeps its environments' files below dir.
func New(dir string) (*Driver, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make a place for environments: %w", err)
	}
	return &Driver{dir: dir}, nil
}

// Name is "processes".
func (d *Driver) Name() string { return "processes" }

// Isolated is false.
func (d *Driver) Isolated() bool { return false }

// Close does nothing: environments hold all that there is.
func (d *Driver) Close() error { return nil }

// Environment is one process group. It is a [driver.Environment].
type Environment struct {
	files     []driver.File
	tmp       string
	listeners map[driver.Port]net.Listener

	mu     sync.Mutex
	cmd    *exec.Cmd // once the program runs
	killed bool
	kept   bool
	done   chan struct{}
	exit   driver.Exit // before done is closed: for the one who closes it
}

var _ driver.Environment = (*Environment)(nil)

// Prepare makes an environment.
func (d *Driver) Prepare(ctx context.Context, l driver.Layout) (driver.Environment, error) {
	tmp := filepath.Join(d.dir, l.ID)
	if left, ok := l.Remains.(remains); ok {
		tmp = string(left)
	} else if err := os.Mkdir(tmp, 0o700); err != nil {
		return nil, fmt.Errorf("prepare an environment: %w", err)
	}
	e := &Environment{files: l.Files, tmp: tmp, listeners: make(map[driver.Port]net.Listener), done: make(chan struct{})}
	var lc net.ListenConfig
	for _, p := range []driver.Port{driver.RuntimeAPI, driver.Endpoint, driver.HTTPS} {
		listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			e.close()
			remains(tmp).Drop()
			return nil, fmt.Errorf("prepare an environment: %w", err)
		}
		e.listeners[p] = listener
	}
	return e, nil
}

// Path tells where on the machine a target is: below the source of the innermost
// file of the layout that holds it.
func (e *Environment) Path(target string) string {
	best := driver.File{Source: target, Target: target}
	if within(target, "/tmp") {
		best = driver.File{Source: e.tmp, Target: "/tmp"}
	}
	longest := 0
	for _, f := range e.files {
		if f.Link == "" && within(target, f.Target) && len(f.Target) > longest {
			best, longest = f, len(f.Target)
		}
	}
	return path.Join(best.Source, strings.TrimPrefix(target, best.Target))
}

func within(name, dir string) bool {
	return name == dir || strings.HasPrefix(name, strings.TrimSuffix(dir, "/")+"/")
}

// Address is a port of the loopback interface.
func (e *Environment) Address(p driver.Port) string {
	if l, ok := e.listeners[p]; ok {
		return l.Addr().String()
	}
	return ""
}

// Listener returns the socket of a stream port.
func (e *Environment) Listener(p driver.Port) net.Listener {
	if l, ok := e.listeners[p]; ok {
		return l
	}
	return nil
}

// PacketConn returns nil: there are no datagram ports.
func (e *Environment) PacketConn(driver.Port) net.PacketConn { return nil }

// Run starts the program in a group of its own.
func (e *Environment) Run(_ context.Context, c driver.Command) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.killed || e.cmd != nil {
		return errors.New("run: the environment has ended or runs a program already")
	}
	cmd := &exec.Cmd{
		Path: c.Args[0], Args: c.Args, Env: c.Env, Dir: c.Dir,
		Stdout: c.Output, Stderr: c.Output, ExtraFiles: []*os.File{c.Frames},
		// Not Pdeathsig: the kernel would take the end of the thread that started
		// the program for ours. The program notices that its Runtime API is gone.
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true},
	}
	if err := cmd.Start(); err != nil {
		if number, ok := errors.AsType[syscall.Errno](err); ok {
			return &driver.StartError{Program: c.Args[0], Reason: number.Error()}
		}
		return fmt.Errorf("run %s: %w", c.Args[0], err)
	}
	e.cmd = cmd
	go e.wait()
	return nil
}

// wait collects the program and ends what it left behind.
func (e *Environment) wait() {
	err := e.cmd.Wait()
	e.signal(syscall.SIGKILL)
	status, ok := e.cmd.ProcessState.Sys().(syscall.WaitStatus)
	switch {
	case !ok:
		e.exit = driver.Exit{Err: fmt.Errorf("wait for the program: %w", err)}
	case status.Signaled():
		e.exit = driver.Exit{Signal: status.Signal()}
	default:
		e.exit = driver.Exit{Code: status.ExitStatus()}
	}
	e.close()
	close(e.done)
}

func (e *Environment) close() {
	for _, l := range e.listeners {
		l.Close()
	}
}

// remains is the directory of an environment that has ended. It is a [driver.Remains].
type remains string

// Drop removes it.
func (r remains) Drop() { _ = os.RemoveAll(string(r)) } // what a program made unremovable stays

// Keep leaves the directory.
func (e *Environment) Keep() driver.Remains {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.killed {
		return nil
	}
	e.kept = true
	return remains(e.tmp)
}

// signal reaches every process of the group.
func (e *Environment) signal(s syscall.Signal) error {
	return syscall.Kill(-e.cmd.Process.Pid, s)
}

// Freeze stops the group.
func (e *Environment) Freeze() error { return e.ifRunning(syscall.SIGSTOP) }

// Thaw lets it go on.
func (e *Environment) Thaw() error { return e.ifRunning(syscall.SIGCONT) }

func (e *Environment) ifRunning(s syscall.Signal) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.cmd == nil || e.killed {
		return nil
	}
	return e.signal(s)
}

// PID is the program's, or 0 before it runs.
func (e *Environment) PID() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.cmd == nil {
		return 0
	}
	return e.cmd.Process.Pid
}

// MemoryBytes is the largest that the program itself has been, where the system
// tells.
func (e *Environment) MemoryBytes() int64 {
	if pid := e.PID(); pid != 0 {
		return peakBytes(pid)
	}
	return 0
}

// Done is closed when the program has ended.
func (e *Environment) Done() <-chan struct{} { return e.done }

// Exit tells how the program ended.
func (e *Environment) Exit() driver.Exit {
	<-e.done
	return e.exit
}

// Kill ends the group, and removes its directory unless that is kept.
func (e *Environment) Kill() {
	e.mu.Lock()
	first := !e.killed
	e.killed = true
	running := e.cmd != nil
	if running {
		_ = e.signal(syscall.SIGKILL) // fails only if the group has ended
	}
	e.mu.Unlock()
	if first && !running {
		e.exit = driver.Exit{Signal: syscall.SIGKILL}
		e.close()
		close(e.done)
	}
	<-e.done
	if first && !e.kept {
		remains(e.tmp).Drop()
	}
}
