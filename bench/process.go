package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a server that bench has started. The methods that tell what it
// uses read Linux's /proc, and return 0 elsewhere and for nil.
type process struct {
	cmd    *exec.Cmd
	done   chan struct{} // closed at its end
	stderr string        // the file that has what it said, or ""
}

func startProcess(cmd *exec.Cmd) (*process, error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // ended by a signal, which is an error
		close(p.done)
	}()
	return p, nil
}

// startQuietly starts a process whose messages go to a file in dir, to be shown
// if it does not come up.
func startQuietly(cmd *exec.Cmd, dir string) (*process, error) {
	out, err := os.Create(filepath.Join(dir, "messages"))
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	p, err := startProcess(cmd)
	if err != nil {
		return nil, err
	}
	p.stderr = out.Name()
	return p, nil
}

// await waits until ready returns true, for half a minute at most.
func (p *process) await(ctx context.Context, ready func() bool) error {
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	for !ready() {
		select {
		case <-p.done:
			return fmt.Errorf("%s has ended: %s", p.cmd.Path, p.messages())
		case <-deadline.C:
			return fmt.Errorf("%s did not answer: %s", p.cmd.Path, p.messages())
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	return nil
}

// messages returns the last of what the process has said.
func (p *process) messages() string {
	text, err := os.ReadFile(p.stderr)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}

// end asks the process to end, and waits; one that does not heed is killed.
func (p *process) end() {
	if p == nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
		p.kill()
	}
}

// kill ends the process as kill -9 does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// cpuTime is what the process has used so far, in all its threads. It counts
// in hundredths of a second.
func (p *process) cpuTime() time.Duration {
	if p == nil {
		return 0
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	return parseCPUTime(string(text))
}

// parseCPUTime reads the time of user and system from /proc/PID/stat, whose
// ticks are of 10 ms for programs, whatever the kernel's own are.
func parseCPUTime(stat string) time.Duration {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:]) // the name before may hold anything
	const utime, stime = 11, 12
	if len(fields) <= stime {
		return 0
	}
	user, _ := strconv.Atoi(fields[utime])
	system, _ := strconv.Atoi(fields[stime])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// memory is what the process holds now, and the most that it has held since
// forgetPeak, in bytes.
func (p *process) memory() (now, peak int64) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, 0
	}
	return parseKB(string(text), "VmRSS:"), parseKB(string(text), "VmHWM:")
}

func (p *process) forgetPeak() error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0)
}

// parseKB returns the bytes that a line of /proc/PID/status tells.
func parseKB(status, name string) int64 {
	for line := range strings.Lines(status) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			kb, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return kb << 10
		}
	}
	return 0
}

// settle waits until the process rests, when what it does in the background is
// done, for some minutes at most.
func (p *process) settle(ctx context.Context) {
	quiet := 0
	for deadline := time.Now().Add(5 * time.Minute); quiet < 3 && ctx.Err() == nil && time.Now().Before(deadline); {
		before := p.cpuTime()
		time.Sleep(time.Second)
		if p.cpuTime()-before <= 30*time.Millisecond {
			quiet++
		} else {
			quiet = 0
		}
	}
}

// diskBytes is what the files below dir take on the disk.
func diskBytes(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		var st syscall.Stat_t
		if err == nil {
			err = syscall.Lstat(path, &st)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed since its directory was read
		}
		total += st.Blocks * 512
		return err
	})
	return total, err
}

// ownCPUTime is what this process has used so far.
func ownCPUTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
