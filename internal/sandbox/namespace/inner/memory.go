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
	fileShare  = 16                    // times what one process may have open, all together may
)

// watch looks at the memory of all processes but init, and ends them if it is
// more than they may have.
type watch struct {
	limit  int64 // bytes, or 0
	files  int64 // that all of them may have open, or 0
	report func(peak int64)
	paused atomic.Bool
	thaws  atomic.Int64 // how often it went on
	resume chan struct{}
	over   atomic.Bool

	mu       sync.Mutex // held while it looks
	buf      []byte
	reported int64 // the peak that the server knows
}

func newWatch(limit, files int64, report func(peak int64)) *watch {
	return &watch{limit: limit, files: files, report: report, resume: make(chan struct{}, 1), buf: make([]byte, 8<<10)}
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
	var tables int64
	for pid := range processes() {
		used, files := w.process(pid)
		bytes += used
		tables += files
	}
	if w.files > 0 && tables > w.files && w.openFiles() > w.files {
		_ = unix.Kill(-1, unix.SIGKILL)
	}
	return bytes
}

// processes are all but init, by their numbers.
func processes() iter.Seq[string] { return numbered("/proc") }

// numbered are what a directory has under numbers, but for 1.
func numbered(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		dir, err := os.Open(name)
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

// process returns the memory of one, and the size of its table of files, which is never
// less than the files that it has open.
func (w *watch) process(pid string) (bytes, files int64) {
	_, status := w.living(pid)
	return (field(status, "\nRssAnon:") + field(status, "\nRssShmem:")) << 10, field(status, tableSize)
}

// living returns where a process is to be looked at, and its status there. What it has is not
// to be seen at its first thread any more when this has ended, while others go on.
func (w *watch) living(pid string) (dir string, status []byte) {
	dir = "/proc/" + pid
	status = w.status(dir)
	if field(status, tableSize) > 0 || field(status, "\nThreads:") < 2 {
		return dir, status
	}
	for thread := range numbered(dir + "/task") {
		if status := w.status(dir + "/task/" + thread); field(status, tableSize) > 0 {
			return dir + "/task/" + thread, status
		}
	}
	return dir, nil
}

// tableSize is what a status file calls the size of the table of files. All that lives has one.
const tableSize = "\nFDSize:"

// status returns a status file, until the next is read, or nothing if there is none any more.
func (w *watch) status(dir string) []byte {
	f, err := os.Open(dir + "/status")
	if err != nil {
		return nil
	}
	defer f.Close()
	n, _ := f.Read(w.buf)
	return w.buf[:max(n, 0)]
}

// openFiles counts the files that all processes have open. The machine's table of them is
// one for all, and what the kernel limits is each process alone.
func (w *watch) openFiles() (n int64) {
	for pid := range processes() {
		dir, _ := w.living(pid)
		name := dir + "/fd"
		var stat unix.Stat_t
		if unix.Stat(name, &stat) == nil && stat.Size > 0 {
			n += stat.Size // from Linux 6.2 on
			continue
		}
		if files, err := os.Open(name); err == nil {
			names, _ := files.Readdirnames(-1) // or as many as could be read
			n += int64(len(names))
			files.Close()
		}
	}
	return n
}

// field returns a value of a status file, as it says it: of memory, in kilobytes.
func field(status []byte, name string) int64 {
	_, rest, ok := bytes.Cut(status, []byte(name))
	if !ok {
		return 0
	}
	words := bytes.Fields(rest[:min(len(rest), 64)])
	if len(words) == 0 {
		return 0
	}
	value, err := strconv.ParseInt(string(words[0]), 10, 64)
	if err != nil {
		return 0
	}
	return value
}
