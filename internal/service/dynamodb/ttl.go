package dynamodb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// ttlRecord says that items go when the time in one of their attributes has
// come. What is due is found by an index of its own, whose entries are
//
//	(…, number, seconds since 1970, digest)  the key of an item
type ttlRecord struct {
	Attribute string `json:"attribute"`
	Number    uint64 `json:"number"`             // stands for the index in keys, as those of other indexes do
	Building  bool   `json:"building,omitempty"` // it does not have all items of the table yet
}

const (
	ttlInterval = 5 * time.Second
	ttlBatch    = 25 // items that one transaction removes

	// What is due for longer than this is taken for a mistake, and stays. AWS
	// does so too.
	ttlOldest = 5 * 365 * 24 * time.Hour
)

// expiry is the index of the items that have a time to go.
type expiry struct {
	ttlRecord
	prefix []byte
}

// entry returns the item's entry, or nil where it has no time to go.
func (x *expiry) entry(itemKey []byte, it attr.Item) (key, entry []byte) {
	at, ok := x.timeOf(it)
	if !ok {
		return nil, nil
	}
	key = keys.AppendUint(clip(x.prefix), uint64(at))
	return appendDigest(key, itemKey), slices.Clone(itemKey)
}

// timeOf returns when the item is to go, in seconds since 1970.
func (x *expiry) timeOf(it attr.Item) (seconds int64, ok bool) {
	v := it.Get(x.Attribute)
	if !v.Is(attr.Number) {
		return 0, false
	}
	whole, _, _ := strings.Cut(attr.FormatNumber(v.Payload()), ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	return seconds, err == nil && seconds >= 0
}

// replace writes what changed in the index when an item does.
func (x *expiry) replace(tx kv.Tx, itemKey []byte, old, next attr.Item) {
	oldKey, _ := x.entry(itemKey, old)
	newKey, entry := x.entry(itemKey, next)
	if bytes.Equal(oldKey, newKey) {
		return
	}
	if oldKey != nil {
		tx.Delete(oldKey)
	}
	if newKey != nil {
		tx.Set(newKey, entry)
	}
}

// expire removes, from all tables, the items whose time has come. It returns
// when there are no more, or when ctx ends.
func (s *Service) expire(ctx context.Context) error {
	where, err := s.noted(ctx, ttlNotes())
	for _, r := range where {
		more := true
		for more && ctx.Err() == nil {
			failed := s.retrying(ctx, func(*attempt) (err error) {
				more, err = s.expireSome(ctx, r)
				return err
			})
			if failed != nil {
				err = errors.Join(err, fmt.Errorf("expire items of table %s: %w", r.name, failed))
				break
			}
		}
	}
	return err
}

// expireSome removes a few items of a table whose time has come, and reports
// whether there may be more.
func (s *Service) expireSome(ctx context.Context, where ref) (more bool, err error) {
	t, err := s.lookup(ctx, where)
	if err != nil || t == nil || t.expiry == nil || !t.usable(s.clock.Now()) {
		return false, err
	}
	due, err := s.dueIn(ctx, t)
	if err != nil || len(due) == 0 {
		return false, err
	}
	_, err = s.commit(ctx, due...)
	return len(due) == ttlBatch, err
}

// dueIn returns the removals of items that are due.
func (s *Service) dueIn(ctx context.Context, t *table) (due []*change, err error) {
	now := s.clock.Now()
	oldest := max(0, now.Add(-ttlOldest).Unix())
	within := kv.Range{
		Start: keys.AppendUint(clip(t.expiry.prefix), uint64(oldest)),
		End:   keys.AppendUint(clip(t.expiry.prefix), uint64(max(0, now.Unix()))),
	}
	err = s.store.View(ctx, func(r kv.Reader) error {
		due = nil
		for pair, err := range r.Scan(within) {
			if err != nil {
				return err
			}
			it, err := readItem(r, pair.Value)
			if err != nil {
				return err
			}
			due = append(due, t.expiring(it, slices.Clone(pair.Value), now))
			if len(due) == ttlBatch {
				return nil
			}
		}
		return nil
	})
	return due, err
}

// expiring is the removal of an item by the service itself, if the item is
// still due when it comes to it.
func (t *table) expiring(it attr.Item, storeKey []byte, now time.Time) *change {
	c := &change{table: t, storeKey: storeKey, byService: true}
	if it != nil {
		c = t.changeOf(it)
		c.byService = true
	}
	c.apply = func(old attr.Item) (attr.Item, error) {
		if at, ok := t.expiry.timeOf(old); ok && at < now.Unix() {
			return nil, nil
		}
		return old, nil
	}
	return c
}

// A note of each table whose items expire leads to them without a look at all
// tables. It is the key of the definition.
func ttlNote(data uint64) []byte { return keys.Encode(service, "ttl", data) }

func ttlNotes() kv.Range { return kv.Prefix(keys.Encode(service, "ttl")) }

// noted reads of which tables there are notes.
func (s *Service) noted(ctx context.Context, notes kv.Range) ([]ref, error) {
	var where []ref
	err := s.store.View(ctx, func(r kv.Reader) error {
		where = nil
		for pair, err := range r.Scan(notes) {
			if err != nil {
				return err
			}
			at, err := refOf(pair.Value)
			if err != nil {
				return err
			}
			where = append(where, at)
		}
		return nil
	})
	return where, err
}

// refOf reads which table a definition's key is of.
func refOf(definition []byte) (ref, error) {
	tuple, err := keys.Decode(definition)
	if err != nil {
		return ref{}, err
	}
	if len(tuple) != 5 {
		return ref{}, fmt.Errorf("key %x is not of a table's definition", definition)
	}
	account, _ := tuple[2].(string)
	region, _ := tuple[3].(string)
	name, _ := tuple[4].(string)
	return ref{account, region, name}, nil
}
