package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// section is one table with what belongs to it.
type section struct {
	title  string
	notes  []string // below the table
	header []string // names of the columns; one that begins with a space is for text, the others are for numbers
	rows   [][]string
	errors int // requests that failed or had a wrong answer
}

// write prints the section as Markdown.
func (s *section) write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n\n|", s.title)
	for _, name := range s.header {
		fmt.Fprintf(&b, " %s |", strings.TrimSpace(name))
	}
	b.WriteString("\n|")
	for _, name := range s.header {
		if strings.HasPrefix(name, " ") {
			b.WriteString(" --- |")
		} else {
			b.WriteString(" ---: |")
		}
	}
	for _, row := range s.rows {
		b.WriteString("\n|")
		for _, cell := range row {
			fmt.Fprintf(&b, " %s |", strings.ReplaceAll(cell, "|", `\|`))
		}
	}
	b.WriteByte('\n')
	for _, note := range s.notes {
		fmt.Fprintf(&b, "\n%s\n", note)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// wrong notes the errors of some rounds.
func (s *section) wrong(name string, samples []sample) {
	n, first := countErrors(samples)
	if n == 0 {
		return
	}
	s.errors += n
	s.notes = append(s.notes, fmt.Sprintf("**%s: %d errors**, the first: `%s`", name, n, strings.Join(strings.Fields(first.Error()), " ")))
}

func countErrors(samples []sample) (n int, first error) {
	for _, x := range samples {
		n += x.errors
		if first == nil {
			first = x.first
		}
	}
	return n, first
}

// row is one line of a table that compares with the bare server: medians over
// the rounds.
type row struct {
	name        string
	connections int
	ours        sample
	bare        sample
	ratio       spread // of the two in the same round
}

func newRow(p profile, ours, bare []sample) row {
	if p.before != nil {
		// What comes before each request is not measured, so the rate is that
		// of requests of the median length, one after another.
		for _, samples := range [][]sample{ours, bare} {
			for i := range samples {
				samples[i].perSecond = 1 / samples[i].p50.Seconds()
			}
		}
	}
	return row{name: p.name, connections: p.connections, ours: medians(ours), bare: medians(bare), ratio: ratios(ours, bare)}
}

// medians returns the median of each figure by itself.
func medians(samples []sample) sample {
	errors, first := countErrors(samples)
	return sample{
		perSecond: median(samples, func(s sample) float64 { return s.perSecond }),
		p50:       median(samples, func(s sample) time.Duration { return s.p50 }),
		p99:       median(samples, func(s sample) time.Duration { return s.p99 }),
		cpu:       median(samples, func(s sample) time.Duration { return s.cpu }),
		errors:    errors, first: first,
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

// spread is the median of some figures, with the least and the greatest.
type spread struct{ median, least, most float64 }

func spreadOf(all []float64) spread {
	return spread{median(all, func(x float64) float64 { return x }), slices.Min(all), slices.Max(all)}
}

// ratios divides the rates of two servers, round by round.
func ratios(ours, others []sample) spread {
	all := make([]float64, len(ours))
	for i := range ours {
		all[i] = ours[i].perSecond / others[i].perSecond
	}
	return spreadOf(all)
}

func (s spread) String() string {
	return fmt.Sprintf("**%s** (%s–%s)", short(s.median), short(s.least), short(s.most))
}

// short writes a ratio with two digits that mean something.
func short(x float64) string {
	switch {
	case math.IsInf(x, 0):
		return "–"
	case x >= 10:
		return fmt.Sprintf("%.0f", x)
	case x >= 0.1:
		return fmt.Sprintf("%.2f", x)
	default:
		return fmt.Sprintf("%.2g", x)
	}
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}

// microseconds writes a time of a processor, which may not be known.
func microseconds(d time.Duration) string {
	if d == 0 {
		return "–"
	}
	return fmt.Sprintf("%d µs", d.Microseconds())
}

func megabytes(n int64) string { return fmt.Sprintf("%.0f MB", float64(n)/1e6) }

// besideBare measures profiles in turn with the bare server.
func (b *bench) besideBare(ctx context.Context, title string, target server, profiles []profile) (section, error) {
	t := section{
		title: title,
		header: []string{" what", "connections", "per second", "p50", "p99", "server's CPU for one",
			"bare per second", "bare's CPU", "ratio (least–most)"},
	}
	for _, p := range profiles {
		if !b.wants(p) {
			continue
		}
		p.client = b.client
		r, err := b.measure(ctx, p, target, b.bare, &t)
		if err != nil {
			return section{}, err
		}
		t.rows = append(t.rows, []string{r.name, fmt.Sprint(r.connections), fmt.Sprintf("%.0f", r.ours.perSecond),
			milliseconds(r.ours.p50), milliseconds(r.ours.p99), microseconds(r.ours.cpu),
			fmt.Sprintf("%.0f", r.bare.perSecond), microseconds(r.bare.cpu), r.ratio.String()})
	}
	return t, nil
}

// wants reports whether -rows lets a profile be measured.
func (b *bench) wants(p profile) bool {
	return b.rows == nil || b.rows.MatchString(fmt.Sprintf("%s, %d connections", p.name, p.connections))
}

// measure takes the figures of a profile and those of a bare server, in turns,
// and returns the medians.
func (b *bench) measure(ctx context.Context, p profile, target, other server, t *section) (row, error) {
	requests, err := p.requests(ctx, target, enough(nil))
	if err != nil {
		return row{}, err
	}
	ours, err := round(ctx, max(p.warmUp, b.length/2), newLane(target, p, requests)) // to see how long answers are, too
	if err != nil {
		return row{}, err
	}
	bare := []sample(nil)
	for range b.rounds {
		last := ours[len(ours)-1]
		if requests, err = p.requests(ctx, target, enough(ours)); err != nil {
			return row{}, err
		}
		both, err := round(ctx, b.length, newLane(target, p, requests), newBareLane(other, p, requests, last.answer))
		if err != nil {
			return row{}, err
		}
		ours, bare = append(ours, both[0]), append(bare, both[1])
	}
	name := fmt.Sprintf("%s, %d connections", p.name, p.connections)
	t.wrong(name, ours)
	t.wrong(name+", bare", bare)
	return newRow(p, ours[1:], bare), nil
}
