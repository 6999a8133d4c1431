//go:build linux

package sandbox

import (
	"testing"
	"time"
)

// BenchmarkWarmInvoke measures an event for an environment that has waited for
// it, without what comes before the manager. It tells the median too, since a
// machine that is shared has a long tail.
func BenchmarkWarmInvoke(b *testing.B) {
	for _, f := range []struct {
		runtime string
		files   []string
	}{
		{"nodejs22.x", []string{"index.js", `exports.handler = async (event) => event;`}},
		{"python3.12", []string{"index.py", "def handler(event, context): return event"}},
	} {
		b.Run(f.runtime, func(b *testing.B) {
			m := newColdBench(b, -1)
			fn := function(f.runtime, "index.handler", zipOf(f.files...))
			invoke := func() time.Duration {
				start := time.Now()
				r, err := m.Invoke(b.Context(), fn, event(`{"greeting":"hello"}`))
				if err != nil || string(r.Payload) != `{"greeting":"hello"}` && string(r.Payload) != `{"greeting": "hello"}` {
					b.Fatalf("Invoke = %s %v\n%s", r.Payload, err, r.LogTail)
				}
				return time.Since(start)
			}
			for range 2000 { // until the code is compiled
				invoke()
			}
			var took []time.Duration
			for b.Loop() {
				took = append(took, invoke())
			}
			b.ReportMetric(float64(median(took).Microseconds()), "µs-median")
		})
	}
}

// TestTheFirstReportKnowsTheMemoryOfWhatWasLoaded has a function that works for a shorter
// time than passes between two looks of init.
func TestTheFirstReportKnowsTheMemoryOfWhatWasLoaded(t *testing.T) {
	b := newIsolatedBench(t)
	needRuntime(t, b, "nodejs22.x")
	r := b.invoke(node("nodejs22.x", "index.js", `
		const until = Date.now() + 150; while (Date.now() < until); // by then init looks seldom
		const kept = Buffer.alloc(40 << 20, 1);
		exports.handler = () => new Promise((done) => setTimeout(done, 10, kept.length));`), `{}`)
	if r.MemoryUsedMB < 40 {
		t.Errorf("it uses %d MB, want 40 and more", r.MemoryUsedMB)
	}
}
