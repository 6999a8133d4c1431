package logs

import (
	"context"
	"errors"
	"time"

	"cloudless/internal/awserr"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// drop removes the events of a stream, or of a whole group with its streams
// when streamID is "", after their owner is gone. What a crash leaves undone,
// Sweep finishes.
func (s *Service) drop(ctx context.Context, groupID, streamID string) error {
	ranges := []kv.Range{kv.Prefix(eventsPrefix(groupID, streamID))}
	if streamID == "" {
		ranges = []kv.Range{kv.Prefix(keys.Encode(root, "event", groupID)), kv.Prefix(streamsPrefix(groupID))}
	}
	for _, r := range ranges {
		if err := s.store.DeleteRange(ctx, r); err != nil {
			return err
		}
	}
	key := doomedKey(groupID, streamID)
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		tx.Delete(key)
		return nil
	})
}

// Sweep finishes deletions that a crash interrupted and drops the events whose
// retention is over. It is to be called at the start and from time to time.
func (s *Service) Sweep(ctx context.Context) error {
	if err := s.finishDrops(ctx); err != nil {
		return err
	}
	var groups []*group
	err := s.store.View(ctx, func(r kv.Reader) error {
		for p, err := range r.Scan(kv.Prefix(allGroupsPrefix())) {
			if err != nil {
				return err
			}
			g, err := readGroupAt(r, p.Key)
			if err != nil {
				return err
			}
			if g.RetentionDays > 0 {
				groups = append(groups, g)
			}
		}
		return nil
	})
	for _, g := range groups {
		if err == nil {
			err = s.expire(ctx, g)
		}
	}
	return err
}

func (s *Service) finishDrops(ctx context.Context) error {
	var doomed [][2]string
	err := s.store.View(ctx, func(r kv.Reader) error {
		for p, err := range r.Scan(kv.Prefix(doomedPrefix())) {
			if err != nil {
				return err
			}
			elems, err := keys.Decode(p.Key)
			if err != nil {
				return err
			}
			groupID, _ := elems[2].(string)
			streamID, _ := elems[3].(string)
			doomed = append(doomed, [2]string{groupID, streamID})
		}
		return nil
	})
	for _, d := range doomed {
		if err == nil {
			err = s.drop(ctx, d[0], d[1])
		}
	}
	return err
}

// expire drops the events of a group that are older than its retention. Nobody
// writes there any more: PutLogEvents refuses events that old.
func (s *Service) expire(ctx context.Context, g *group) error {
	oldest := s.nowMs() - g.RetentionDays*int64(24*time.Hour/time.Millisecond)
	streams, err := s.streams(ctx, g.ID, "")
	if err != nil {
		return err
	}
	for _, st := range streams {
		if st.StoredBytes == 0 || st.FirstMs >= oldest {
			continue
		}
		if err := s.expireStream(ctx, g, st, oldest); err != nil {
			return err
		}
	}
	return nil
}

// expireStream drops the events of a stream from before oldest, and then
// counts them off. A crash between the two leaves the size too large.
func (s *Service) expireStream(ctx context.Context, g *group, st *stream, oldest int64) error {
	gone, first, err := s.expired(ctx, g, st, oldest)
	if err != nil {
		return err
	}
	expired := kv.Range{Start: eventsPrefix(g.ID, st.ID), End: eventsFrom(g.ID, st.ID, oldest)}
	if err := s.store.DeleteRange(ctx, expired); err != nil {
		return err
	}
	key := streamKey(g.ID, st.Name)
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		now, err := readStream(tx, g.ID, st.Name)
		if awserr.Code(err) == "ResourceNotFoundException" || err == nil && now.ID != st.ID {
			return nil // it was deleted meanwhile
		}
		if err != nil {
			return err
		}
		if now.FirstMs = first; now.Events != st.Events {
			now.FirstMs = oldest // of what was written since, some may be earlier
		}
		now.StoredBytes -= gone
		return writeJSON(tx, key, now)
	})
}

// expired returns the size of a stream's events from before oldest, and the
// time of the first event that stays: oldest itself, if none does.
func (s *Service) expired(ctx context.Context, g *group, st *stream, oldest int64) (bytes, firstMs int64, err error) {
	firstMs = oldest
	err = s.store.View(ctx, func(r kv.Reader) error {
		return scan(r, g.ID, st, spanOf(nil, nil), func(e event) bool {
			if e.atMs >= oldest {
				firstMs = e.atMs
				return false
			}
			bytes += int64(len(e.message) + eventOverhead)
			return ctx.Err() == nil
		})
	})
	return bytes, firstMs, errors.Join(err, ctx.Err())
}

// streams returns the streams of a group whose names begin with prefix.
func (s *Service) streams(ctx context.Context, groupID, prefix string) ([]*stream, error) {
	var all []*stream
	err := s.store.View(ctx, func(r kv.Reader) error {
		var err error
		all, err = readStreams(r, groupID, prefix)
		return err
	})
	return all, err
}
