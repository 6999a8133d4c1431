package partiql

import (
	"bytes"

	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/expr"
)

// toRange returns the range that holds everything that satisfies the branch,
// and what is left to check.
func (b *branch) toRange() Range {
	r := Range{Terms: b.terms[:1:1]}
	filters := b.filters
	switch term, exact := b.sortTerm(); {
	case term == nil:
	case exact:
		r.Terms = append(r.Terms, *term)
	default:
		r.Terms = append(r.Terms, *term)
		for _, s := range b.sorts {
			filters = append(filters[:len(filters):len(filters)], s.condition)
		}
	}
	r.Filter = expr.All(filters...)
	return r
}

// sortTerm returns the one bound of the range attribute that serves best, or
// nil, and whether it says all that the branch says of that attribute.
func (b *branch) sortTerm() (term *expr.KeyTerm, exact bool) {
	for i := range b.sorts {
		if t := &b.sorts[i].term; t.Op == expr.KeyEQ {
			return t, b.satisfies(t.Value)
		}
	}
	var low, high *expr.KeyTerm
	for i := range b.sorts {
		t := &b.sorts[i].term
		switch t.Op {
		case expr.KeyBeginsWith, expr.KeyBetween:
			return t, len(b.sorts) == 1
		case expr.KeyGT, expr.KeyGE:
			if low == nil || bytes.Compare(t.Value.Payload(), low.Value.Payload()) > 0 {
				low = t
			}
		default:
			if high == nil || bytes.Compare(t.Value.Payload(), high.Value.Payload()) < 0 {
				high = t
			}
		}
	}
	switch {
	case low == nil:
		return high, len(b.sorts) == 1
	case high == nil:
		return low, len(b.sorts) == 1
	}
	between := &expr.KeyTerm{Name: low.Name, Op: expr.KeyBetween, Value: low.Value, High: high.Value}
	return between, len(b.sorts) == 2 && low.Op == expr.KeyGE && high.Op == expr.KeyLE
}

// satisfies reports whether a value of the range attribute satisfies all
// bounds of it.
func (b *branch) satisfies(v attr.Value) bool {
	for _, s := range b.sorts {
		if !s.term.Admits(v) {
			return false
		}
	}
	return true
}
