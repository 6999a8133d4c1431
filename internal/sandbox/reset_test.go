//go:build linux

package sandbox

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestFilesAndLogStayWhenAnEnvironmentIsReset has what AWS documents of a function that
// fails: its environment is reset, which clears nothing in /tmp, and loads it again as part
// of the next invocation.
func TestFilesAndLogStayWhenAnEnvironmentIsReset(t *testing.T) {
	for _, tt := range []struct{ name, how, errorType string }{
		{"after a timeout", "sleep", "Sandbox.Timedout"},
		{"after a crash", "exit", "Runtime.ExitError"},
		{"after it ran out of memory", "hoard", "Runtime.OutOfMemory"},
		{"after it ended between two events", "exit later", ""},
	} {
		for _, d := range []struct {
			name      string
			configure []func(*Config)
		}{
			{"isolated", nil},
			{"as plain processes", []func(*Config){withProcesses(t)}},
		} {
			if d.configure != nil && tt.how == "hoard" {
				continue // nobody bounds its memory
			}
			t.Run(tt.name+" "+d.name, func(t *testing.T) {
				b := newBench(t, d.configure...)
				fn := behaviour("leave")
				fn.Timeout, fn.MemoryMB = 2*time.Second, 128
				first := b.invoke(fn, strconv.Quote(tt.how))
				if first.ErrorType != tt.errorType {
					t.Fatalf("first result = %s %s", first.ErrorType, first.Payload)
				}
				await(t, "it has ended", func() bool { return len(b.Status().Environments) == 0 })
				b.leaves(1)
				second := b.invoke(fn, `"again"`)
				if got := string(second.Payload); got != strconv.Quote(tt.how+", done") && got != strconv.Quote(tt.how+" and more, done") {
					t.Errorf("second result = %q %s", second.FunctionError, got)
				}
				if second.LogStream != first.LogStream || second.InitDuration != 0 || second.Duration < time.Millisecond {
					t.Errorf("the second invocation, of %v and %v of init, logs to %s after %s", second.Duration, second.InitDuration, second.LogStream, first.LogStream)
				}
				if third := b.invoke(fn, `"again"`); !strings.Contains(string(third.Payload), " and more, done") {
					t.Errorf("third result = %q %s", third.FunctionError, third.Payload)
				}
				b.leaves(0)
				if n := strings.Count(b.text(), "INIT_START"); n != 1 {
					t.Errorf("the log has %d INIT_START, want the first one's", n)
				}
			})
		}
	}
}

// leaves looks how many environments have left files for others.
func (b *bench) leaves(want int) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.leftovers) != want {
		b.t.Errorf("%d environments have left files, want %d", len(b.leftovers), want)
	}
}

func TestFilesStayWhenAFunctionIsLoadedOnceMore(t *testing.T) {
	b := newBench(t)
	fn := behaviour("leave")
	fn.Environment = map[string]string{"LOAD_TWICE": "1"}
	if r := b.invoke(fn, `"again"`); string(r.Payload) != `"at load, done"` {
		t.Errorf("result = %q %s\n%s", r.FunctionError, r.Payload, r.LogTail)
	}
}

// TestResetsEndAllProcesses holds that the files stay alone.
func TestResetsEndAllProcesses(t *testing.T) {
	b := newIsolatedBench(t)
	marker := fmt.Sprintf("marker-%d-reset", os.Getpid())
	fn := behaviour("daemon and hang")
	fn.Timeout, fn.MemoryMB = 500*time.Millisecond, 2048 // its daemons are many
	if r := b.invoke(fn, strconv.Quote(marker)); r.ErrorType != "Sandbox.Timedout" {
		t.Fatalf("result = %s", r.Payload)
	}
	b.leaves(1)
	if left := processesWith(t, marker); len(left) > 0 {
		t.Errorf("processes %v survive", left)
	}
}

// TestFilesThatStayAreBoundedAndOfOneFunction attacks what a reset leaves.
func TestFilesThatStayAreBoundedAndOfOneFunction(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("fill and crash")
	fn.EphemeralStorageMB, fn.MemoryMB = 40, 128
	for range 3 {
		if r := b.invoke(fn, `"/tmp/full"`); r.ErrorType != "Runtime.ExitError" || !strings.Contains(string(r.LogTail), "40 MB in /tmp, then ENOSPC") {
			t.Fatalf("result = %s\n%s", r.Payload, r.LogTail)
		}
	}
	b.leaves(1)
	for name, change := range map[string]func(*Function){
		"another function": func(fn *Function) { fn.ID = "another" },
		"another revision": func(fn *Function) { fn.Revision = "another" },
	} {
		other := fn
		other.Handler = "list"
		change(&other)
		if r := b.invoke(other, `"/tmp"`); string(r.Payload) != `null` {
			t.Errorf("%s finds %s", name, r.Payload)
		}
	}
	b.leaves(1)
	b.Retire(fn.ID)
	b.leaves(0)
}

// TestResetsAddUpToNothing has a function that crashes again and again.
func TestResetsAddUpToNothing(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("exit leaving children")
	crash := func(times int) (open int) {
		for range times {
			if r := b.invoke(fn, `"x"`); r.ErrorType != "Runtime.ExitError" {
				t.Fatalf("result = %q %s", r.FunctionError, r.Payload)
			}
		}
		b.leaves(1)
		await(t, "nothing ends any more", func() bool {
			before := openFiles(t)
			time.Sleep(100 * time.Millisecond)
			open = openFiles(t)
			return open == before
		})
		return open
	}
	if first, last := crash(5), crash(20); last > first+5 {
		t.Errorf("the server has %d files open after 5 crashes, and %d after 20 more", first, last)
	}
}

func TestFilesThatStayGoWhenNobodyComes(t *testing.T) {
	b := newBench(t, func(c *Config) { c.IdleTime = 50 * time.Millisecond })
	b.invoke(behaviour("exit leaving children"), `"x"`)
	await(t, "its files are gone", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return len(b.leftovers) == 0
	})
}
