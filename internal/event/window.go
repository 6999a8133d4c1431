package event

import (
	"context"
	"encoding/json"
	"time"
)

// windowRetention bounds how long the end of a window is tried, as records do
// for all else.
const windowRetention = 24 * time.Hour

// maxStateBytes is how much a function may carry from batch to batch of a
// window. With more the window ends early.
const maxStateBytes = 1 << 20

// windowOf returns where the tumbling window begins in which a record arrived.
func (sh *shard) windowOf(e *entry) time.Time { return e.Arrived.UTC().Truncate(sh.m.TumblingWindow) }

// dispatchWindow starts what is next of tumbling windows, of which one is open
// at a time: a batch of its records, or its end, once all that arrived before
// have been seen. Records that arrive late belong to the one that is open.
func (sh *shard) dispatchWindow(soft, ctx context.Context, l *lane, now time.Time) {
	open := sh.cursor.Window
	if open == nil && len(l.pending) == 0 {
		return
	}
	if open == nil {
		open = &openWindow{Start: sh.windowOf(l.pending[0]), State: json.RawMessage("{}")}
	}
	n := 0
	for n < len(l.pending) && !sh.windowOf(l.pending[n]).After(open.Start) {
		n++
	}
	over := n < len(l.pending) || sh.ended || !now.Before(open.Start.Add(sh.m.TumblingWindow)) && !sh.unread
	switch {
	case n > 0 && (over || sh.ready(l, now)):
		sh.start(soft, ctx, 0, batch{entries: sh.cut(l, n), window: open})
	case n == 0 && over && sh.cursor.Window != nil:
		sh.start(soft, ctx, 0, batch{window: open, final: true})
	}
}
