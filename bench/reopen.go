package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
)

// runReopen kills a server while it writes to a large table, and takes the
// time from the start of the next one until it answers.
func runReopen(ctx context.Context, b *bench) (section, error) {
	d := dataset{table: "bench", count: b.reopenItems}
	c, note, err := b.filled(ctx, d)
	if err != nil {
		return section{}, err
	}
	defer func() { c.process.end() }() // whichever it is by then
	t := section{title: "Opening after kill -9", header: []string{" what", "items", "median", "greatest", " each"}, notes: []string{note}}
	var times []float64
	var each []string
	versions := atomic.Uint64{}
	for round := range b.rounds {
		took, err := b.reopen(ctx, c, d, &versions)
		if err != nil {
			return section{}, fmt.Errorf("round %d: %w", round, err)
		}
		ms := float64(took) / float64(time.Millisecond)
		times, each = append(times, ms), append(each, fmt.Sprintf("%.0f", ms))
	}
	all := spreadOf(times)
	t.rows = append(t.rows, []string{"start of the process until health answers 200", fmt.Sprint(d.count),
		fmt.Sprintf("**%.0f ms**", all.median), fmt.Sprintf("%.0f ms", all.most), strings.Join(each, ", ") + " ms"})
	t.notes = append(t.notes, fmt.Sprintf("Killed %v into writes over 32 connections, the files in the system's cache. "+
		"After each start the writes that were acknowledged last on every connection were there.", b.length))
	return t, nil
}

// reopen writes for a time, kills the server in the midst of it, starts it
// anew, and wants what each connection was told last to be there.
func (b *bench) reopen(ctx context.Context, c *cloudless, d dataset, versions *atomic.Uint64) (time.Duration, error) {
	const writers = 32
	last := make(chan written, writers)
	deadline := time.Now().Add(b.length + patience)
	for w := range writers {
		go func() { last <- writeUntilKilled(ctx, c.server, d, w, writers, versions, deadline) }()
	}
	select {
	case <-time.After(b.length):
	case <-ctx.Done():
	}
	c.process.kill()
	var acknowledged []written
	for range writers {
		if x := <-last; x.item != "" {
			acknowledged = append(acknowledged, x)
		}
	}
	took, err := c.start(ctx)
	if err != nil {
		return 0, err
	}
	if len(acknowledged) == 0 {
		return 0, errors.New("nothing was written before the kill")
	}
	for _, x := range acknowledged {
		if err := c.holds(ctx, d, x.i, x.item); err != nil {
			return 0, fmt.Errorf("after the kill: %w", err)
		}
	}
	return took, nil
}

// written is an item that was acknowledged, or nothing.
type written struct {
	i    int
	item string
}

// writeUntilKilled puts items that no other writer puts, until the server does
// not answer any more, and returns the last one that was acknowledged.
func writeUntilKilled(ctx context.Context, s server, d dataset, w, writers int, versions *atomic.Uint64, deadline time.Time) (last written) {
	c, err := newConn(s.url)
	if err != nil {
		return last
	}
	defer c.close()
	for i := w; ; i = (i + writers*7919) % (d.count / writers * writers) {
		item := d.item(i, versions.Add(1)<<8)
		r, err := s.dynamodb(ctx, "PutItem", fmt.Sprintf(`{"TableName":%q,"Item":%s}`, d.table, item))
		if err != nil {
			return last
		}
		if status, body, err := c.send(&r, "", deadline); err != nil || r.answeredBy(status, body) != nil {
			return last
		}
		last = written{i, item}
	}
}
