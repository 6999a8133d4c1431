//go:build linux

// Package inner is the init of an environment: the server's own program, started
// again as the first process of new namespaces, where it builds the environment,
// starts the program in it with nothing but its own identity, and stays as its
// guardian.
//
//   - init.go: its life;
//   - message.go: what server and init say to each other;
//   - root.go: the file system that the program sees;
//   - store.go: what can be added to it while the program runs;
//   - network.go, dial.go: the loopback interface, the sockets that are handed
//     out, and connections into the environment;
//   - confine.go, seccomp.go: what the program may not do any more;
//   - memory.go: how much memory it uses;
//   - frozen.go: that it stands still when it is to;
//   - identity.go: which user the program is.
//
// It has to import little, and of that little that comes early: no package net, and
// path instead of path/filepath. For it is what a process becomes before the
// packages that come later have set themselves up.
package inner

import (
	"errors"
	"fmt"
	"math"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Name is the name under which the server starts itself as init.
const Name = "cloudless-sandbox-init"

// init turns this process into the init of an environment if that is what it was
// started for, and does not return then. It is what such a process does first,
// before packages have set themselves up that an init has no use for: this takes
// longer than all that it does, and more memory. Go sets up packages in the order
// of their paths as soon as what they import is there.
func init() {
	if os.Args[0] != Name {
		return
	}
	if err := initMain(); err != nil {
		_ = Send(ControlFD, Report{Err: err.Error()})
		os.Exit(1)
	}
	os.Exit(0)
}

// OutOfMemoryScore is half of what makes a process the first to be ended; the other
// half is its memory.
const OutOfMemoryScore = "500"

// guardian is init while its program lives.
type guardian struct {
	setup  Setup
	memory *watch
	store  *store // or nil

	mu       sync.Mutex  // held while a program is started, so that its end is not missed
	programs map[int]int // by process: 0 for the program, numbers for its companions
	main     int         // its process, or 0

	sendMu sync.Mutex
}

func initMain() error {
	// And all else that is open: what the server was started with, and has never
	// heard of, is passed on to whoever is started.
	if err := unix.CloseRange(ControlFD, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return err
	}
	// When the machine has no memory left, functions are to end before the server and
	// all else, whatever whoever started the server has arranged for that.
	if err := os.WriteFile("/proc/self/oom_score_adj", []byte(OutOfMemoryScore), 0); err != nil {
		return err
	}
	// The program may be our own user. It must not look into us, which only a
	// process that may not be dumped is safe from, nor disturb us with signals,
	// which the first process of a namespace takes only if it has handlers.
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return err
	}
	signal.Notify(make(chan os.Signal, 1))

	buf := make([]byte, MaxMessage)
	g := &guardian{programs: make(map[int]int)}
	inherited, err := Receive(ControlFD, buf, &g.setup)
	if err != nil {
		return ended(err)
	}
	if err := g.build(inherited); err != nil {
		return err
	}
	for {
		var o Order
		fds, err := Receive(ControlFD, buf, &o)
		if err != nil {
			return ended(err)
		}
		switch {
		case o.Run != nil:
			g.run(o.Run, fds)
		case o.Attach != nil:
			g.attach(o.Attach)
		case o.Dial != nil:
			g.dial(o.Dial)
		case o.Signal != 0:
			g.signal(syscall.Signal(o.Signal))
		case o.Look:
			g.memory.glance()
		case o.Freeze:
			g.memory.glance()
			g.memory.pause(true)
			_ = unix.Kill(-1, unix.SIGSTOP) // all but ourselves; an error says there is nobody
		case o.Thaw:
			g.memory.pause(false) // first: who works now may
			_ = unix.Kill(-1, unix.SIGCONT)
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

// build makes the environment and hands out its sockets, and what others may inherit.
func (g *guardian) build(inherited []int) error {
	if err := unix.Sethostname([]byte(g.setup.Host)); err != nil {
		return fmt.Errorf("set the host name: %w", err)
	}
	var err error
	if g.store, err = buildRoot(g.setup, inherited); err != nil {
		return fmt.Errorf("build the root: %w", err)
	}
	CloseAll(inherited)
	if err := limitNamespace(); err != nil {
		return err
	}
	if err := limitSockets(); err != nil {
		return err
	}
	if err := raiseLoopback(); err != nil {
		return err
	}
	fds, err := openPorts()
	if err != nil {
		return err
	}
	defer func() { CloseAll(fds) }()
	tmp, err := copyTmp()
	if err != nil {
		return err
	}
	fds = append(fds, tmp)
	if err := seal(); err != nil {
		return err
	}
	return g.send(Report{Ready: true}, fds...)
}

// run starts the program, or a companion, and the goroutines that watch them.
func (g *guardian) run(r *Run, fds []int) {
	defer CloseAll(fds)
	told := Report{Companion: r.Companion}
	defer func() {
		if err := g.send(told); err != nil {
			os.Exit(0)
		}
	}()
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(fds) != 2 || r.Companion == 0 && g.main != 0 {
		told.Err = "run takes two descriptors and comes once"
		return
	}
	if err := limitProgram(g.setup); err != nil {
		told.Err = err.Error()
		return
	}
	pid, err := startProgram(r, g.setup, fds[0], fds[1])
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		told.NoStart = &StartError{Program: r.Args[0], Reason: number.Error()}
		return
	}
	if err != nil {
		told.Err = err.Error()
		return
	}
	told.Started = true
	if r.Companion == 0 {
		g.main = pid
	}
	g.programs[pid] = r.Companion
	if g.memory == nil {
		g.memory = newWatch(g.setup.Memory, int64(g.setup.OpenFiles)*fileShare, func(peak int64) { _ = g.send(Report{Memory: peak}) })
		go g.memory.run()
		go g.reap()
	}
}

// signal sends the program a signal, if it has not ended.
func (g *guardian) signal(s syscall.Signal) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, alive := g.programs[g.main]; alive {
		_ = unix.Kill(g.main, s)
	}
}

// attach shows more, and forgets where it came from.
func (g *guardian) attach(files []File) {
	var a Attached
	used := g.store
	if err := used.attach(files); err != nil {
		a.Err = err.Error()
	}
	g.store = nil
	_ = g.send(Report{Attached: &a}) // fails only if the server has gone
	if used == nil {
		return
	}
	go func() {
		if err := used.unmount(); err != nil {
			g.reportError(fmt.Errorf("unmount the store: %w", err))
			os.Exit(1) // rather than have it stay
		}
	}()
}

func (g *guardian) reportError(err error) { _ = g.send(Report{Err: err.Error()}) }

// reap collects what ends, adopted orphans included. With the program itself
// init ends, and the kernel ends the rest; unless companions are left, which have
// a last word, and end when the server wants it.
func (g *guardian) reap() {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		if err == syscall.EINTR {
			continue
		}
		if err == syscall.ECHILD {
			time.Sleep(firstLook) // until the next one is started
			continue
		}
		if err != nil {
			g.reportError(fmt.Errorf("wait for the program: %w", err))
			os.Exit(1)
		}
		if status.Exited() || status.Signaled() {
			g.collect(pid, status)
		}
	}
}

func (g *guardian) collect(pid int, status syscall.WaitStatus) {
	g.mu.Lock()
	defer g.mu.Unlock()
	number, ours := g.programs[pid]
	if !ours {
		return
	}
	delete(g.programs, pid)
	v := Verdict{}
	if status.Exited() {
		v.Code = status.ExitStatus()
	} else {
		v.Signal = int(status.Signal())
		v.OutOfMemory = status.Signal() == syscall.SIGKILL && g.memory.exceeded() // or it has given up by itself
	}
	_ = g.send(Report{Ended: &v, Companion: number, Last: number == 0 && len(g.programs) == 0})
	if number == 0 && len(g.programs) == 0 {
		os.Exit(0)
	}
}

func (g *guardian) send(r Report, fds ...int) error {
	g.sendMu.Lock()
	defer g.sendMu.Unlock()
	return Send(ControlFD, r, fds...)
}
