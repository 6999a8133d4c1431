package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// coldPerRound is how often each way is taken in a round. A round of fewer says
// little, and an environment that is to wait takes a second or two to be made.
const coldPerRound = 5

// coldPause comes before each: what the one before has left, such as an environment
// that ends, is not to be measured with the next.
const coldPause = 300 * time.Millisecond

// coldRun is what has been measured of one case.
type coldRun struct {
	coldCase
	b            *bench
	dir          string
	waiting      server // keeps environments that wait
	none         server // keeps none
	number       int
	rounds       [coldWays][]time.Duration // medians
	refills      []time.Duration
	slowest      [coldWays]time.Duration
	sinceWaiting time.Time
}

// runCold measures the first event of functions that were never loaded before,
// in turns with their interpreters.
func runCold(ctx context.Context, b *bench) (section, error) {
	dir, err := b.tempDir()
	if err != nil {
		return section{}, err
	}
	cases, err := coldCases(ctx, dir)
	if err != nil {
		return section{}, err
	}
	waiting, err := b.startCloudless(ctx)
	if err != nil {
		return section{}, err
	}
	none, err := b.startCloudless(ctx, "--spares", "0")
	if err != nil {
		return section{}, err
	}
	t := section{
		title:  "Cold starts, beside the bare interpreters",
		header: []string{" what", "p50", "at most", "to the bare interpreter (least–most)", "to 1.5 × the bare one and the handler (least–most)"},
	}
	for _, s := range []server{waiting.server, none.server} {
		if err := s.create(ctx, dataset{table: coldTable}); err != nil {
			return section{}, err
		}
	}
	for _, c := range cases {
		if b.rows != nil && !b.rows.MatchString(c.name) {
			continue
		}
		r := &coldRun{coldCase: c, b: b, waiting: waiting.server, none: none.server}
		if err := r.run(ctx); err != nil {
			return section{}, fmt.Errorf("%s: %w", c.name, err)
		}
		r.report(&t)
	}
	t.notes = append(t.notes,
		"Cold is a function's first event through the API, from request to answer; its code is new each time. In Node and Python it makes a "+
			"client of the SDK while it loads, and puts an item with it, durably. \"Alone\" is the bare interpreter that loads the same file and calls the "+
			"handler once, against the same server. Before each event the benchmark waits until an environment waits.")
	return t, nil
}

func (r *coldRun) run(ctx context.Context) (err error) {
	if r.dir, err = r.b.tempDir(); err != nil {
		return err
	}
	if err := r.unpacked(r.dir); err != nil {
		return err
	}
	for _, s := range []server{r.waiting, r.none} {
		if err := r.create(ctx, s); err != nil {
			return err
		}
	}
	if _, err := r.invoke(ctx, r.waiting); err != nil { // and an environment begins to wait
		return err
	}
	r.sinceWaiting = time.Now()
	for round := range r.b.rounds + 1 {
		var times [coldWays][]time.Duration
		for range coldPerRound {
			for way := range coldWays {
				took, err := r.once(ctx, way)
				if err != nil {
					return err
				}
				times[way] = append(times[way], took)
			}
		}
		if round == 0 {
			continue // to warm up: files and servers
		}
		for way, all := range times {
			r.rounds[way] = append(r.rounds[way], medianTime(all))
			r.slowest[way] = max(r.slowest[way], slices.Max(all))
		}
	}
	return nil
}

func medianTime(all []time.Duration) time.Duration {
	return median(all, func(d time.Duration) time.Duration { return d })
}

// report adds the rows of a case.
func (r *coldRun) report(t *section) {
	bare, alone := r.rounds[coldBare], r.rounds[coldAlone]
	row := func(what string, way int, budget string) {
		toBare := quotients(r.rounds[way], func(i int) time.Duration { return bare[i] })
		t.rows = append(t.rows, []string{what, milliseconds(medianTime(r.rounds[way])), milliseconds(r.slowest[way]), toBare, budget})
	}
	row("`"+strings.Join(append([]string{filepath.Base(r.bare[0])}, r.bare[1:]...), " ")+"`", coldBare, "")
	budget := ""
	if r.alone != nil {
		row(r.name+", alone and not isolated", coldAlone, "")
		budget = quotients(r.rounds[coldNone], func(i int) time.Duration { return alone[i] + bare[i]/2 })
	}
	row(r.name+", cold, an environment waits", coldWaiting, "")
	row(r.name+", cold, none waits", coldNone, budget)
	t.notes = append(t.notes, fmt.Sprintf("%s: after an event it took %s until the next environment waited.", r.name, milliseconds(medianTime(r.refills))))
}

// quotients divides times by others of the same round.
func quotients(times []time.Duration, by func(i int) time.Duration) string {
	var all []float64
	for i, d := range times {
		all = append(all, float64(d)/float64(by(i)))
	}
	return spreadOf(all).String()
}
