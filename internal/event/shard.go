package event

import (
	"context"
	"errors"
	"hash/maphash"
	"slices"
	"time"

	"cloudless/internal/event/pattern"
)

// What a shard holds in memory.
const (
	pageRecords     = 1000
	maxShardRecords = 20_000 // two batches of the largest size
	maxShardBytes   = 16 << 20
)

// lazyTime is how long a checkpoint waits that would only pass records which
// no filter has let through.
const lazyTime = time.Second

// entry is a record that was read and that the checkpoint has not passed.
type entry struct {
	Record
	size int64
	done bool
}

// shard reads one shard. It belongs to one goroutine; the batches of its lanes
// run in others, which tell of their progress.
type shard struct {
	*poller
	id     string
	reader Reader
	cursor cursor
	seed   maphash.Seed

	queue  []*entry // in their order
	bytes  int64    // of the entries that are not done
	lanes  []lane
	busy   int  // lanes at work
	unread bool // there may be more to read
	ended  bool // there will be no more to read

	moved    bool      // the cursor is not as it is stored
	urgent   bool      // the function has done something since it was
	saveFrom time.Time // when to store it

	progress chan progress
}

// progress is what a batch tells of itself.
type progress struct {
	lane int
	done []*entry
	idle bool // the batch has ended

	windowed bool        // window is what the cursor's is from now on
	window   *openWindow // nil if none is open
}

func newShard(p *poller, id string, reader Reader, c cursor) *shard {
	return &shard{
		poller: p, id: id, reader: reader, cursor: c, seed: maphash.MakeSeed(), unread: true,
		lanes: make([]lane, p.m.ParallelizationFactor), progress: make(chan progress),
	}
}

// run reads until soft ends and the batches under way have ended; until ctx
// ends; or until there are no more records: then ended is true.
func (sh *shard) run(soft, ctx context.Context) (ended bool, err error) {
	defer func() {
		for sh.busy > 0 {
			sh.take(<-sh.progress)
		}
		sh.buffered.Add(-sh.bytes)
	}()
	more := sh.reader.More()
	for {
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		stopping := soft.Err() != nil
		if !stopping {
			if err := sh.read(ctx); err != nil {
				return false, err
			}
			sh.dispatch(soft, ctx)
		}
		finished := sh.finished()
		if err := sh.save(ctx, stopping || finished); err != nil {
			return false, err
		}
		if sh.busy == 0 && (stopping || finished && !sh.moved) {
			return finished, nil
		}
		if !stopping && sh.mayRead() {
			select {
			case p := <-sh.progress:
				sh.take(p)
			default:
			}
			continue
		}
		stop := soft.Done()
		if stopping {
			stop = nil
		}
		select {
		case p := <-sh.progress:
			sh.take(p)
		case _, open := <-more:
			sh.unread = !sh.ended
			if !open {
				more = nil
			}
		case <-sh.alarm(stopping):
		case <-stop:
		case <-ctx.Done():
		}
	}
}

// mayRead tells whether there is more to read, and room for it.
func (sh *shard) mayRead() bool { return sh.unread && sh.hasRoom() }

// hasRoom bounds memory: that of the shard, and that of all.
func (sh *shard) hasRoom() bool {
	return len(sh.queue) < maxShardRecords && sh.bytes < maxShardBytes &&
		(sh.bytes == 0 || sh.buffered.Load() < sh.BufferBytes)
}

func (sh *shard) read(ctx context.Context) error {
	if !sh.mayRead() {
		return nil
	}
	records, ended, err := sh.reader.Read(ctx, pageRecords)
	if err != nil {
		return err
	}
	sh.unread = len(records) > 0 && !ended
	sh.ended = ended
	now := sh.Clock.Now()
	for _, r := range records {
		sh.admit(r, now)
	}
	return nil
}

