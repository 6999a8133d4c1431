package memkv

import (
	"bytes"
	"context"
	"iter"
	"slices"

	"cloudless/internal/storage/kv"
	"cloudless/internal/storage/kv/solo"

	"github.com/tidwall/btree"
)

// ctxEvery is how many pairs a scan yields between two looks at its context.
const ctxEvery = 128

// state is one state of the store. Once published it is only read.
type state struct {
	tree *btree.BTreeG[kv.Pair]
}

func newState() *state {
	less := func(a, b kv.Pair) bool { return bytes.Compare(a.Key, b.Key) < 0 }
	// No locks: a published tree is never written, an unpublished one has one owner.
	return &state{btree.NewBTreeGOptions(less, btree.Options{NoLocks: true})}
}

// copy returns a state to be changed, which shares its nodes with s until
// then. Only one goroutine at a time may copy s; others may read it meanwhile.
func (s *state) copy() *state {
	return &state{s.tree.Copy()}
}

func (s *state) apply(w *solo.Writes) {
	for one := range w.All() {
		if one.Delete {
			s.tree.Delete(kv.Pair{Key: one.Key})
			continue
		}
		// Clipped, so that a reader who appends to a pair cannot write into
		// what the store keeps.
		s.tree.Set(kv.Pair{Key: slices.Clip(one.Key), Value: slices.Clip(one.Value)})
	}
}

func (s *state) deleteRange(r kv.Range) {
	var doomed []kv.Pair
	s.scan(kv.Range{Start: r.Start, End: r.End}, func(p kv.Pair) bool {
		doomed = append(doomed, p)
		return true
	})
	for _, p := range doomed {
		s.tree.Delete(p)
	}
}

// scan calls yield for each pair in r until it returns false.
func (s *state) scan(r kv.Range, yield func(kv.Pair) bool) {
	if !r.Reverse {
		s.tree.Ascend(kv.Pair{Key: r.Start}, func(p kv.Pair) bool {
			return (r.End == nil || bytes.Compare(p.Key, r.End) < 0) && yield(p)
		})
		return
	}
	down := func(p kv.Pair) bool {
		if bytes.Compare(p.Key, r.Start) < 0 {
			return false
		}
		if r.End != nil && bytes.Equal(p.Key, r.End) {
			return true // the end itself is not in the range
		}
		return yield(p)
	}
	if r.End == nil {
		s.tree.Reverse(down)
	} else {
		s.tree.Descend(kv.Pair{Key: r.End}, down)
	}
}

// reader is a kv.Reader of one state.
type reader struct {
	ctx   context.Context
	state *state
}

// Get implements kv.Reader.
func (r reader) Get(key []byte) ([]byte, error) {
	p, ok := r.state.tree.Get(kv.Pair{Key: key})
	if !ok {
		return nil, kv.ErrNotFound
	}
	return append([]byte{}, p.Value...), nil
}

// Scan implements kv.Reader.
func (r reader) Scan(rg kv.Range) iter.Seq2[kv.Pair, error] {
	return func(yield func(kv.Pair, error) bool) {
		var err error
		n := 0
		r.state.scan(rg, func(p kv.Pair) bool {
			if n%ctxEvery == 0 {
				if err = r.ctx.Err(); err != nil {
					return false
				}
			}
			n++
			return yield(p, nil)
		})
		if err != nil {
			yield(kv.Pair{}, err)
		}
	}
}
