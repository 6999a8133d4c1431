//go:build linux

package sandbox

import (
	"log/slog"
	goruntime "runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cloudless/internal/clock"
)

// TestWhoPrintsFasterThanIsStoredWaits has a log that takes nothing for a while.
func TestWhoPrintsFasterThanIsStoredWaits(t *testing.T) {
	logs := &slowLogs{gate: make(chan struct{})}
	p := newPump(logs, clock.System{}, slog.Default())
	o, plain, framed, err := newOutput(p, testStream, clock.System{}, &telemetry{})
	if err != nil {
		t.Fatal(err)
	}
	framed.Close()
	const lines = 24 << 10
	line := strings.Repeat("x", 1023) + "\n"
	var written atomic.Int64
	go func() {
		defer plain.Close()
		for range lines {
			_, _ = plain.WriteString(line)
			written.Add(1)
		}
	}()
	await(t, "much is printed", func() bool { return written.Load() > 4<<10 })
	time.Sleep(2 * flushDelay)
	// Half of what may wait, once more in the hands of the log, and what fits into the pipe.
	if n := written.Load(); n > 18<<10 {
		t.Errorf("%d KB were taken while nothing was stored", n)
	}
	close(logs.gate)
	await(t, "the rest is printed", func() bool { return written.Load() == lines })
	o.close()
	if err := p.close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(logs.events) != lines {
		t.Errorf("%d lines were stored, want %d", len(logs.events), lines)
	}
}

func TestOutputThatEndsWaitsForNobody(t *testing.T) {
	logs := &slowLogs{gate: make(chan struct{})}
	p := newPump(logs, clock.System{}, slog.Default())
	o, plain, framed, err := newOutput(p, testStream, clock.System{}, &telemetry{})
	if err != nil {
		t.Fatal(err)
	}
	framed.Close()
	o.mu.Lock()
	o.pace.spend(time.Now(), printBurst+3600*printRate) // an hour of waiting
	o.mu.Unlock()
	if _, err := plain.WriteString("last words\n"); err != nil {
		t.Fatal(err)
	}
	plain.Close()
	o.close()
	close(logs.gate)
	if err := p.close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(logs.events) != 1 || logs.events[0].Message != "last words\n" {
		t.Errorf("stored were %v", logs.events)
	}
}

func TestPaceHasABurstAndThenARate(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var p pace
	for _, tt := range []struct {
		name  string
		after time.Duration
		bytes int
		want  time.Duration
	}{
		{"what is printed at first", 0, printBurst, 0},
		{"a second's worth on top", 0, printRate, time.Second},
		{"the same again, half a second later", 500 * time.Millisecond, printRate, 1500 * time.Millisecond},
		{"nothing, until that is over", 1500 * time.Millisecond, 0, 0},
		{"a burst after a long time", time.Hour, printBurst, 0},
		{"more", 0, printRate / 4, 250 * time.Millisecond},
	} {
		now = now.Add(tt.after)
		p.spend(now, tt.bytes)
		if got := p.wait(now); got != tt.want {
			t.Errorf("%s: wait = %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestPrintingWithoutEndCostsTheNeighboursLittle has functions that do nothing but print. How
// much of it the server takes does not depend on how fast they are.
func TestPrintingWithoutEndCostsTheNeighboursLittle(t *testing.T) {
	for _, how := range []string{"long lines", "empty lines", "no lines", "frames", "empty frames"} {
		t.Run(how, func(t *testing.T) {
			b := newIsolatedBench(t)
			fn := behaviour("print without end")
			fn.Timeout = time.Second
			goruntime.GC()
			var before, after goruntime.MemStats
			goruntime.ReadMemStats(&before)
			start := time.Now()
			if r := b.invoke(fn, strconv.Quote(how)); r.ErrorType != "Sandbox.Timedout" {
				t.Fatalf("result = %s", r.Payload)
			}
			neighbour := behaviour("say")
			neighbour.ID, neighbour.LogGroup = "neighbour", "/aws/lambda/neighbour"
			b.invoke(neighbour, `"heard\n"`)
			took := time.Since(start)
			text := b.text()
			goruntime.ReadMemStats(&after)
			if !strings.Contains(text, "heard\n") {
				t.Error("the neighbour's line is missing")
			}
			if strings.Contains(text, "dropped") {
				t.Error("lines were dropped")
			}
			cost := len(text) + lineCost*b.logs.count()
			// What is read at a time, and what is in the pipe at the end, is not waited for.
			most := printBurst + int(took.Seconds()*printRate) + 3*readBytes*(1+lineCost)
			if cost > most {
				t.Errorf("the server took %d bytes and %d lines in %v", len(text), b.logs.count(), took)
			}
			t.Logf("%d bytes, %d lines in %v; %d MB allocated", len(text), b.logs.count(), took, (after.TotalAlloc-before.TotalAlloc)>>20)
		})
	}
}
