package dynamodb

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"time"

	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// A table's history is what its items were: each change leaves the item as it
// was before, under the key
//
//	(…, number, hash, pk[, sk], nanoseconds since 1970)
//
// So an item at some moment is what its first change after that moment has
// left, or, where there is none, what it is now. A history is kept while
// somebody needs one: for point-in-time recovery, or for a backup that is being
// made. Each time it begins anew it gets a new number, like an index.
type historyRecord struct {
	Number uint64    `json:"number"`
	Since  time.Time `json:"since"`
}

// none stands for an item that was not there.
var none = []byte{0}

// remember writes what an item was before a change.
func (t *table) remember(tx kv.Tx, storeKey []byte, old attr.Item, at time.Time) {
	key := append(clip(t.history), storeKey[len(t.prefix):]...)
	key = keys.AppendUint(key, uint64(at.UnixNano()))
	if old == nil {
		tx.Set(key, slices.Clone(none))
		return
	}
	tx.Set(key, slices.Clone(old))
}

// source is where items are copied from: a table's data, as of some time, or
// those of a backup, which do not change.
type source struct {
	prefix  []byte // of the items
	history []byte // of what they were; nil where they do not change
	at      time.Time
}

// moment is one item of a source.
type moment struct {
	tail []byte    // its key behind the prefix
	item attr.Item // nil where it was not there
}

// items yields the items of the source whose keys lie behind a tail, in their
// order, with those that were not there. Tails and items are for reading until
// the next one is asked for.
func (src source) items(r kv.Reader, after []byte) iter.Seq2[moment, error] {
	return func(yield func(moment, error) bool) {
		present := newCursor(r, src.prefix, after)
		defer present.stop()
		past := newCursor(r, src.history, after)
		defer past.stop()
		for present.ok || past.ok {
			tail := present.tail()
			if t := past.itemTail(); !present.ok || past.ok && bytes.Compare(t, tail) < 0 {
				tail = t
			}
			m := moment{tail: slices.Clone(tail)}
			found, err := past.firstAfter(m.tail, src.at)
			if err == nil && present.ok && bytes.Equal(present.tail(), m.tail) {
				if found == nil {
					found = slices.Clone(present.pair.Value)
				}
				present.next()
			}
			if err == nil && found != nil && !bytes.Equal(found, none) {
				m.item, err = attr.Stored(found)
			}
			if present.err != nil {
				err = present.err
			}
			if !yield(m, err) || err != nil {
				return
			}
		}
		if err := present.err; err != nil {
			yield(moment{}, err)
		}
	}
}

// cursor steps through the pairs under a prefix.
type cursor struct {
	prefix []byte
	pull   func() (kv.Pair, error, bool)
	stop   func()
	pair   kv.Pair
	ok     bool
	err    error
}

func newCursor(r kv.Reader, prefix, after []byte) *cursor {
	if prefix == nil {
		return &cursor{stop: func() {}}
	}
	c := &cursor{prefix: prefix}
	within := kv.Prefix(prefix)
	if after != nil {
		within.Start = kv.PrefixEnd(append(clip(prefix), after...))
	}
	c.pull, c.stop = iter.Pull2(r.Scan(within))
	c.next()
	return c
}

func (c *cursor) next() {
	c.pair, c.err, c.ok = c.pull()
	c.ok = c.ok && c.err == nil
}

// tail is the key of the pair behind the prefix.
func (c *cursor) tail() []byte {
	if !c.ok {
		return nil
	}
	return c.pair.Key[len(c.prefix):]
}

// itemTail is the tail without the time that ends the key of a history.
func (c *cursor) itemTail() []byte {
	if !c.ok {
		return nil
	}
	tail := c.tail()
	return tail[:len(tail)-timeBytes]
}

// timeBytes is how long a time is in a key: a byte for its length, and it.
var timeBytes = len(keys.AppendUint(nil, uint64(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano())))

// firstAfter steps over what the history has of an item, and returns what the
// first change after a time has left, or nil where there is none.
func (c *cursor) firstAfter(tail []byte, at time.Time) (found []byte, err error) {
	for ; c.ok && bytes.Equal(c.itemTail(), tail); c.next() {
		if found != nil {
			continue
		}
		changed, err := c.time()
		if err != nil {
			return nil, err
		}
		if changed.After(at) {
			found = slices.Clone(c.pair.Value)
		}
	}
	return found, c.err
}

// time reads when the change was made that left the pair.
func (c *cursor) time() (time.Time, error) {
	tail := c.tail()
	b := tail[len(tail)-timeBytes+1:]
	if len(b) != 8 {
		return time.Time{}, fmt.Errorf("key %x of a history does not end with a time", c.pair.Key)
	}
	return time.Unix(0, int64(binary.BigEndian.Uint64(b))), nil
}
