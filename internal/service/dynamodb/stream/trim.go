package stream

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"cloudless/internal/storage/kv"
)

const trimInterval = time.Minute

// Run trims the streams now and then, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	for {
		if err := s.Trim(ctx); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "trimming of streams failed and will be tried again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.clock.After(trimInterval):
		}
	}
}

// Trim forgets records that are older than Retention, and streams that ended
// longer ago. It may be called at any time, and does little where there is
// little to do.
func (s *Service) Trim(ctx context.Context) error {
	var streams []*Stream
	err := s.store.View(ctx, func(r kv.Reader) error {
		streams = nil
		for pair, err := range r.Scan(allStreams()) {
			if err != nil {
				return err
			}
			st, err := decode(pair.Value)
			if err != nil {
				return err
			}
			streams = append(streams, st)
		}
		return nil
	})
	now := s.clock.Now()
	for _, st := range streams {
		if st.expired(now) {
			err = errors.Join(err, s.forget(ctx, st))
			continue
		}
		for shard := range st.Shards {
			err = errors.Join(err, s.trimShard(ctx, st, shard, now.Add(-Retention)))
		}
	}
	return err
}

// trimShard drops the shard's records from before a time. Numbers have no
// holes and times ascend with them, so the border is found by halving.
func (s *Service) trimShard(ctx context.Context, st *Stream, shard int, before time.Time) error {
	var first, border uint64
	err := s.store.View(ctx, func(r kv.Reader) (err error) {
		if first, err = firstNumber(r, st, shard); err != nil {
			return err
		}
		end, err := nextNumber(r, st.ID, shard)
		if err != nil {
			return err
		}
		border, err = search(r, st, shard, first, end, before)
		return err
	})
	if err != nil || border == first {
		return err
	}
	return s.store.DeleteRange(ctx, kv.Range{Start: recordKey(st.ID, shard, first), End: recordKey(st.ID, shard, border)})
}

// search returns the first number from low on, and before high, whose record
// is not older than a time.
func search(r kv.Reader, st *Stream, shard int, low, high uint64, before time.Time) (uint64, error) {
	for low < high {
		middle := low + (high-low)/2
		b, err := r.Get(recordKey(st.ID, shard, middle))
		if err != nil {
			return 0, err
		}
		record, err := decodeRecord(b)
		if err != nil {
			return 0, err
		}
		if record.At.Before(before) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, nil
}

// forget removes a stream that has ended, its definition last.
func (s *Service) forget(ctx context.Context, st *Stream) error {
	for _, r := range everythingOf(st.ID) {
		if err := s.store.DeleteRange(ctx, r); err != nil {
			return err
		}
	}
	key := st.key()
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		tx.Delete(key)
		return nil
	})
}
