package jsonpath

import "cloudless/internal/service/apigateway/value"

// token is one part of a path.
type token interface {
	// apply does the token's part at v and goes on with the next, w.from(i+1, …).
	apply(w walk, i int, v value.Value) error
	// definite reports whether the token leads to one place at most.
	definite(last bool) bool
}

// property is .name, ['name'] or ['one', 'two'].
type property struct{ names []string }

// Several names at the end of a path make one object of the members found.
func (t *property) definite(last bool) bool { return len(t.names) == 1 || last }

func (t *property) apply(w walk, i int, v value.Value) error {
	m, ok := v.(*value.Map)
	if !ok {
		if w.certain(i) {
			return ErrNotFound
		}
		return nil
	}
	if len(t.names) > 1 && w.last(i) {
		picked := value.NewMap()
		for _, name := range t.names {
			if got, ok := m.Get(name); ok {
				picked.Put(name, got)
			}
		}
		return w.from(i+1, picked)
	}
	for _, name := range t.names {
		got, ok := m.Get(name)
		if ok {
			if err := w.from(i+1, got); err != nil {
				return err
			}
			continue
		}
		if !w.last(i) && w.certain(i) && len(t.names) == 1 {
			return ErrNotFound
		}
	}
	return nil
}

// wildcard is .* or [*].
type wildcard struct{}

func (wildcard) definite(bool) bool { return false }

func (wildcard) apply(w walk, i int, v value.Value) error {
	switch v := v.(type) {
	case *value.Map:
		for _, e := range v.All() {
			if err := w.from(i+1, e); err != nil {
				return err
			}
		}
	case *value.List:
		for _, e := range v.Elems() {
			if err := w.from(i+1, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// array returns v as a list. Where it is none, that is an error on a definite way.
func array(w walk, i int, v value.Value) (*value.List, error) {
	l, ok := v.(*value.List)
	if !ok && w.certain(i) {
		return nil, ErrNotFound
	}
	return l, nil
}

// index is [0], [-1] or [0, 2].
type index struct{ at []int }

func (t *index) definite(bool) bool { return len(t.at) == 1 }

func (t *index) apply(w walk, i int, v value.Value) error {
	l, err := array(w, i, v)
	if l == nil {
		return err
	}
	for _, at := range t.at {
		if at < 0 {
			at += l.Len()
		}
		if at < 0 || at >= l.Len() {
			continue
		}
		if err := w.from(i+1, l.At(at)); err != nil {
			return err
		}
	}
	return nil
}

// slice is [from:to]; either end may be missing, and negative ends count from the
// end of the list.
type slice struct {
	from, to       int
	hasFrom, hasTo bool
}

func (t *slice) definite(bool) bool { return false }

func (t *slice) apply(w walk, i int, v value.Value) error {
	l, err := array(w, i, v)
	if l == nil {
		return err
	}
	from, to := t.bounds(l.Len())
	for at := from; at < to; at++ {
		if err := w.from(i+1, l.At((at+l.Len())%l.Len())); err != nil {
			return err
		}
	}
	return nil
}

// bounds returns the elements meant as from ≤ i < to, within n. Between two ends,
// indexes count from the end of the list as long as they are negative.
func (t *slice) bounds(n int) (from, to int) {
	switch {
	case !t.hasFrom: // [:to]
		if to = t.to; to < 0 {
			to += n
		}
		return 0, min(to, n)
	case !t.hasTo: // [from:]
		if from = t.from; from < 0 {
			from = max(0, from+n)
		}
		return from, n
	}
	return max(t.from, -n), min(t.to, n)
}

// filter is [?(…)].
type filter struct{ cond condition }

func (t *filter) definite(bool) bool { return false }

func (t *filter) apply(w walk, i int, v value.Value) error {
	switch v := v.(type) {
	case *value.Map:
		return t.one(w, i, v)
	case *value.List:
		for _, e := range v.Elems() {
			if err := t.one(w, i, e); err != nil {
				return err
			}
		}
		return nil
	}
	if w.certain(i) {
		return ErrNotFound
	}
	return nil
}

func (t *filter) one(w walk, i int, v value.Value) error {
	ok, err := t.cond.holds(w.search, v)
	if !ok || err != nil {
		return err
	}
	return w.from(i+1, v)
}

// descent is "..": the token behind it is applied to the value and to everything
// in it, parents first.
type descent struct{}

func (descent) definite(bool) bool { return false }

// maxDepth bounds how deeply a descent and filters go.
const maxDepth = 1000

func (d descent) apply(w walk, i int, v value.Value) error {
	if err := w.step(); err != nil {
		return err
	}
	w.depth++
	defer func() { w.depth-- }()
	if w.depth > maxDepth {
		return ErrTooLong
	}
	switch v.(type) {
	case *value.Map, *value.List:
	default:
		return nil
	}
	ok, err := d.fits(w, i+1, v)
	if ok && err == nil {
		err = w.from(i+1, v)
	}
	if err != nil {
		return err
	}
	if m, ok := v.(*value.Map); ok {
		for _, e := range m.All() {
			if err := d.apply(w, i, e); err != nil {
				return err
			}
		}
		return nil
	}
	for _, e := range v.(*value.List).Elems() {
		if err := d.apply(w, i, e); err != nil {
			return err
		}
	}
	return nil
}

// fits reports whether the i-th token, which follows the "..", is to be tried at v.
func (d descent) fits(w walk, i int, v value.Value) (bool, error) {
	switch t := w.tokens[i].(type) {
	case *property:
		m, ok := v.(*value.Map)
		if !ok || !t.definite(w.last(i)) {
			return ok, nil
		}
		for _, name := range t.names {
			if _, ok := m.Get(name); !ok {
				return false, nil
			}
		}
		return true, nil
	case *index, *slice:
		_, ok := v.(*value.List)
		return ok, nil
	case *filter:
		return t.cond.holds(w.search, v)
	case wildcard:
		return true, nil
	}
	return false, nil
}
