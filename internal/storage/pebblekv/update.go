package pebblekv

import (
	"bytes"
	"context"
	"slices"

	"cloudless/internal/storage/kv"
	"cloudless/internal/storage/kv/solo"

	"github.com/cockroachdb/pebble/v2"
)

// Update implements kv.Store. The claims are given back as soon as the commit
// can be read, before it is durable, so that the next update of a hot key runs
// while this one is synced, and their syncs become one.
func (s *Store) Update(ctx context.Context, claims kv.Claims, f func(kv.Tx) error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.gate.Leave()
	held, err := s.latches.Acquire(ctx, claims)
	if err != nil {
		return err
	}
	defer held.Release()

	tx := &tx{reader: reader{ctx: ctx, store: s}, held: &held}
	defer tx.close()
	err = f(tx)
	if err == nil {
		err = tx.writes.Err()
	}
	if err != nil || tx.writes.Len() == 0 {
		held.Release() // waiting for syncs needs no claims
		return s.answer(&tx.reader, err)
	}
	// What f has read needs no waiting for: those commits stand before this
	// one in the log, so its own sync is theirs too.
	if err := s.commit(batchOf(s.db, &tx.writes), keysOf(&tx.writes), held.Release); err != nil {
		return err
	}
	s.watches.Notify(tx.writes.Keys())
	return nil
}

// DeleteRange implements kv.Store.
func (s *Store) DeleteRange(ctx context.Context, r kv.Range) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.gate.Leave()
	if !before(r.Start, r.End) {
		return nil
	}
	start, end := bounds(r)
	b := s.db.NewBatch()
	if err := b.DeleteRange(start, end, nil); err != nil {
		return err
	}
	return s.commit(b, keyRange{Start: start, End: end}, func() {})
}

// bounds returns r with both its ends, as Pebble wants a range that is to be
// deleted. The first is the least key that there can be, not the empty one:
// with that, crash histories found deleted keys again after a compaction, in
// builds that check Pebble's invariants. There a span is copied more often, the
// copy of an empty start is nil, and a span without a start counts as none. We
// have not seen it in an ordinary build, and do not rely on that.
func bounds(r kv.Range) (start, end []byte) {
	start, end = r.Start, r.End
	if len(start) == 0 {
		start = []byte{0}
	}
	if end == nil {
		end = bytes.Repeat([]byte{0xff}, kv.MaxKeyBytes+1) // greater than any key
	}
	return start, end
}

// commit writes b, whose footprint is touches. It calls applied when readers
// can see it and returns when it is durable. A context has no say any more:
// whoever goes away now would not know what has happened.
func (s *Store) commit(b *pebble.Batch, touches footprint, applied func()) error {
	c := s.unsynced.enter(touches)
	s.hot.forget(touches)
	err := s.apply(b)
	s.states.advance()
	applied()
	if err == nil {
		s.states.dropOld()
		err = b.SyncWait()
	}
	if err != nil {
		s.fail(err)
	}
	// After fail, so that nobody takes the end of a failed sync for a good one.
	s.unsynced.leave(c)
	if err := s.Err(); err != nil {
		return err
	}
	return b.Close()
}

func batchOf(db *pebble.DB, writes *solo.Writes) *pebble.Batch {
	const perWrite = 16 // kind and lengths
	b := db.NewBatchWithSize(writes.Bytes() + perWrite*writes.Len())
	for w := range writes.All() {
		// Filling a batch in memory does not fail.
		if w.Delete {
			_ = b.Delete(w.Key, nil)
		} else {
			_ = b.Set(w.Key, w.Value, nil)
		}
	}
	return b
}

func keysOf(writes *solo.Writes) keySet {
	return newKeySet(slices.AppendSeq(make([][]byte, 0, writes.Len()), writes.Keys()))
}

// tx is a kv.Tx. Claimed keys stand still, so they are read from the latest
// state and the snapshot is spared; everything else comes from one snapshot.
type tx struct {
	reader
	held   *solo.Held
	writes solo.Writes
}

// Get implements kv.Reader.
func (t *tx) Get(key []byte) ([]byte, error) {
	if t.held.Has(key) {
		return t.get(t.store.db, key, t.store.states.commits.Load())
	}
	return t.reader.Get(key)
}

// Set implements kv.Tx.
func (t *tx) Set(key, value []byte) { t.writes.Set(key, value) }

// Delete implements kv.Tx.
func (t *tx) Delete(key []byte) { t.writes.Delete(key) }
