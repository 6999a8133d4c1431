package dynamodb

import (
	"bytes"
	"context"
	"slices"
	"time"

	"cloudless/internal/service/dynamodb/stream"
	"cloudless/internal/storage/kv"
)

// work is what one transaction of the store does: changes of items, one after
// the other. It is made afresh each time that the transaction runs.
type work struct {
	tx       kv.Tx
	now      time.Time      // later than that of every work before it
	records  *stream.Writer // or nil, while nothing was recorded
	verified *table         // the last one whose definition was compared
}

// commit makes the changes in one transaction, all or none, and returns what
// became of each.
func (s *Service) commit(ctx context.Context, changes ...*change) ([]changed, error) {
	done := make([]changed, len(changes))
	err := s.transact(ctx, changes, nil, func(w *work) (err error) {
		for i, c := range changes {
			if done[i], err = w.do(c); err != nil {
				return err
			}
		}
		return nil
	})
	return done, err
}

// transact runs f in one transaction, which claims what the changes depend on
// and further keys that it writes.
func (s *Service) transact(ctx context.Context, changes []*change, further [][]byte, f func(*work) error) error {
	claims := kv.Claims{Write: further}
	for _, c := range changes {
		c.claim(&claims)
	}
	return s.store.Update(ctx, claims, func(tx kv.Tx) error {
		return f(&work{tx: tx, now: s.tick()})
	})
}

// verify compares the table's definition with the one in the store, once for
// changes of one table that follow each other.
func (w *work) verify(t *table) error {
	if w.verified == t {
		return nil
	}
	w.verified = t
	return t.verify(w.tx)
}

// do makes one change.
func (w *work) do(c *change) (changed, error) {
	if err := w.verify(c.table); err != nil {
		return changed{}, err
	}
	old, err := readItem(w.tx, c.storeKey)
	if err != nil {
		return changed{}, err
	}
	if c.condition != nil && !c.condition.Holds(old) {
		return changed{}, c.unmet(old)
	}
	result := changed{old: old, new: old}
	if c.apply != nil {
		if result.new, err = c.apply(old); err != nil {
			return changed{}, err
		}
	}
	result.consumed.add(nil, writeUnits(max(old.Size(), result.new.Size())))
	if c.apply == nil || bytes.Equal(old, result.new) {
		return result, nil
	}
	if result.new == nil {
		w.tx.Delete(c.storeKey)
	} else {
		w.tx.Set(c.storeKey, slices.Clone(result.new)) // the answer may show it; what is set belongs to the store
	}
	for _, ix := range c.table.indexes {
		if units := ix.replace(w.tx, c.storeKey, old, result.new); units > 0 {
			result.consumed.add(ix, units)
		}
	}
	if c.table.history != nil {
		c.table.remember(w.tx, c.storeKey, old, w.now)
	}
	if c.table.expiry != nil {
		c.table.expiry.replace(w.tx, c.storeKey, old, result.new)
	}
	return result, w.record(c, result)
}

// record writes the change into the table's stream, if it has one.
func (w *work) record(c *change, r changed) error {
	st := c.table.stream
	if st == nil {
		return nil
	}
	if w.records == nil {
		w.records = stream.NewWriter(w.tx)
	}
	keyed := r.new
	if keyed == nil {
		keyed = r.old
	}
	return w.records.Append(st, c.shard, stream.Record{
		At: w.now, Keys: keyed.Only(c.table.schema.names()...), Old: r.old, New: r.new, ByService: c.byService,
	})
}

// tick returns the time, later than at every call before: what is recorded of
// an item bears ascending times, whatever becomes of the clock.
func (s *Service) tick() time.Time {
	for {
		last := s.last.Load()
		now := max(s.clock.Now().UnixNano(), last+1)
		if s.last.CompareAndSwap(last, now) {
			return time.Unix(0, now).UTC()
		}
	}
}
