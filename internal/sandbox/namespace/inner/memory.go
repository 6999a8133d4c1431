//go:build linux

package inner

import (
	"bytes"
	"iter"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// A cgroup counts files in /tmp as memory, which Lambda does not, and an ordinary
// user often has no cgroup at all. So init looks for itself, and the cgroup is
// the wall behind it.

const (
	firstLook  = 5 * time.Millisecond  // a program that starts changes fast
	usualLook  = 50 * time.Millisecond // between looks, later
	lookShare  = 20                    // looking takes at most this fraction of the time
	reportStep = 1 << 20               // bytes by which the peak grows between two reports
)

// watch looks at the memory of all processes but init, and ends them if it is
// more than they may have.
type watch struct {
	limit  int64 // bytes, or 0
	report func(peak int64)
	paused atomic.Bool
	thaws  atomic.Int64 // how often it went on
	resume chan struct{}
	over   atomic.Bool

	mu       sync.Mutex // held while it looks
	buf      []byte
	reported int64 // the peak that the server knows
}

func newWatch(limit int64, report func(peak int64)) *watch {
	return &watch{limit: limit, report: report, resume: make(chan struct{}, 1), buf: make([]byte, 8<<10)}
}

// pause stops the looking while nothing can change, so that idle environments
// cost next to nothing.
func (w *watch) pause(yes bool) {
	if w == nil {
		return
	}
	if !yes {
		w.thaws.Add(1) // before anybody works
	}
	w.paused.Store(yes)
	if !yes {
		select {
		case w.resume <- struct{}{}:
		default:
		}
	}
}

// exceeded reports whether the watch ended the processes.
func (w *watch) exceeded() bool { return w.over.Load() }

func (w *watch) run() {
	for wait := firstLook; ; {
		time.Sleep(wait)
		w.standStill()
		start := time.Now()
		w.glance()
		wait = max(min(2*wait, usualLook), lookShare*time.Since(start))
	}
}

// glance looks once: between its looks, when a program has started, and before it is
// stopped, since many work for a shorter time than passes between two looks.
func (w *watch) glance() {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	used := w.look()
	if used >= w.reported+reportStep {
		w.reported = used
		w.report(used)
	}
	if w.limit > 0 && used > w.limit {
		w.over.Store(true)
		_ = unix.Kill(-1, unix.SIGKILL)
	}
}

// look adds up the memory that processes have for themselves or share with each
// other, without the files they read. Where /proc is missing it sees nothing.
func (w *watch) look() (bytes int64) {
	for pid := range processes() {
		bytes += w.process(pid)
	}
	return bytes
}

// processes are all but init, by their numbers.
func processes() iter.Seq[string] {
	return func(yield func(string) bool) {
		dir, err := os.Open("/proc")
		if err != nil {
			return
		}
		defer dir.Close()
		names, _ := dir.Readdirnames(-1) // or as many as could be read
		for _, name := range names {
			if name[0] >= '0' && name[0] <= '9' && name != "1" && !yield(name) {
				return
			}
		}
	}
}

func (w *watch) process(pid string) int64 {
	f, err := os.Open("/proc/" + pid + "/status")
	if err != nil {
		return 0 // it has ended
	}
	defer f.Close()
	n, _ := f.Read(w.buf)
	return field(w.buf[:n], "\nRssAnon:") + field(w.buf[:n], "\nRssShmem:")
}

// field returns a value of a status file, which is in kilobytes, in bytes.
func field(status []byte, name string) int64 {
	_, rest, ok := bytes.Cut(status, []byte(name))
	if !ok {
		return 0
	}
	words := bytes.Fields(rest[:min(len(rest), 64)])
	if len(words) == 0 {
		return 0
	}
	kb, err := strconv.ParseInt(string(words[0]), 10, 64)
	if err != nil {
		return 0
	}
	return kb << 10
}
