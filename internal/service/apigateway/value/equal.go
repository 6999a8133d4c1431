package value

import (
	"math"
	"math/big"
	"strings"
	"unicode/utf16"

	"github.com/cockroachdb/apd/v3"
)

// bytesPerStep is how much of a string may be looked at for one step of a budget.
const bytesPerStep = 64

// Equal is Java's equals: types count, so Integer 1 and Long 1 differ, and so do
// 1 and 1.0; lists and maps compare by content. Too deep a nesting is unequal.
// The budget is decreased by one for each comparison made, and more for long
// strings; when it falls below zero the answer is false and worthless.
func Equal(a, b Value, budget *int) bool { return equal(a, b, 0, budget) }

func equal(a, b Value, depth int, budget *int) bool {
	*budget--
	if depth > maxDepth || *budget < 0 {
		return false
	}
	switch x := a.(type) {
	case string:
		y, ok := b.(string)
		if !ok || len(x) != len(y) {
			return false
		}
		*budget -= len(x) / bytesPerStep
		return x == y
	case float64:
		y, ok := b.(float64)
		return ok && math.Float64bits(x) == math.Float64bits(y)
	case *big.Int:
		y, ok := b.(*big.Int)
		return ok && x.Cmp(y) == 0
	case *apd.Decimal:
		y, ok := b.(*apd.Decimal)
		return ok && x.Exponent == y.Exponent && x.Cmp(y) == 0
	case *Entry:
		y, ok := b.(*Entry)
		return ok && equal(x.Key, y.Key, depth+1, budget) && equal(x.Value, y.Value, depth+1, budget)
	case *List:
		y, ok := b.(*List)
		if !ok || x == y {
			return ok
		}
		if x.kind == Array || y.kind == Array || (x.kind == Set) != (y.kind == Set) || len(x.elems) != len(y.elems) {
			return false
		}
		for i := range x.elems {
			if !equal(x.elems[i], y.elems[i], depth+1, budget) {
				return false
			}
		}
		return true
	case *Map:
		y, ok := b.(*Map)
		if !ok || x == y {
			return ok
		}
		if x.Len() != y.Len() {
			return false
		}
		for k, v := range x.All() {
			if *budget -= KeyCost(k); *budget < 0 {
				return false
			}
			w, ok := y.Get(k)
			if !ok || !equal(v, w, depth+1, budget) {
				return false
			}
		}
		return true
	}
	return a == b
}

// Hash is Java's hashCode, with the budget of [Equal]. An array or an object has
// no meaningful one and gets 0.
func Hash(v Value, budget *int) int32 { return hash(v, 0, budget) }

func hash(v Value, depth int, budget *int) int32 {
	*budget--
	if depth > maxDepth || *budget < 0 {
		return 0
	}
	switch v := v.(type) {
	case bool:
		if v {
			return 1231
		}
		return 1237
	case string:
		*budget -= len(v) / bytesPerStep
		return HashString(v)
	case Char:
		return int32(v)
	case int32:
		return v
	case int64:
		return int32(v ^ int64(uint64(v)>>32))
	case float64:
		bits := math.Float64bits(v)
		return int32(bits ^ bits>>32)
	case *Entry:
		return hash(v.Key, depth+1, budget) ^ hash(v.Value, depth+1, budget)
	case *List:
		return hashList(v, depth, budget)
	case *Map:
		h := int32(0)
		for k, e := range v.All() {
			h += hash(k, depth+1, budget) ^ hash(e, depth+1, budget)
		}
		return h
	}
	return 0
}

func hashList(l *List, depth int, budget *int) int32 {
	h := int32(0)
	switch l.kind {
	case Array:
	case Set:
		for _, e := range l.elems {
			h += hash(e, depth+1, budget)
		}
	default:
		h = 1
		for _, e := range l.elems {
			h = 31*h + hash(e, depth+1, budget)
		}
	}
	return h
}

// HashString is String.hashCode.
func HashString(s string) int32 {
	h := int32(0)
	for _, r := range s {
		if r > 0xffff {
			hi, lo := utf16.EncodeRune(r)
			h = 31*(31*h+int32(hi)) + int32(lo)
			continue
		}
		h = 31*h + int32(r)
	}
	return h
}

// CompareStrings is String.compareTo: the difference of the first UTF-16 units
// that differ, else of the lengths.
func CompareStrings(a, b string) int {
	if strings.HasPrefix(a, b) || strings.HasPrefix(b, a) {
		return Len16(a) - Len16(b)
	}
	x, y := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return int(x[i]) - int(y[i])
		}
	}
	return len(x) - len(y)
}

// Len16 is String.length: the number of UTF-16 units.
func Len16(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}
