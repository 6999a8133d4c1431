package partiql

import (
	"bytes"
	"slices"

	"cloudless/internal/service/dynamodb/expr"
)

// interval is a range of values of one type, by their payloads. Nil has no
// bound.
type interval struct {
	low, high       *[]byte
	lowOut, highOut bool // the bound itself is outside
}

func whole() interval { return interval{} }

// spanOf returns the values that satisfy a bound.
func spanOf(t expr.KeyTerm) interval {
	v := t.Value.Payload()
	switch t.Op {
	case expr.KeyLT:
		return interval{high: &v, highOut: true}
	case expr.KeyLE:
		return interval{high: &v}
	case expr.KeyGT:
		return interval{low: &v, lowOut: true}
	case expr.KeyGE:
		return interval{low: &v}
	case expr.KeyBetween:
		high := t.High.Payload()
		return interval{low: &v, high: &high}
	case expr.KeyBeginsWith:
		return interval{low: &v, high: prefixEnd(v), highOut: true}
	}
	return interval{low: &v, high: &v}
}

// prefixEnd returns the least payload that is greater than all that begin with
// prefix, or nil where there is none.
func prefixEnd(prefix []byte) *[]byte {
	end := slices.Clone(prefix)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			end = end[:i+1]
			return &end
		}
	}
	return nil
}

// and returns what lies in both intervals.
func (a interval) and(b interval) interval {
	if b.low != nil && (a.low == nil || before(*a.low, *b.low, b.lowOut)) {
		a.low, a.lowOut = b.low, b.lowOut
	}
	if b.high != nil && (a.high == nil || before(*b.high, *a.high, b.highOut)) {
		a.high, a.highOut = b.high, b.highOut
	}
	return a
}

// before reports whether p lies before q, or at the same place where that
// suffices.
func before(p, q []byte, same bool) bool {
	c := bytes.Compare(p, q)
	return c < 0 || c == 0 && same
}

func (a interval) empty() bool {
	if a.low == nil || a.high == nil {
		return false
	}
	return !before(*a.low, *a.high, !a.lowOut && !a.highOut)
}

// meets reports whether some value lies in both.
func (a interval) meets(b interval) bool { return !a.and(b).empty() }

// overlap reports whether two branches select the same item by their keys.
// There are few of them.
func overlap(branches []branch) bool {
	for i, a := range branches {
		for _, b := range branches[:i] {
			if a.hash.Equal(b.hash) && !a.span.empty() && !b.span.empty() && a.span.meets(b.span) {
				return true
			}
		}
	}
	return false
}
