package main

import (
	"slices"
	"testing"
	"time"
)

// TestColdStartsAreDividedRoundByRound has a machine that was slow in one round.
func TestColdStartsAreDividedRoundByRound(t *testing.T) {
	const ms = time.Millisecond
	r := coldRun{
		coldCase: coldCase{program: program{name: "node"}, bare: []string{"/opt/bin/node", "-e", "0"}, alone: []string{"x"}},
		refills:  []time.Duration{ms},
	}
	r.rounds[coldBare] = []time.Duration{20 * ms, 200 * ms, 20 * ms}
	r.rounds[coldAlone] = []time.Duration{90 * ms, 900 * ms, 90 * ms}
	r.rounds[coldWaiting] = []time.Duration{5 * ms, 50 * ms, 10 * ms}
	r.rounds[coldNone] = []time.Duration{100 * ms, 1000 * ms, 50 * ms}
	r.slowest[coldWaiting] = 60 * ms
	var table section
	r.report(&table)
	want := [][]string{
		{"`node -e 0`", "20.00 ms", "0.00 ms", "**1.00** (1.00–1.00)", ""},
		{"node, alone and not isolated", "90.00 ms", "0.00 ms", "**4.50** (4.50–4.50)", ""},
		{"node, cold, an environment waits", "10.00 ms", "60.00 ms", "**0.25** (0.25–0.50)", ""},
		{"node, cold, none waits", "100.00 ms", "0.00 ms", "**5.00** (2.50–5.00)", "**1.00** (0.50–1.00)"},
	}
	if !slices.EqualFunc(table.rows, want, slices.Equal[[]string]) {
		t.Errorf("rows = %q,\nwant %q", table.rows, want)
	}
}
