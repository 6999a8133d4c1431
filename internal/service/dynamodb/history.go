package dynamodb

import (
	"bytes"
	"encoding/binary"
	"errors"
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
// order, with those that were not there.
func (src source) items(r kv.Reader, after []byte) iter.Seq2[moment, error] {
	return func(yield func(moment, error) bool) {
		for v, err := range src.versions(r, after) {
			m := moment{tail: v.tail}
			if err == nil {
				err = v.past(func(at time.Time, left []byte) bool {
					if at.After(src.at) {
						m.item, v.present = attr.Item(slices.Clone(left)), nil
						return false
					}
					return true
				})
			}
			if v.present != nil {
				m.item = v.present
			}
			if err == nil {
				m.item, err = stored(m.item)
			}
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}

// evolution is what became of one item between two times.
type evolution struct {
	tail     []byte
	old, new attr.Item // nil where it was not there
	last     time.Time // when it was last changed between them; zero if it was not
}

// evolutions yields what became, since a time, of the items of the source, as
// items does.
func (src source) evolutions(r kv.Reader, since time.Time, after []byte) iter.Seq2[evolution, error] {
	return func(yield func(evolution, error) bool) {
		for v, err := range src.versions(r, after) {
			e := evolution{tail: v.tail}
			next := v.present
			if err == nil {
				err = v.past(func(at time.Time, left []byte) bool {
					if at.After(src.at) {
						next = slices.Clone(left)
						return false
					}
					if at.After(since) {
						if e.last.IsZero() {
							e.old = slices.Clone(left)
						}
						e.last = at
					}
					return true
				})
			}
			if err == nil {
				e.new, err = stored(next)
			}
			if err == nil {
				e.old, err = stored(e.old)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// stored takes the bytes of an item, or of one that was not there.
func stored(b []byte) (attr.Item, error) {
	if b == nil || bytes.Equal(b, none) {
		return nil, nil
	}
	return attr.Stored(b)
}

// version is an item of a table with its past.
type version struct {
	tail    []byte
	present []byte // the item as it is, or nil
	// past calls look with each change, in their order, and with what it has
	// left, which is for reading until look returns; until look returns false.
	past func(look func(at time.Time, left []byte) bool) error
}

// versions yields the items that there are or were, in the order of their
// keys: the table and its history, merged.
func (src source) versions(r kv.Reader, after []byte) iter.Seq2[version, error] {
	return func(yield func(version, error) bool) {
		present, history := newCursor(r, src.prefix, after), newCursor(r, src.history, after)
		defer present.stop()
		defer history.stop()
		for present.ok || history.ok {
			tail := present.tail()
			if t := history.itemTail(); !present.ok || history.ok && bytes.Compare(t, tail) < 0 {
				tail = t
			}
			v := version{tail: slices.Clone(tail)}
			if present.ok && bytes.Equal(tail, present.tail()) {
				v.present = slices.Clone(present.pair.Value)
				present.next()
			}
			v.past = func(look func(time.Time, []byte) bool) error { return history.of(v.tail, look) }
			if !yield(v, nil) {
				return
			}
			if err := history.of(v.tail, func(time.Time, []byte) bool { return true }); err != nil {
				yield(version{}, err)
				return
			}
		}
		if err := errors.Join(present.err, history.err); err != nil {
			yield(version{}, err)
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

// of steps over what the history has of an item, and shows it, until look
// returns false.
func (c *cursor) of(tail []byte, look func(at time.Time, left []byte) bool) error {
	for ; c.ok && bytes.Equal(c.itemTail(), tail); c.next() {
		at, err := c.time()
		if err != nil {
			return err
		}
		if !look(at, c.pair.Value) {
			return nil
		}
	}
	return c.err
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
