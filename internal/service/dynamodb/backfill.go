package dynamodb

import (
	"context"
	"slices"

	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/storage/kv"
)

const (
	backfillItems = 200     // at most, in one step
	backfillBytes = 1 << 20 // about, in one step
)

// backfill gives a new index the entries of items that were there before it.
//
// From the moment that the index is in the table's definition, every write
// keeps it. A step holds the items still that it reads, but lets others read
// them; so each entry is that of the item as it is, whoever wrote it last.
func (s *Service) backfill(ctx context.Context, j *job) error {
	t, err := s.lookupNow(ctx, ref{j.Account, j.Region, j.Table})
	if err != nil {
		return err
	}
	entry := t.building(j)
	if entry == nil {
		return s.endJob(ctx, j) // the table or the index is gone
	}
	found, err := s.itemsAfter(ctx, t, j.After)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return s.finishIndex(ctx, j, t)
	}
	claims := kv.Claims{Read: append(slices.Clone(found), t.storeKey), Write: [][]byte{jobKey(j.ID)}}
	return s.store.Update(ctx, claims, func(tx kv.Tx) error {
		if err := t.verify(tx); err != nil {
			return err
		}
		for _, key := range found {
			it, err := readItem(tx, key)
			if err != nil {
				return err
			}
			if at, value := entry(key, it); at != nil {
				tx.Set(at, value)
			}
		}
		next := *j
		next.After = found[len(found)-1]
		tx.Set(jobKey(j.ID), next.encode())
		return nil
	})
}

// building returns how the index that the job fills makes an entry of an item,
// or nil where there is no such index.
func (t *table) building(j *job) func(itemKey []byte, it attr.Item) (key, entry []byte) {
	if t == nil || t.Data != j.Data || !t.Gone.IsZero() {
		return nil
	}
	if x := t.expiry; x != nil && x.Number == j.Index && x.Building {
		return x.entry
	}
	for _, ix := range t.indexes {
		if ix.Number == j.Index && ix.Building {
			return func(itemKey []byte, it attr.Item) (key, entry []byte) { return ix.entry(itemKey, it) }
		}
	}
	return nil
}

// itemsAfter returns the keys of the next items of a table.
func (s *Service) itemsAfter(ctx context.Context, t *table, after []byte) ([][]byte, error) {
	within := kv.Prefix(t.prefix)
	if after != nil {
		within.Start = append(clip(after), 0) // no key is between
	}
	var found [][]byte
	err := s.store.View(ctx, func(r kv.Reader) error {
		found = nil
		size := 0
		for pair, err := range r.Scan(within) {
			if err != nil {
				return err
			}
			found = append(found, slices.Clone(pair.Key))
			if size += attr.Item(pair.Value).Size(); len(found) == backfillItems || size >= backfillBytes {
				return nil
			}
		}
		return nil
	})
	return found, err
}

// finishIndex makes the index ACTIVE.
func (s *Service) finishIndex(ctx context.Context, j *job, t *table) error {
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{t.storeKey, jobKey(j.ID)}}, func(tx kv.Tx) error {
		if err := t.verify(tx); err != nil {
			return err
		}
		r := t.record
		r.Indexes = slices.Clone(r.Indexes)
		for i := range r.Indexes {
			if r.Indexes[i].Number == j.Index {
				r.Indexes[i].Building = false
			}
		}
		if r.TTL != nil && r.TTL.Number == j.Index {
			built := *r.TTL
			built.Building = false
			r.TTL = &built
		}
		tx.Set(slices.Clone(t.storeKey), r.encode())
		tx.Delete(jobKey(j.ID))
		return nil
	})
}

// dropIndex removes what a removed index has left. Nobody writes there: no
// definition names it any longer.
func (s *Service) dropIndex(ctx context.Context, j *job) error {
	if err := s.store.DeleteRange(ctx, kv.Prefix(indexPrefix(j.Data, j.Index))); err != nil {
		return err
	}
	return s.endJob(ctx, j)
}

// endJob removes a job that has nothing left to do.
func (s *Service) endJob(ctx context.Context, j *job) error {
	key := jobKey(j.ID)
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		tx.Delete(key)
		return nil
	})
}
