//go:build linux

package sandbox

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"cloudless/internal/sandbox/namespace"
)

// The functions in this file attack each other.

// TestFunctionsCannotReachEachOther has one that offers what others could find: a port, an
// abstract socket, a System V segment, a queue, a file.
func TestFunctionsCannotReachEachOther(t *testing.T) {
	b := newIsolatedBench(t)
	host := behaviour("offer")
	host.ID = "host"
	var work sync.WaitGroup
	work.Go(func() { b.invoke(host, `"3s"`) })
	var offered map[string]string
	await(t, "all is offered", func() bool {
		_, line, _ := strings.Cut(b.logs.text(), "offers ")
		line, _, whole := strings.Cut(line, "\n")
		return whole && json.Unmarshal([]byte(line), &offered) == nil
	})
	guest := behaviour("look for")
	guest.ID = "guest"
	for _, what := range []string{"tcp 127.0.0.1:8080", "unix @offer", "segment " + offered["segment"], "queue /offer", "file /tmp/offer"} {
		r := b.invoke(guest, strconv.Quote(what))
		switch string(r.Payload) {
		case `"ECONNREFUSED"`, `"ENOENT"`, `"ESRCH"`, `"ENOSYS"`:
		default:
			t.Errorf("look for %s = %s", what, r.Payload)
		}
	}
	// The same function, in another environment.
	if r := b.invoke(host, `"file /tmp/offer"`); string(r.Payload) != `"ENOENT"` {
		t.Errorf("another environment of the function finds %s", r.Payload)
	}
	work.Wait()
	for _, what := range []string{"tcp 127.0.0.1:8080", "unix @offer", "file /tmp/offer"} { // or this test would tell nothing
		if offered[what] != "found" {
			t.Errorf("the host itself looks for %s: %s", what, offered[what])
		}
	}
}

// TestFunctionsEndThemselvesAlone has one that kills all that it can.
func TestFunctionsEndThemselvesAlone(t *testing.T) {
	b := newIsolatedBench(t)
	if got := b.do("pid", ""); got == "" {
		t.Fatal("no neighbour")
	}
	neighbour := b.Status().Environments[0].PID
	fn := behaviour("kill all")
	if r := b.invoke(fn, `""`); r.ErrorType != "Runtime.ExitError" {
		t.Errorf("result = %q %s, want that it ended itself", r.FunctionError, r.Payload)
	}
	if !alive(strconv.Itoa(neighbour)) {
		t.Error("the neighbour's environment has ended")
	}
	if got := b.do("pid", ""); got == "" || len(b.Status().Environments) != 1 {
		t.Errorf("the neighbour answers %s", got)
	}
}

// TestFunctionsCannotFillTheKernelsMemory has functions fill what belongs to no process.
func TestFunctionsCannotFillTheKernelsMemory(t *testing.T) {
	b := newIsolatedBench(t)
	for _, how := range []string{"tcp", "unix", "pipes", "names"} {
		t.Run(how, func(t *testing.T) {
			fn := behaviour("hoard in the kernel")
			fn.MemoryMB, fn.EphemeralStorageMB, fn.Timeout = 128, 512, 60*time.Second
			r := b.invoke(fn, strconv.Quote(how))
			t.Logf("%s %s, %v", r.ErrorType, r.Payload, r.Duration)
			if r.ErrorType == "Runtime.OutOfMemory" {
				return
			}
			mb, err := strconv.Atoi(string(r.Payload))
			if err != nil || mb > 128+512 {
				t.Errorf("result = %s", r.Payload)
			}
		})
	}
}

// TestFunctionsHaveNoMoreOfTheProcessorsThanTheyMay has one that works on all of them at
// once. What it gets may be less, on a busy machine.
func TestFunctionsHaveNoMoreOfTheProcessorsThanTheyMay(t *testing.T) {
	for _, tt := range []struct {
		name   string
		strict bool
		share  float64 // of a core
	}{
		{"a core", false, 1},
		{"what its memory entitles it to", true, 128.0 / mbPerCore},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newIsolatedBench(t, func(c *Config) { c.StrictCPU = tt.strict })
			if d, ok := b.cfg.Driver.(*namespace.Driver); !ok || !slices.Contains(d.Controllers(), "cpu") {
				t.Skip("this user may not limit processors")
			}
			fn := behaviour("burn")
			fn.MemoryMB, fn.Timeout = 128, time.Minute
			b.invoke(fn, `"1ms"`) // until it is loaded, it may have more
			start := time.Now()
			var used float64 // seconds
			if err := json.Unmarshal(b.invoke(fn, `"2s"`).Payload, &used); err != nil {
				t.Fatal(err)
			}
			took := time.Since(start).Seconds()
			if most := 1.2*tt.share*took + 0.2; used > most {
				t.Errorf("it had %.2f s of the processors in %.2f s, want at most %.2f", used, took, most)
			}
			t.Logf("%.2f s in %.2f s", used, took)
		})
	}
}
