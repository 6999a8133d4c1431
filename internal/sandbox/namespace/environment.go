//go:build linux

package namespace

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"cloudless/internal/sandbox/driver"
	"cloudless/internal/sandbox/namespace/inner"
)

// Environment is one set of namespaces. It is a [driver.Environment].
type Environment struct {
	driver *Driver
	cmd    *exec.Cmd
	limits driver.Limits

	inherited *os.File // the mount of another's /tmp, until init has it; or nil
	keepMu    sync.Mutex
	left      remains // what it can leave; follow makes it before Prepare returns
	over      bool    // somebody keeps it, or it is given up

	sendMu  sync.Mutex
	control *os.File // our end of the pair; non-blocking, so that Close wakes a reader

	listeners map[driver.Port]net.Listener
	packets   map[driver.Port]net.PacketConn

	memory   atomic.Int64
	started  chan error // the answer to Run
	attached chan error // the answer to Attach
	done     chan struct{}
	ended    chan struct{} // closed when the program has ended
	told     bool          // it is closed
	exit     driver.Exit   // how; before ended is closed, both are follow's alone

	dialMu     sync.Mutex
	dials      map[int]chan dialed // by number; nil once the environment has ended
	dialNumber int

	companionMu sync.Mutex
	companions  map[int]*companion // by number
}

var (
	_ driver.Environment = (*Environment)(nil)
	_ driver.Attacher    = (*Environment)(nil)
	_ driver.Companions  = (*Environment)(nil)
	_ driver.Dialer      = (*Environment)(nil)
	_ driver.Settler     = (*Environment)(nil)
)

// prepareTimeout bounds the building of an environment. It takes milliseconds.
const prepareTimeout = 20 * time.Second

// Prepare makes an environment.
func (d *Driver) Prepare(ctx context.Context, l driver.Layout) (driver.Environment, error) {
	e := &Environment{
		driver:     d,
		limits:     l.Limits,
		listeners:  make(map[driver.Port]net.Listener),
		packets:    make(map[driver.Port]net.PacketConn),
		started:    make(chan error, 1),
		attached:   make(chan error, 1),
		ended:      make(chan struct{}),
		companions: make(map[int]*companion),
		dials:      make(map[int]chan dialed),
		done:       make(chan struct{}),
	}
	if err := e.inherit(l); err != nil {
		return nil, fmt.Errorf("start an environment: %w", err)
	}
	if err := e.start(l); err != nil {
		e.abandon()
		return nil, fmt.Errorf("start an environment: %w", err)
	}
	d.mu.Lock()
	d.open[e] = struct{}{}
	d.mu.Unlock()
	built := make(chan error, 1)
	go e.follow(l, built)

	ctx, cancel := context.WithTimeout(ctx, prepareTimeout)
	defer cancel()
	select {
	case err := <-built:
		if err != nil {
			e.Kill()
			return nil, fmt.Errorf("build an environment: %w", err)
		}
		return e, nil
	case <-ctx.Done():
		e.Kill()
		return nil, fmt.Errorf("build an environment: %w", ctx.Err())
	}
}

// start brings init to life, in its cgroup.
func (e *Environment) start(l driver.Layout) error {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	theirs := os.NewFile(uintptr(pair[1]), "control")
	defer theirs.Close()
	if err := unix.SetNonblock(pair[0], true); err != nil {
		unix.Close(pair[0])
		return err
	}
	e.control = os.NewFile(uintptr(pair[0]), "control")

	e.cmd = &exec.Cmd{
		Path:       "/proc/self/exe",
		Args:       []string{inner.Name},
		Env:        []string{"GOMAXPROCS=1"}, // nothing of ours: init is the function's neighbour
		Stderr:     os.Stderr,                // where a panic of init would have to be seen
		ExtraFiles: []*os.File{theirs},
		SysProcAttr: &syscall.SysProcAttr{
			Cloneflags: unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID |
				unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS,
			UidMappings:                e.left.uids,
			GidMappings:                e.left.gids,
			GidMappingsEnableSetgroups: !e.driver.ids.rootless,
			AmbientCaps:                inner.Capabilities,
			Setsid:                     true, // no terminal's signals reach it
		},
	}
	if err := e.startLimited(l); err != nil {
		e.control.Close()
		return err
	}
	if !e.driver.ids.rootless {
		// Init does so, too, but what root says, if it has the right to, the program cannot
		// take back.
		name := fmt.Sprintf("/proc/%d/oom_score_adj", e.cmd.Process.Pid)
		_ = os.WriteFile(name, []byte(inner.OutOfMemoryScore), 0) // fails only if it has ended
	}
	return nil
}

// Path returns target: inside, everything is where the layout put it.
func (e *Environment) Path(target string) string { return target }

// Address is the same in every environment, since each has its own network.
func (e *Environment) Address(p driver.Port) string {
	for _, known := range inner.Ports {
		if driver.Port(known.Name) == p {
			return known.Address
		}
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

// PacketConn returns the socket of a datagram port.
func (e *Environment) PacketConn(p driver.Port) net.PacketConn {
	if c, ok := e.packets[p]; ok {
		return c
	}
	return nil
}

// Run starts the program.
func (e *Environment) Run(ctx context.Context, c driver.Command) error {
	return e.run(ctx, c, 0, e.started)
}

// run starts the program or a companion, and waits for the answer to that.
func (e *Environment) run(ctx context.Context, c driver.Command, number int, started <-chan error) error {
	for _, s := range append(append([]string{c.Dir}, c.Args...), c.Env...) {
		if strings.ContainsRune(s, 0) {
			return fmt.Errorf("run: %w: a word holds a zero byte", syscall.EINVAL)
		}
	}
	err := e.tell(inner.Order{Run: &inner.Run{Args: c.Args, Env: c.Env, Dir: c.Dir, Companion: number}}, c.Output, c.Frames)
	if err == nil {
		select {
		case err = <-started:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	if err != nil {
		return fmt.Errorf("run %s: %w", c.Args[0], err)
	}
	return nil
}

// Attach shows directories of the store. It is a [driver.Attacher].
func (e *Environment) Attach(ctx context.Context, files []driver.File) error {
	err := e.tell(inner.Order{Attach: shown(files)})
	if err == nil {
		err = e.employ() // which takes as long: at the same time
	}
	if err == nil {
		select {
		case err = <-e.attached:
		case <-e.done:
			err = errEnded
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	if err != nil {
		return fmt.Errorf("attach: %w", err)
	}
	return nil
}

// Settle is for a [driver.Settler]. Where a limit cannot be set, the one that is
// there holds on.
func (e *Environment) Settle() {
	_ = e.tell(inner.Order{Look: true}) // fails only if it has ended
	e.settle()
}

// Freeze stops all processes but init where they are.
func (e *Environment) Freeze() error { return e.tell(inner.Order{Freeze: true}) }

// Thaw lets them go on.
func (e *Environment) Thaw() error { return e.tell(inner.Order{Thaw: true}) }

// MemoryBytes is the most memory that the program and its children were seen to
// use together, to the megabyte.
func (e *Environment) MemoryBytes() int64 { return e.memory.Load() }

// PID is init's, as the host sees it.
func (e *Environment) PID() int { return e.cmd.Process.Pid }

// Done is closed when nothing of the environment is left.
func (e *Environment) Done() <-chan struct{} { return e.done }

// Exit tells how the program ended.
func (e *Environment) Exit() driver.Exit {
	<-e.ended
	return e.exit
}

// Kill ends init, and with it everything inside.
func (e *Environment) Kill() {
	_ = e.cmd.Process.Kill() // fails only if it has ended
	<-e.done
	e.giveUp()
}
