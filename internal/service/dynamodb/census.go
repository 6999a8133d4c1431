package dynamodb

import (
	"context"
	"fmt"
	"time"

	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/storage/kv"
)

// AWS counts the items of a table about every six hours. We count a small
// table whenever somebody asks, and a large one, in the background, about as
// often as AWS does.
const (
	countedAtOnce = 10_000 // items, of a table or of an index
	censusAge     = 6 * time.Hour
)

// tally is how many items a table or an index has, and their size as AWS
// counts it.
type tally struct{ items, bytes int64 }

// count is what was found when a large table was counted last.
type count struct {
	at      time.Time
	tallies map[uint64]tally
}

// census counts a table and its indexes, by their numbers. Of a large table it
// returns what was counted last, or, at first, how far it came at once.
func (s *Service) census(ctx context.Context, r *record) (map[uint64]tally, error) {
	s.mu.RLock()
	known, counted := s.counts[r.Data]
	s.mu.RUnlock()
	if counted && s.clock.Now().Sub(known.at) < censusAge {
		return known.tallies, nil
	}
	tallies, complete, err := s.countTable(ctx, r, countedAtOnce)
	if err != nil || complete {
		return tallies, err
	}
	select {
	case s.uncounted <- r:
	default: // there are enough to do; whoever asks again asks for it again
	}
	if counted {
		return known.tallies, nil
	}
	return tallies, nil
}

// recount counts a large table, to its end.
func (s *Service) recount(ctx context.Context, r *record) error {
	tallies, _, err := s.countTable(ctx, r, 0)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.counts) >= maxCachedTables {
		clear(s.counts)
	}
	s.counts[r.Data] = count{s.clock.Now(), tallies}
	return nil
}

// countTable counts up to limit items of the table and of each index, or all
// for 0.
func (s *Service) countTable(ctx context.Context, r *record, limit int64) (tallies map[uint64]tally, complete bool, err error) {
	numbers := []uint64{tableIndex}
	for _, ix := range r.Indexes {
		numbers = append(numbers, ix.Number)
	}
	tallies, complete = map[uint64]tally{}, true
	for _, n := range numbers {
		err := s.store.View(ctx, func(tx kv.Reader) error {
			t, all, err := countRange(ctx, tx, kv.Prefix(indexPrefix(r.Data, n)), limit)
			tallies[n] = t
			complete = complete && all
			return err
		})
		if err != nil {
			return nil, false, err
		}
	}
	return tallies, complete, nil
}

func countRange(ctx context.Context, tx kv.Reader, keys kv.Range, limit int64) (t tally, all bool, err error) {
	for pair, err := range tx.Scan(keys) {
		if err != nil {
			return t, false, err
		}
		if t.items == limit && limit > 0 {
			return t, false, nil
		}
		if t.items%1000 == 0 && ctx.Err() != nil {
			return t, false, ctx.Err()
		}
		it, err := attr.Stored(pair.Value)
		if err != nil {
			return t, false, fmt.Errorf("count item %x: %w", pair.Key, err)
		}
		t.items++
		t.bytes += int64(it.Size())
	}
	return t, true, nil
}
