//go:build linux

package inner

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A process that is stopped goes on when it is sent SIGCONT, by whomever. Its
// neighbours are stopped, too, but the kernel sends what it was told to, when a timer
// ends for example. So while all are to stand still, init looks now and then whether
// somebody has worked, and ends them then.

const (
	firstGlance = 100 * time.Millisecond // by then they have stopped
	lastGlance  = 10 * time.Second       // between glances, later
	// allowedTicks is what may be used of the processors meanwhile, in hundredths of a
	// second: to stop takes a little, on a busy machine a little later.
	allowedTicks = 5
)

// standStill waits until the watch goes on, and ends whoever works before. What was
// done between two times of standing still, which may follow each other closely, is
// nobody's fault.
func (w *watch) standStill() {
	used, since := int64(-1), w.thaws.Load()
	for wait := firstGlance; w.paused.Load(); wait = min(2*wait, lastGlance) {
		select {
		case <-w.resume:
		case <-time.After(wait):
		}
		thaws, now := w.thaws.Load(), w.worked()
		switch {
		case used < 0 || thaws != since:
			used, since, wait = now, thaws, firstGlance/2
		case now > used+allowedTicks && w.paused.Load() && w.thaws.Load() == thaws:
			_ = unix.Kill(-1, unix.SIGKILL)
		}
	}
}

// worked returns how long all processes have worked, with those that ended, in
// hundredths of a second.
func (w *watch) worked() (ticks int64) {
	var ended syscall.Rusage
	if syscall.Getrusage(unix.RUSAGE_CHILDREN, &ended) == nil {
		ticks = (ended.Utime.Nano() + ended.Stime.Nano()) / int64(10*time.Millisecond)
	}
	for pid := range processes() {
		if data, err := os.ReadFile("/proc/" + pid + "/stat"); err == nil {
			ticks += statTicks(data)
		}
	}
	return ticks
}

// statTicks adds up the times in a stat file: of the process, and of its children
// that it has waited for.
func statTicks(stat []byte) (ticks int64) {
	const utime, cstime = 11, 14 // fields after the name, which may have blanks
	_, rest, _ := bytes.Cut(stat[max(0, bytes.LastIndexByte(stat, ')')):], []byte(" "))
	for i, field := range bytes.Fields(rest) {
		if n, err := strconv.ParseInt(string(field), 10, 64); err == nil && utime <= i && i <= cstime {
			ticks += n
		}
	}
	return ticks
}
