package simkv

import (
	"iter"

	"cloudless/internal/storage/kv"
)

// reader is a kv.Reader whose reads may fail.
type reader struct {
	store *Store
	inner kv.Reader
}

// Get implements kv.Reader.
func (r reader) Get(key []byte) ([]byte, error) {
	if r.store.happens(r.store.faults.Read) {
		return nil, ErrFault
	}
	return r.inner.Get(key)
}

// Scan implements kv.Reader. A scan that fails has given some of its pairs, or
// none.
func (r reader) Scan(rg kv.Range) iter.Seq2[kv.Pair, error] {
	if !r.store.happens(r.store.faults.Read) {
		return r.inner.Scan(rg)
	}
	return func(yield func(kv.Pair, error) bool) {
		for p, err := range r.inner.Scan(rg) {
			if r.store.happens(0.3) {
				break
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
		yield(kv.Pair{}, ErrFault)
	}
}
