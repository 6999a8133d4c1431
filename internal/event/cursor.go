package event

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cloudless/internal/clock"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// Where everything lies. Every key is a tuple of package keys:
//
//	("event", "cursor", mapping id, "")        the mapping has been begun
//	("event", "cursor", mapping id, shard id)  how far a shard has been read
const service = "event"

func cursorsOf(mappingID string) []byte { return keys.Encode(service, "cursor", mappingID) }

func cursorKey(mappingID, shardID string) []byte {
	return keys.Encode(service, "cursor", mappingID, shardID)
}

// cursor is how far a shard has been read: every record up to it is done. Its
// JSON lies in users' stores: members may be added, never renamed.
type cursor struct {
	Version int       `json:"v"`
	Owner   string    `json:"owner"`           // the poller that may move it
	After   string    `json:"after,omitempty"` // the number of the last record that is done
	Start   string    `json:"start,omitempty"` // where to begin while there is none
	Since   time.Time `json:"since,omitzero"`
	Ended   bool      `json:"ended,omitempty"` // the shard has no more records

	Window *openWindow `json:"window,omitempty"`
}

// openWindow is a tumbling window that has not been closed.
type openWindow struct {
	Start time.Time       `json:"start"`
	State json.RawMessage `json:"state"` // what the function made of the records so far
}

const cursorVersion = 1

func (c *cursor) position() Position { return Position{After: c.After, Start: c.Start, Since: c.Since} }

func decodeCursor(b []byte) (cursor, error) {
	var c cursor
	if err := json.Unmarshal(b, &c); err != nil {
		return c, fmt.Errorf("read a checkpoint: %w", err)
	}
	if c.Version != cursorVersion {
		return c, fmt.Errorf("a checkpoint has version %d, which a newer program wrote", c.Version)
	}
	return c, nil
}

// begun tells whether the mapping has been polled before.
func (s *Service) begun(ctx context.Context, mappingID string) (bool, error) {
	err := s.Store.View(ctx, func(r kv.Reader) error {
		_, err := r.Get(cursorKey(mappingID, ""))
		return err
	})
	if errors.Is(err, kv.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// noteBeginning notes where the shards are read from that a mapping begins with, all
// at once. Shards that come later are read from their first record on.
func (s *Service) noteBeginning(ctx context.Context, mappingID string, cursors map[string]cursor) error {
	claims := kv.Claims{Write: [][]byte{cursorKey(mappingID, "")}}
	values := map[string][]byte{"": []byte("{}")}
	for shardID, c := range cursors {
		b, err := json.Marshal(c)
		if err != nil {
			return err
		}
		values[shardID] = b
		claims.Write = append(claims.Write, cursorKey(mappingID, shardID))
	}
	return s.Store.Update(ctx, claims, func(tx kv.Tx) error {
		for shardID, b := range values {
			tx.Set(cursorKey(mappingID, shardID), b)
		}
		return nil
	})
}

// takeCursor reads a shard's cursor and makes owner the one who may move it.
func (s *Service) takeCursor(ctx context.Context, mappingID, shardID, owner string) (c cursor, err error) {
	key := cursorKey(mappingID, shardID)
	err = s.Store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		b, err := tx.Get(key)
		switch {
		case errors.Is(err, kv.ErrNotFound):
			c = cursor{Version: cursorVersion, Start: trimHorizon}
		case err != nil:
			return err
		default:
			if c, err = decodeCursor(b); err != nil || c.Ended {
				return err
			}
		}
		c.Owner = owner
		if b, err = json.Marshal(c); err != nil {
			return err
		}
		tx.Set(key, b)
		return nil
	})
	return c, err
}

// errTaken says that another poller has taken a cursor.
var errTaken = errors.New("another poller reads the shard")

// saveCursor writes a cursor that the poller has taken.
func (s *Service) saveCursor(ctx context.Context, mappingID, shardID string, c cursor) error {
	key := cursorKey(mappingID, shardID)
	value, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return s.Store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		b, err := tx.Get(key)
		if errors.Is(err, kv.ErrNotFound) {
			return errTaken // the mapping was deleted
		}
		if err != nil {
			return err
		}
		there, err := decodeCursor(b)
		if err != nil {
			return err
		}
		if there.Owner != c.Owner {
			return errTaken
		}
		tx.Set(key, value)
		return nil
	})
}

// mappingsWithCursors returns the ids of mappings of which there are cursors.
func (s *Service) mappingsWithCursors(ctx context.Context) (map[string]bool, error) {
	ids := map[string]bool{}
	all := kv.Prefix(keys.Encode(service, "cursor"))
	for {
		found := ""
		err := s.Store.View(ctx, func(r kv.Reader) error {
			found = ""
			for pair, err := range r.Scan(all) {
				if err != nil {
					return err
				}
				tuple, err := keys.Decode(pair.Key)
				if err != nil {
					return err
				}
				id, ok := tuple[2].(string)
				if !ok {
					return fmt.Errorf("key %x of a checkpoint names no mapping", pair.Key)
				}
				found = id
				return nil
			}
			return nil
		})
		if err != nil || found == "" {
			return ids, err
		}
		ids[found] = true
		all.Start = kv.PrefixEnd(cursorsOf(found))
	}
}

// forget drops the cursors of a mapping that is gone. A poller that has not
// heard of that yet finds its own missing, and writes none again.
func (s *Service) forget(ctx context.Context, mappingID string) error {
	var found kv.Claims
	err := s.Store.View(ctx, func(r kv.Reader) error {
		found.Write = nil
		for pair, err := range r.Scan(kv.Prefix(cursorsOf(mappingID))) {
			if err != nil {
				return err
			}
			found.Write = append(found.Write, bytes.Clone(pair.Key))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.Store.Update(ctx, found, func(tx kv.Tx) error {
		for _, key := range found.Write {
			tx.Delete(key)
		}
		return nil
	})
}

// newID draws a UUID.
func (s *Service) newID() string { return clock.UUID(s.Clock) }
