package event

import (
	"context"
	"time"
)

// lane is a share of the keys of a shard. One batch of it runs at a time, so
// the records of a key stay in order.
type lane struct {
	pending []*entry // not yet in a batch
	bytes   int64    // of their JSON
	since   time.Time
	busy    bool
}

// add puts a record into the lane. The batching window opens with the first.
func (l *lane) add(e *entry, now time.Time) {
	if len(l.pending) == 0 {
		l.since = now
	}
	l.pending = append(l.pending, e)
	l.bytes += e.size
}

// rest notes that the lane's batch has ended. The next window opens now.
func (l *lane) rest(now time.Time) {
	l.busy = false
	l.since = now
}

// dispatch starts the batches that are ready.
func (sh *shard) dispatch(soft, ctx context.Context) {
	now := sh.Clock.Now()
	for i := range sh.lanes {
		l := &sh.lanes[i]
		if l.busy {
			continue
		}
		if sh.m.TumblingWindow > 0 {
			sh.dispatchWindow(soft, ctx, l, now)
			continue
		}
		if sh.ready(l, now) {
			sh.start(soft, ctx, i, batch{entries: sh.cut(l, len(l.pending))})
		}
	}
}

// ready tells whether the lane's next batch is to go: it is full, its window
// is over, or there is no room to wait for more.
func (sh *shard) ready(l *lane, now time.Time) bool {
	if len(l.pending) == 0 {
		return false
	}
	return len(l.pending) >= sh.m.BatchSize || l.bytes >= sh.maxRecords() ||
		!now.Before(l.since.Add(sh.m.MaximumBatchingWindow)) ||
		sh.ended || sh.unread && !sh.hasRoom()
}

// cut takes a batch from the first n records that are pending: as many as a
// batch and an event may have.
func (sh *shard) cut(l *lane, n int) []*entry {
	n = min(n, sh.m.BatchSize)
	size, count := int64(0), 0
	for count < n {
		size += l.pending[count].size + 1
		if size > sh.maxRecords() && count > 0 {
			break
		}
		count++
	}
	entries := l.pending[:count:count]
	l.pending = l.pending[count:]
	for _, e := range entries {
		l.bytes -= e.size
	}
	return entries
}

// start runs a batch beside.
func (sh *shard) start(soft, ctx context.Context, lane int, b batch) {
	sh.lanes[lane].busy = true
	sh.busy++
	b.shard, b.lane, b.soft, b.ctx = sh, lane, soft, ctx
	go func() {
		b.run()
		sh.progress <- progress{lane: lane, idle: true}
	}()
}
