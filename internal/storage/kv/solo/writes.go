package solo

import (
	"fmt"
	"iter"

	"cloudless/internal/storage/kv"
)

// Writes are what one transaction writes, in its order, within the limits of
// kv. The zero Writes are none.
type Writes struct {
	list  []Write
	bytes int
	err   error // what is wrong with the first that breaks a rule
}

// Write sets one key or deletes it.
type Write struct {
	Key, Value []byte
	Delete     bool
}

// Set records that key gets value. Both slices belong to w from then on.
func (w *Writes) Set(key, value []byte) {
	w.add(Write{Key: key, Value: value})
}

// Delete records that key is removed.
func (w *Writes) Delete(key []byte) {
	w.add(Write{Key: key, Delete: true})
}

func (w *Writes) add(one Write) {
	if w.err != nil {
		return
	}
	w.bytes += len(one.Key) + len(one.Value)
	switch {
	case len(one.Key) == 0:
		w.err = kv.ErrEmptyKey
	case len(one.Key) > kv.MaxKeyBytes:
		w.err = tooLarge("a key", len(one.Key), kv.MaxKeyBytes)
	case len(one.Value) > kv.MaxValueBytes:
		w.err = tooLarge("a value", len(one.Value), kv.MaxValueBytes)
	case w.bytes > kv.MaxTxBytes:
		w.err = tooLarge("a transaction", w.bytes, kv.MaxTxBytes)
	}
	if w.err != nil {
		w.list = nil // nothing of it will be written
		return
	}
	w.list = append(w.list, one)
}

func tooLarge(what string, got, limit int) error {
	return fmt.Errorf("%w: %s of %d bytes, where %d are allowed", kv.ErrTooLarge, what, got, limit)
}

// Err returns an error that wraps kv.ErrTooLarge or kv.ErrEmptyKey when a write
// breaks a rule.
func (w *Writes) Err() error { return w.err }

// Len returns the number of writes.
func (w *Writes) Len() int { return len(w.list) }

// Bytes returns the length of all keys and values.
func (w *Writes) Bytes() int { return w.bytes }

// All yields the writes in their order.
func (w *Writes) All() iter.Seq[Write] {
	return func(yield func(Write) bool) {
		for _, one := range w.list {
			if !yield(one) {
				return
			}
		}
	}
}

// Keys yields the key of each write, in their order.
func (w *Writes) Keys() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for one := range w.All() {
			if !yield(one.Key) {
				return
			}
		}
	}
}
