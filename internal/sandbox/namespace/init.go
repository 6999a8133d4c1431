//go:build linux

package namespace

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"cloudless/internal/sandbox/driver"
)

// MaybeInit turns this process into the init of an environment if that is what
// it was started for, and does not return then. Every program that uses the
// driver calls it first thing in main, before it does anything that an
// environment's neighbour has no business with.
func MaybeInit() {
	if os.Args[0] != initName {
		return
	}
	if err := initMain(); err != nil {
		_ = send(controlFD, report{Err: err.Error()})
		os.Exit(1)
	}
	os.Exit(0)
}

// guardian is init while its program lives.
type guardian struct {
	setup  setup
	memory *watch
	store  *store // or nil

	sendMu sync.Mutex
}

func initMain() error {
	unix.CloseOnExec(controlFD)
	// The program may be our own user. It must not look into us, which only a
	// process that may not be dumped is safe from, nor disturb us with signals,
	// which the first process of a namespace takes only if it has handlers.
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return err
	}
	signal.Notify(make(chan os.Signal, 1))

	buf := make([]byte, maxMessage)
	g := &guardian{}
	if _, err := receive(controlFD, buf, &g.setup); err != nil {
		return ended(err)
	}
	if err := g.build(); err != nil {
		return err
	}
	for {
		var o order
		fds, err := receive(controlFD, buf, &o)
		if err != nil {
			return ended(err)
		}
		switch {
		case o.Run != nil:
			g.run(o.Run, fds)
		case o.Attach != nil:
			g.attach(o.Attach)
		case o.Freeze:
			g.memory.pause(true)
			_ = unix.Kill(-1, unix.SIGSTOP) // all but ourselves; an error says there is nobody
		case o.Thaw:
			_ = unix.Kill(-1, unix.SIGCONT)
			g.memory.pause(false)
		}
	}
}

// ended makes an ordinary end of the server's going away.
func ended(err error) error {
	if errors.Is(err, unix.ECONNRESET) {
		return nil
	}
	return err
}

// build makes the environment and hands out its sockets.
func (g *guardian) build() error {
	if err := unix.Sethostname([]byte(g.setup.Host)); err != nil {
		return fmt.Errorf("set the host name: %w", err)
	}
	var err error
	if g.store, err = buildRoot(g.setup); err != nil {
		return fmt.Errorf("build the root: %w", err)
	}
	if err := raiseLoopback(); err != nil {
		return err
	}
	fds, err := openPorts()
	if err != nil {
		return err
	}
	defer closeAll(fds)
	if err := seal(); err != nil {
		return err
	}
	return g.send(report{Ready: true}, fds...)
}

// run starts the program and the goroutines that watch it.
func (g *guardian) run(r *run, fds []int) {
	defer closeAll(fds)
	if len(fds) != 2 || g.memory != nil {
		g.reportError(errors.New("run takes two descriptors and comes once"))
		return
	}
	if err := limitProgram(g.setup); err != nil {
		g.reportError(err)
		return
	}
	pid, err := startProgram(r, g.setup, fds[0], fds[1])
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		_ = g.send(report{NoStart: &driver.StartError{Program: r.Args[0], Reason: number.Error()}})
		return
	}
	if err != nil {
		g.reportError(err)
		return
	}
	g.memory = newWatch(g.setup.Memory, func(peak int64) { _ = g.send(report{Memory: peak}) })
	if err := g.send(report{Started: true}); err != nil {
		os.Exit(0)
	}
	go g.memory.run()
	go g.reap(pid)
}

// attach shows more, and forgets where it came from.
func (g *guardian) attach(files []driver.File) {
	var a attached
	if err := g.store.attach(files); err != nil {
		a.Err = err.Error()
	}
	g.store = nil
	_ = g.send(report{Attached: &a}) // fails only if the server has gone
}

func (g *guardian) reportError(err error) { _ = g.send(report{Err: err.Error()}) }

// reap collects what ends, adopted orphans included, until the program itself
// ends. Then init ends, and the kernel ends the rest.
func (g *guardian) reap(program int) {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			g.reportError(fmt.Errorf("wait for the program: %w", err))
			os.Exit(1)
		}
		if pid != program || !(status.Exited() || status.Signaled()) {
			continue
		}
		v := verdict{OutOfMemory: g.memory.exceeded()}
		if status.Exited() {
			v.Code = status.ExitStatus()
		} else {
			v.Signal = int(status.Signal())
		}
		_ = g.send(report{Ended: &v})
		os.Exit(0)
	}
}

func (g *guardian) send(r report, fds ...int) error {
	g.sendMu.Lock()
	defer g.sendMu.Unlock()
	return send(controlFD, r, fds...)
}
