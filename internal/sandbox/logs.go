package sandbox

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"cloudless/internal/clock"
)

const (
	// flushDelay gathers what is printed within it into one call of Append, for each
	// stream: a transaction that is synced.
	flushDelay = 200 * time.Millisecond
	// fullBytes is what may wait for a sink that is slower than functions print. Of one
	// stream no more waits than is left free, so that who prints most leaves room for the
	// others; then its pipe is not read.
	fullBytes = 16 << 20
	// maxQueuedBytes bounds in the same way what comes on top, which nobody can wait with:
	// lines of Lambda's own, and what is in the pipes before these. More is dropped and counted.
	maxQueuedBytes = 32 << 20
	// queuedOverhead is what an event takes beside its message while it waits.
	queuedOverhead = 64
	// maxBatchBytes is what one call of Append takes at most: CloudWatch's limit.
	maxBatchBytes = 1 << 20
	// eventOverhead is what CloudWatch adds to the size of each message.
	eventOverhead = 26
	// appendTimeout bounds one call of Append.
	appendTimeout = 10 * time.Second
)

// pump carries log events to the sink without letting anybody wait.
type pump struct {
	sink  Logs
	clock clock.Clock
	log   *slog.Logger

	mu     sync.Mutex
	queues map[logKey]*queue
	order  []logKey // of the queues that are not empty
	bytes  int
	closed bool // and so is closing

	room    chan struct{} // closed and replaced when there is more of it
	wake    chan struct{} // holds one
	closing chan struct{}
	flushed chan struct{} // closed when the last event has been handed over
}

// logKey is one stream. Its function is that of the environment that prints.
type logKey struct {
	fn     *Function
	stream string
}

type queue struct {
	events  []LogEvent
	bytes   int
	dropped int
}

func newPump(sink Logs, c clock.Clock, log *slog.Logger) *pump {
	p := &pump{
		sink: sink, clock: c, log: log,
		queues:  make(map[logKey]*queue),
		room:    make(chan struct{}),
		wake:    make(chan struct{}, 1),
		closing: make(chan struct{}),
		flushed: make(chan struct{}),
	}
	go p.run()
	return p
}

// add queues one message. It never waits.
func (p *pump) add(key logKey, e LogEvent) {
	if p.sink == nil || key.fn.LogGroup == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	q := p.queues[key]
	if q == nil {
		q = &queue{}
		p.queues[key] = q
		p.order = append(p.order, key)
		select {
		case p.wake <- struct{}{}:
		default:
		}
	}
	size := len(e.Message) + queuedOverhead
	if q.bytes+size > maxQueuedBytes-p.bytes {
		q.dropped++
		return
	}
	p.bytes += size
	q.bytes += size
	q.events = append(q.events, e)
}

// full returns nil if a stream may have more, or else what is closed when that may have
// changed.
func (p *pump) full(key logKey) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	waiting := 0
	if q := p.queues[key]; q != nil {
		waiting = q.bytes
	}
	if p.closed || waiting <= fullBytes-p.bytes {
		return nil
	}
	return p.room
}

// close hands over what is queued, and returns when that is done or ctx is.
func (p *pump) close(ctx context.Context) error {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		close(p.closing)
		close(p.room)
		p.room = make(chan struct{})
	}
	p.mu.Unlock()
	select {
	case <-p.flushed:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("flush the functions' logs: %w", ctx.Err())
	}
}

func (p *pump) run() {
	defer close(p.flushed)
	for {
		select {
		case <-p.wake:
			select {
			case <-p.clock.After(flushDelay):
			case <-p.closing:
			}
		case <-p.closing:
		}
		closed := p.isClosed() // before the flush: what is added after it is too late
		for p.flushOne() {
		}
		if closed {
			return
		}
	}
}

func (p *pump) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

// flushOne hands over the oldest queue, and reports whether there was one.
func (p *pump) flushOne() bool {
	p.mu.Lock()
	if len(p.order) == 0 {
		p.mu.Unlock()
		return false
	}
	key := p.order[0]
	p.order = p.order[1:]
	q := p.queues[key]
	delete(p.queues, key)
	p.bytes -= q.bytes
	close(p.room)
	p.room = make(chan struct{})
	p.mu.Unlock()

	if q.dropped > 0 {
		q.events = append(q.events, LogEvent{p.clock.Now(),
			fmt.Sprintf("[cloudless] %d log events were dropped here: they came faster than they could be stored\n", q.dropped)})
	}
	// A message with a time of its own may come after a younger one, and CloudWatch
	// takes no batch that is not in order. It counts milliseconds; within one, the
	// order in which they came is the better one: frames have their times rounded down.
	slices.SortStableFunc(q.events, func(a, b LogEvent) int { return cmp.Compare(a.Timestamp.UnixMilli(), b.Timestamp.UnixMilli()) })
	for batch := range batches(q.events) {
		ctx, cancel := context.WithTimeout(context.Background(), appendTimeout)
		if err := p.sink.Append(ctx, key.fn, key.stream, batch); err != nil {
			p.log.Warn("a function's log could not be stored", "group", key.fn.LogGroup, "stream", key.stream, "events", len(batch), "err", err)
		}
		cancel()
	}
	return true
}

// batches cuts events into pieces that one call of Append takes.
func batches(events []LogEvent) func(yield func([]LogEvent) bool) {
	return func(yield func([]LogEvent) bool) {
		start, size := 0, 0
		for i, e := range events {
			n := len(e.Message) + eventOverhead
			if size > 0 && (size+n > maxBatchBytes || i-start == 10_000) {
				if !yield(events[start:i]) {
					return
				}
				start, size = i, 0
			}
			size += n
		}
		if start < len(events) {
			yield(events[start:])
		}
	}
}
