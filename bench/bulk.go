package main

import (
	"context"
	"fmt"
)

// runBulk loads tables by BatchWriteItem, and sends the same kind of requests
// to the bare server.
func runBulk(ctx context.Context, b *bench) (section, error) {
	t := section{title: "Bulk load: BatchWriteItem", header: []string{" table", "connections", "items", "items per second",
		"bytes for one on disk", "after a stop", "server's CPU for one item", "bare server, items per second", "ratio"}}
	for _, sorted := range []bool{false, true} {
		d := dataset{table: "bench", sorted: sorted, count: b.bulkItems}
		row, err := b.bulk(ctx, d, &t)
		if err != nil {
			return section{}, err
		}
		t.rows = append(t.rows, row)
	}
	t.notes = append(t.notes, fmt.Sprintf("Items of %d bytes whose values do not compress, %d to a request, durable. All the files of the server are counted, when it has come to rest and with its log, which is some 55 MB whatever there is; and again after it has stopped. "+
		"Signing each request is part of the time, as is generating it; the bare server is sent requests that are made.", itemBytes, batchItems))
	return t, nil
}

func (b *bench) bulk(ctx context.Context, d dataset, t *section) ([]string, error) {
	c, err := b.startCloudless(ctx)
	if err != nil {
		return nil, err
	}
	defer c.process.end()
	used := c.process.cpuTime()
	took, err := c.fill(ctx, d)
	if err != nil {
		return nil, err
	}
	used = c.process.cpuTime() - used
	p := profile{name: "BatchWriteItem", connections: loaders, client: clientLean}
	requests, err := c.signAll(ctx, 1000, func(i int) call { return call{"BatchWriteItem", d.batch(i * batchItems % d.count), ""} })
	if err != nil {
		return nil, err
	}
	bare, err := round(ctx, b.length, newBareLane(b.bare, p, requests, len(`{"UnprocessedItems":{}}`)))
	if err != nil {
		return nil, err
	}
	t.wrong("bare", bare)
	if err := c.check(ctx, d); err != nil {
		return nil, err
	}
	n, err := c.scanAll(ctx, d)
	if err != nil {
		return nil, err
	}
	if n != d.count {
		return nil, fmt.Errorf("%d items were loaded, %d are there", d.count, n)
	}
	running, stopped, err := atRest(ctx, c)
	if err != nil {
		return nil, err
	}
	key := "partition key"
	if d.sorted {
		key = "partition and sort key"
	}
	perSecond, most := float64(d.count)/took.Seconds(), bare[0].perSecond*batchItems
	return []string{key, fmt.Sprint(loaders), fmt.Sprint(d.count), fmt.Sprintf("%.0f", perSecond), fmt.Sprint(running / int64(d.count)),
		fmt.Sprint(stopped / int64(d.count)), fmt.Sprintf("%.1f µs", float64(used.Microseconds())/float64(d.count)), fmt.Sprintf("%.0f", most), "**" + short(perSecond/most) + "**"}, nil
}

// atRest is what a server's files take when it has nothing to do, and when it
// has been stopped.
func atRest(ctx context.Context, c *cloudless) (running, stopped int64, err error) {
	c.process.settle(ctx)
	if running, err = diskBytes(c.dir); err != nil {
		return 0, 0, err
	}
	c.process.end()
	stopped, err = diskBytes(c.dir)
	return running, stopped, err
}
