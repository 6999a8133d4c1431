package main

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"
)

// row is one line of the table: medians over the rounds.
type row struct {
	name        string
	connections int
	perSecond   float64
	p50         time.Duration
	bare        float64 // requests per second of the bare server
	ratio       float64 // of the two in the same round
}

func newRow(p profile, ours, theirs []sample) row {
	if p.before != nil {
		// What comes before each request is not measured, so the rate is that
		// of requests of the median length, one after another.
		for _, samples := range [][]sample{ours, theirs} {
			for i := range samples {
				samples[i].perSecond = 1 / samples[i].p50.Seconds()
			}
		}
	}
	ratios := make([]float64, len(ours))
	for i := range ours {
		ratios[i] = ours[i].perSecond / theirs[i].perSecond
	}
	return row{
		name: p.name, connections: p.connections,
		perSecond: median(ours, func(s sample) float64 { return s.perSecond }),
		p50:       median(ours, func(s sample) time.Duration { return s.p50 }),
		bare:      median(theirs, func(s sample) float64 { return s.perSecond }),
		ratio:     median(ratios, func(r float64) float64 { return r }),
	}
}

func median[T any, V cmp.Ordered](all []T, value func(T) V) V {
	values := make([]V, len(all))
	for i, x := range all {
		values[i] = value(x)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// report prints the table as Markdown.
func report(w io.Writer, rows []row) error {
	fmt.Fprintf(w, "%s/%s, %d cores, %s\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	fmt.Fprintln(w, "| what | connections | per second | p50 | bare server | ratio |")
	fmt.Fprintln(w, "| --- | ---: | ---: | ---: | ---: | ---: |")
	for _, r := range rows {
		_, err := fmt.Fprintf(w, "| %s | %d | %.0f | %.2f ms | %.0f | %.3f |\n", r.name, r.connections, r.perSecond,
			float64(r.p50)/float64(time.Millisecond), r.bare, r.ratio)
		if err != nil {
			return err
		}
	}
	return nil
}