// admit puts a record into the lane of its key, unless it is filtered out.
func (sh *shard) admit(r Record, now time.Time) {
	e := &entry{Record: r, size: int64(len(r.JSON))}
	sh.queue = append(sh.queue, e)
	if !sh.passes(e) {
		e.done, e.JSON = true, nil
		return
	}
	sh.bytes += e.size
	sh.buffered.Add(e.size)
	n := 0
	if len(sh.lanes) > 1 {
		n = int(maphash.String(sh.seed, e.Key) % uint64(len(sh.lanes)))
	}
	sh.lanes[n].add(e, now)
}

// passes tells whether the function is to get the record: one of the filters
// matches, if there are any.
func (sh *shard) passes(e *entry) bool {
	if len(sh.filters) == 0 {
		return true
	}
	parsed, err := pattern.ParseEvent(e.JSON)
	return err == nil && slices.ContainsFunc(sh.filters, func(f *pattern.Pattern) bool { return f.Match(parsed) })
}

// take notes the progress of a batch.
func (sh *shard) take(p progress) {
	for _, e := range p.done {
		e.done, e.JSON = true, nil
		sh.bytes -= e.size
		sh.buffered.Add(-e.size)
	}
	if p.windowed {
		sh.cursor.Window = p.window
		sh.moved = true
	}
	sh.urgent = sh.urgent || p.windowed || len(p.done) > 0
	if p.idle {
		sh.busy--
		sh.lanes[p.lane].rest(sh.Clock.Now())
	}
}

// finished tells that every record that there ever will be is done.
func (sh *shard) finished() bool {
	return sh.ended && sh.cursor.Window == nil && sh.busy == 0 &&
		!slices.ContainsFunc(sh.queue, func(e *entry) bool { return !e.done })
}

// save moves the checkpoint behind the records that are done, and stores it
// when it is time.
func (sh *shard) save(ctx context.Context, now bool) error {
	n := 0
	for n < len(sh.queue) && sh.queue[n].done {
		n++
	}
	if n > 0 {
		sh.cursor.After = sh.queue[n-1].SequenceNumber
		if !sh.moved {
			sh.moved, sh.saveFrom = true, sh.Clock.Now().Add(lazyTime)
		}
		clear(sh.queue[:n])
		sh.queue = sh.queue[n:]
	}
	if now && sh.finished() {
		sh.cursor.Ended = true
		sh.moved = true
	}
	if sh.urgent && sh.moved {
		sh.urgent, sh.saveFrom = false, time.Time{}
	}
	if !sh.moved || !now && sh.saveFrom.After(sh.Clock.Now()) {
		return nil
	}
	err := sh.saveCursor(ctx, sh.m.ID, sh.id, sh.cursor)
	switch {
	case err == nil:
		sh.moved = false
	case errors.Is(err, errTaken) || now || ctx.Err() != nil:
		return err
	default:
		sh.Log.Warn("checkpoint not stored", "mapping", sh.m.ID, "shard", sh.id, "err", err)
		sh.saveFrom = sh.Clock.Now().Add(retryTime)
	}
	return nil
}

// alarm receives when there is something to do though nothing happens. One
// that is stopping starts nothing, so no window is worth waking for.
func (sh *shard) alarm(stopping bool) <-chan time.Time {
	var at time.Time
	earlier := func(t time.Time) {
		if at.IsZero() || t.Before(at) {
			at = t
		}
	}
	if sh.moved {
		earlier(sh.saveFrom)
	}
	for i := range sh.lanes {
		if l := &sh.lanes[i]; !stopping && !l.busy && len(l.pending) > 0 {
			earlier(l.since.Add(sh.m.MaximumBatchingWindow))
			if sh.m.TumblingWindow > 0 {
				earlier(sh.windowOf(l.pending[0]).Add(sh.m.TumblingWindow))
			}
		}
	}
	if w := sh.cursor.Window; w != nil && !stopping && sh.busy == 0 {
		earlier(w.Start.Add(sh.m.TumblingWindow))
	}
	if at.IsZero() {
		return nil
	}
	return sh.Clock.After(at.Sub(sh.Clock.Now()))
}
