package event

import (
	"context"
	"slices"
	"time"
)

// batch is some records on their way through the function, or the end of a
// window. It runs in a goroutine of its own.
type batch struct {
	*shard
	lane    int
	soft    context.Context // ends when nothing new is to be tried
	ctx     context.Context // ends when all is to be left
	entries []*entry
	window  *openWindow // nil without tumbling windows
	final   bool        // the window ends; there are no entries
}

// part is what is left of a batch, or one of its halves.
type part struct {
	entries     []*entry
	attempts    int // that failed, splits aside
	invocations int
	refused     int // in a row, before the event reached the function
	requestID   string
	result      Result
}

// run goes on until every record is done, or until it is to stop: then what is
// left is read again from the checkpoint.
func (b *batch) run() {
	todo := []part{{entries: b.entries}}
	for len(todo) > 0 && b.soft.Err() == nil && b.ctx.Err() == nil {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !b.expire(&p) {
			continue
		}
		if b.soft.Err() != nil {
			return
		}
		v, invoked := b.invoke(&p)
		switch {
		case b.ctx.Err() != nil:
			return
		case !invoked:
			todo = append(todo, p)
			b.pause(b.soft, b.ctx, backoff(p.refused-1))
		case v.ok:
			b.succeed(&p, v)
		default:
			todo = append(todo, b.fail(&p, v)...)
		}
	}
}

// expire discards the records at the front of the part that are too old, and
// reports whether any are left.
func (b *batch) expire(p *part) bool {
	now := b.Clock.Now()
	if b.final {
		limit := windowRetention
		if b.m.MaximumRecordAge >= 0 {
			limit = min(limit, b.m.MaximumRecordAge)
		}
		if p.invocations > 0 && now.Sub(b.window.Start.Add(b.m.TumblingWindow)) > limit {
			b.closeWindow()
			return false
		}
		return true
	}
	old := 0
	for old < len(p.entries) && b.tooOld(p.entries[old], now) {
		old++
	}
	if old > 0 {
		expired := *p
		expired.entries = p.entries[:old]
		b.discard(&expired, ageExceeded)
		p.entries = p.entries[old:]
	}
	return len(p.entries) > 0
}

func (b *batch) tooOld(e *entry, now time.Time) bool {
	return b.m.MaximumRecordAge >= 0 && now.Sub(e.Arrived) > b.m.MaximumRecordAge ||
		!e.Expires.IsZero() && now.After(e.Expires)
}

// invoke calls the function once. invoked is false if the event has not
// reached it; that is no attempt.
func (b *batch) invoke(p *part) (v verdict, invoked bool) {
	p.requestID = b.newID()
	result, err := b.Invoker.Invoke(b.ctx, &b.m, p.requestID, b.payload(p.entries, false))
	if err != nil {
		p.refused++
		if b.ctx.Err() == nil {
			b.Log.Warn("function not invoked", "mapping", b.m.ID, "function", b.m.FunctionARN, "request_id", p.requestID, "err", err)
			b.note(b.ctx, problem(err))
		}
		return v, false
	}
	p.result, p.refused = result, 0
	p.invocations++
	if b.final {
		return judge(result, nil, false, false), true
	}
	return judge(result, p.entries, b.m.ReportBatchItemFailures, b.window != nil), true
}

// succeed notes that a part is done.
func (b *batch) succeed(p *part, v verdict) {
	b.note(b.ctx, resultOK)
	switch {
	case b.final:
		b.closeWindow()
	case b.window == nil:
		b.progress <- progress{lane: b.lane, done: p.entries}
	case len(v.state) > maxStateBytes:
		b.terminate(p, v)
	default:
		b.advance(p.entries, v)
	}
}

// advance notes records of a window as done, with the state that they led to.
func (b *batch) advance(entries []*entry, v verdict) {
	b.window = &openWindow{Start: b.window.Start, State: v.state}
	b.progress <- progress{lane: b.lane, done: entries, windowed: true, window: b.window}
}

