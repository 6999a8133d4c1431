package kvtest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"cloudless/internal/storage/kv"
)

// persistence is how often a call that fails on purpose is repeated before the
// engine is said to be broken rather than faulty.
const persistence = 1000

// history does one thing after another to a store and the same to a map, and
// wants them to agree at every step.
type history struct {
	*suite
	t     *testing.T
	rng   *rand.Rand
	store kv.Store
	model map[string]string
	step  int
}

func (s *suite) testHistory(t *testing.T) {
	h := &history{suite: s, t: t, rng: s.rng(1), store: s.store(t), model: map[string]string{}}
	for h.step = range s.Steps {
		switch n := h.rng.IntN(1000); {
		case n < 600:
			h.update()
		case n < 980:
			h.view()
		case n < 990:
			h.deleteRange()
		case n < 993:
			h.reopen(s.Reopen)
		case n < 996:
			h.reopen(s.Crash)
		default:
			h.compare()
		}
		if t.Failed() {
			return
		}
	}
	h.compare()
}

var errOnPurpose = errors.New("an error of f, on purpose")

// update writes a few keys, having checked what it reads; sometimes f fails in
// the end.
func (h *history) update() {
	writes := h.writes()
	fails := h.rng.IntN(10) == 0
	probe, scan := h.key(), h.span()
	claims := kv.Claims{Read: [][]byte{[]byte(probe)}}
	for key := range writes {
		claims.Write = append(claims.Write, []byte(key))
	}

	err := h.store.Update(h.t.Context(), claims, func(tx kv.Tx) error {
		if err := h.checkReads(tx, probe, scan); err != nil {
			return err
		}
		for key, value := range writes {
			if value == nil {
				tx.Delete([]byte(key))
			} else {
				tx.Set([]byte(key), []byte(*value))
			}
		}
		if err := h.checkReads(tx, probe, scan); err != nil { // none of it is seen
			return err
		}
		if fails {
			return errOnPurpose
		}
		return nil
	})

	after := maps.Clone(h.model)
	apply(after, writes)
	switch {
	case err == nil && fails:
		h.errorf("Update = nil, want the error of f")
	case err == nil:
		h.model = after
	case err == errOnPurpose && fails:
	case !h.Faulty || errors.Is(err, errMismatch):
		h.errorf("Update of %d keys = %v", len(writes), err)
	case fails:
		h.settle(writes, h.model, h.model)
	default:
		h.settle(writes, h.model, after)
	}
}

// settle finds out whether an update that failed has happened, which it may
// have, whole, or not at all.
func (h *history) settle(writes map[string]*string, before, after map[string]string) {
	var claims kv.Claims // so that nothing of the failed one can still come
	for key := range writes {
		claims.Write = append(claims.Write, []byte(key))
	}
	for range persistence {
		var undone, done bool
		err := h.store.Update(h.t.Context(), claims, func(tx kv.Tx) error {
			undone, done = true, true
			for key := range writes {
				got, err := tx.Get([]byte(key))
				if err != nil && err != kv.ErrNotFound {
					return err
				}
				undone = undone && same(before, key, got, err)
				done = done && same(after, key, got, err)
			}
			return nil
		})
		if err != nil {
			continue
		}
		switch {
		case undone:
		case done:
			h.model = after
		default:
			h.errorf("a failed update of %d keys is there in part", len(writes))
		}
		return
	}
	h.errorf("a look for a failed update failed %d times", persistence)
}

func (h *history) view() {
	key, scan := h.key(), h.span()
	h.persist("View", func() error {
		return h.store.View(h.t.Context(), func(r kv.Reader) error { return h.checkReads(r, key, scan) })
	})
}

func (h *history) deleteRange() {
	r := h.span()
	h.persist("DeleteRange", func() error { return h.store.DeleteRange(h.t.Context(), r) })
	maps.DeleteFunc(h.model, func(key, _ string) bool { return within(r, key) })
}

func (h *history) reopen(how func(*testing.T, kv.Store) kv.Store) {
	if how == nil {
		return
	}
	h.store = how(h.t, h.store)
	closeAtEnd(h.t, h.store)
	h.compare()
}

func (h *history) compare() {
	h.persist("View of everything", func() error {
		return h.store.View(h.t.Context(), func(r kv.Reader) error { return h.checkScan(r, kv.Range{}, -1) })
	})
}

// persist repeats a call that may fail on purpose.
func (h *history) persist(what string, call func() error) {
	for range persistence {
		err := call()
		if err == nil {
			return
		}
		if !h.Faulty || errors.Is(err, errMismatch) {
			h.errorf("%s = %v", what, err)
			return
		}
	}
	h.errorf("%s failed %d times", what, persistence)
}

func (h *history) errorf(format string, args ...any) {
	h.t.Helper()
	h.t.Errorf("step %d: %s", h.step, fmt.Sprintf(format, args...))
}

// errMismatch says that the store and the map differ.
var errMismatch = errors.New("store and map differ")

func (h *history) checkReads(r kv.Reader, key string, scan kv.Range) error {
	got, err := r.Get([]byte(key))
	if err != nil && err != kv.ErrNotFound {
		return err
	}
	if !same(h.model, key, got, err) {
		return fmt.Errorf("%w: Get(%q) = %.40q, %v, want %.40q", errMismatch, key, got, err, h.model[key])
	}
	return h.checkScan(r, scan, h.step%5-1)
}

// checkScan compares a scan with the map; it leaves the scan after atMost
// pairs, unless that is negative.
func (h *history) checkScan(r kv.Reader, rg kv.Range, atMost int) error {
	want := slices.Sorted(maps.Keys(h.model))
	want = slices.DeleteFunc(want, func(key string) bool { return !within(rg, key) })
	if rg.Reverse {
		slices.Reverse(want)
	}
	if atMost >= 0 {
		want = want[:min(atMost, len(want))]
	}
	n := 0
	for p, err := range r.Scan(rg) {
		if err != nil {
			return err
		}
		if n == len(want) && n == atMost {
			break
		}
		if n == len(want) || string(p.Key) != want[n] || string(p.Value) != h.model[want[n]] {
			return fmt.Errorf("%w: Scan(%s) gives %q=%.40q as its pair %d, want those of %q", errMismatch, show(rg), p.Key, p.Value, n, want)
		}
		n++
	}
	if n < len(want) {
		return fmt.Errorf("%w: Scan(%s) ends after %d pairs, want those of %q", errMismatch, show(rg), n, want)
	}
	return nil
}

func within(r kv.Range, key string) bool {
	return bytes.Compare([]byte(key), r.Start) >= 0 && (r.End == nil || bytes.Compare([]byte(key), r.End) < 0)
}

// show writes a range for people.
func show(r kv.Range) string {
	return fmt.Sprintf("start %q, end %q, reverse %v", r.Start, r.End, r.Reverse)
}

// same reports whether Get's answer for key is that of the map.
func same(model map[string]string, key string, got []byte, err error) bool {
	want, ok := model[key]
	return ok == (err == nil) && want == string(got)
}

func apply(model map[string]string, writes map[string]*string) {
	for key, value := range writes {
		if value == nil {
			delete(model, key)
		} else {
			model[key] = *value
		}
	}
}
