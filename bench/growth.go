package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// runGrowth compares a server with a large table to one with a small table,
// and watches the memory of each while the table is scanned.
func runGrowth(ctx context.Context, b *bench) (section, error) {
	t := section{title: "Growth: a large table beside a small one", header: []string{" what", "connections", "p50, small", "p50, large", "large to small (least–most)"}}
	var servers []*cloudless
	var sets []dataset
	for _, count := range []int{max(1, b.items/2), b.large} {
		d := dataset{table: "bench", sorted: true, count: count}
		c, note, err := b.filled(ctx, d)
		if err != nil {
			return section{}, err
		}
		defer func() { c.process.end() }() // whichever it is by then
		servers, sets = append(servers, c), append(sets, d)
		t.notes = append(t.notes, note)
	}
	for _, connections := range []int{1, 32} {
		for _, operation := range []string{"GetItem", "Query of a collection of one item"} {
			row, err := b.grown(ctx, profile{name: operation, connections: connections, client: b.client}, servers, sets, &t)
			if err != nil {
				return section{}, err
			}
			t.rows = append(t.rows, row)
		}
	}
	for i, c := range servers {
		note, err := scanned(ctx, c, sets[i])
		if err != nil {
			return section{}, err
		}
		t.notes = append(t.notes, note)
	}
	return t, nil
}

// filled starts a server and gives it a table. It returns when the server has
// come to rest.
func (b *bench) filled(ctx context.Context, d dataset) (*cloudless, string, error) {
	c, err := b.startCloudless(ctx)
	if err != nil {
		return nil, "", err
	}
	took, err := c.fill(ctx, d)
	if err != nil {
		return nil, "", err
	}
	if err := c.check(ctx, d); err != nil {
		return nil, "", err
	}
	c.process.settle(ctx)
	size, err := diskBytes(c.dir)
	return c, fmt.Sprintf("%d items were loaded by %d connections in %.1f s, %.0f/s, and take %s of the disk with the log, %d bytes each.",
		d.count, loaders, took.Seconds(), float64(d.count)/took.Seconds(), megabytes(size), size/int64(d.count)), err
}

// grown measures one operation on the small and on the large table, in turns.
func (b *bench) grown(ctx context.Context, p profile, servers []*cloudless, sets []dataset, t *section) ([]string, error) {
	samples := make([][]sample, len(servers))
	for range b.rounds + 1 {
		lanes := make([]*lane, len(servers))
		for i, c := range servers {
			p.requests = sets[i].gets
			if strings.HasPrefix(p.name, "Query") {
				p.requests = sets[i].queries
			}
			requests, err := p.requests(ctx, c.server, enough(samples[i]))
			if err != nil {
				return nil, err
			}
			lanes[i] = newLane(c.server, p, requests)
		}
		all, err := round(ctx, b.length, lanes...)
		if err != nil {
			return nil, err
		}
		for i, x := range all {
			samples[i] = append(samples[i], x)
		}
	}
	for i := range samples {
		t.wrong(fmt.Sprintf("%s, %d connections, %d items", p.name, p.connections, sets[i].count), samples[i])
		samples[i] = samples[i][1:] // the first was to warm up
	}
	times := make([]float64, b.rounds)
	for k := range times {
		times[k] = float64(samples[1][k].p50) / float64(samples[0][k].p50)
	}
	return []string{p.name, fmt.Sprint(p.connections), milliseconds(medians(samples[0]).p50), milliseconds(medians(samples[1]).p50), spreadOf(times).String()}, nil
}

// scanCache is the cache of a server whose memory is watched: by default it may
// have gigabytes, if there are as many to read.
const scanCache = 64 << 20

// scanned starts a server anew, so that its memory holds nothing of before,
// scans its table twice, and tells what it held before, at most, and after.
func scanned(ctx context.Context, c *cloudless, d dataset) (string, error) {
	c.process.end()
	c.flags = []string{"--cache-bytes", fmt.Sprint(scanCache)}
	if _, err := c.start(ctx); err != nil {
		return "", err
	}
	c.process.settle(ctx)
	before, _ := c.process.memory()
	note := fmt.Sprintf("Scan of %d items with a cache of %s: the server held %s before", d.count, megabytes(scanCache), megabytes(before))
	for _, which := range []string{"first", "second"} {
		if err := c.process.forgetPeak(); err != nil {
			return "", err
		}
		start := time.Now()
		n, err := c.scanAll(ctx, d)
		if err != nil {
			return "", err
		}
		if n != d.count {
			return "", fmt.Errorf("the scan found %d items of %d", n, d.count)
		}
		now, peak := c.process.memory()
		note += fmt.Sprintf("; in the %s scan (%.0f items/s) %s at most, and %s at its end", which, float64(n)/time.Since(start).Seconds(), megabytes(peak), megabytes(now))
	}
	return note + ".", nil
}