// fail says what becomes of a part of which not all is done.
func (b *batch) fail(p *part, v verdict) []part {
	b.note(b.ctx, resultFailed)
	if v.report && v.done > 0 {
		done := p.entries[:v.done]
		p.entries = p.entries[v.done:]
		if b.window != nil {
			b.advance(done, v)
		} else {
			b.progress <- progress{lane: b.lane, done: done}
		}
		if b.m.BisectBatchOnFunctionError {
			return []part{*p} // split where the function said
		}
	}
	if b.m.BisectBatchOnFunctionError && !v.report && len(p.entries) > 1 {
		left, right := *p, *p
		half := (len(p.entries) + 1) / 2
		left.entries, right.entries = p.entries[:half], p.entries[half:]
		return []part{right, left} // the last is next
	}
	p.attempts++
	if b.m.MaximumRetryAttempts >= 0 && p.attempts > b.m.MaximumRetryAttempts {
		b.discard(p, retriesExhausted)
		return nil
	}
	b.pause(b.soft, b.ctx, backoff(p.attempts-1))
	return []part{*p}
}

// destinationAttempts is how often a failure is sent before it is dropped.
const destinationAttempts = 5

// discard gives up records: they are reported, and then they are done.
func (b *batch) discard(p *part, condition string) {
	if b.final {
		b.Log.Warn("end of a window discarded", "mapping", b.m.ID, "shard", b.id, "window", b.window.Start, "request_id", p.requestID)
		b.closeWindow()
		return
	}
	first, last := p.entries[0].SequenceNumber, p.entries[len(p.entries)-1].SequenceNumber
	b.Log.Warn("records discarded", "mapping", b.m.ID, "shard", b.id, "first", first, "last", last, "condition", condition, "request_id", p.requestID)
	if b.m.OnFailure != "" && !b.report(b.failure(p, condition)) {
		return
	}
	b.progress <- progress{lane: b.lane, done: slices.Clone(p.entries)}
}

// report sends a failure to its destination. It returns false if that is to be
// begun again later, with the records themselves.
func (b *batch) report(f *Failure) bool {
	for failed := range destinationAttempts {
		err := b.Destinations.Send(b.ctx, &b.m, f)
		if err == nil {
			return true
		}
		b.Log.Warn("discarded records not reported", "mapping", b.m.ID, "destination", b.m.OnFailure, "err", err)
		b.note(b.ctx, problem(err))
		if failed < destinationAttempts-1 && !b.pause(b.soft, b.ctx, backoff(failed)) {
			return false
		}
	}
	return b.ctx.Err() == nil
}

// terminate ends a window whose state has grown too large: the function gets
// it back one last time, and with it the records are done.
func (b *batch) terminate(p *part, v verdict) {
	end := *b
	end.window = &openWindow{Start: b.window.Start, State: v.state}
	since := b.Clock.Now()
	for attempts, refused := 0, 0; ; {
		result, err := b.Invoker.Invoke(b.ctx, &b.m, b.newID(), end.payload(nil, true))
		if b.ctx.Err() != nil {
			return
		}
		if err == nil && result.FunctionError == "" {
			break
		}
		b.note(b.ctx, resultFailed)
		if err == nil {
			attempts++
		} else {
			refused++
		}
		if b.m.MaximumRetryAttempts >= 0 && attempts > b.m.MaximumRetryAttempts || b.Clock.Now().Sub(since) > windowRetention {
			b.Log.Warn("end of a window discarded", "mapping", b.m.ID, "shard", b.id, "window", b.window.Start)
			break
		}
		if !b.pause(b.soft, b.ctx, backoff(attempts+refused-1)) {
			return
		}
	}
	b.window = &openWindow{Start: b.window.Start, State: []byte("{}")}
	b.progress <- progress{lane: b.lane, done: p.entries, windowed: true}
}

// closeWindow notes that the window has ended.
func (b *batch) closeWindow() {
	b.progress <- progress{lane: b.lane, windowed: true}
}
