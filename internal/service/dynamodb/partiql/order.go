package partiql

import (
	"bytes"
	"slices"

	"cloudless/internal/awserr"
)

var (
	errOrderWhere error = awserr.Validation("Must have WHERE clause in the statement when using ORDER BY clause.")
	errOrderHash  error = awserr.Validation("Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.")
	errOrderMany  error = awserr.Validation("Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause.")
)

// ordering is how ranges are to follow each other.
type ordering struct {
	byHash, descending bool // the hash attribute orders, from the greatest on
	reverse            bool // ranges of one partition, and the items in each, come from the end
}

// order returns the ordering that an ORDER BY asks for, and refuses one that
// keys do not have. branches is nil for a full scan.
func (p *planner) order(s *Statement, branches []branch) (ordering, error) {
	if len(s.order) == 0 {
		return ordering{}, nil
	}
	if s.Where == nil {
		return ordering{}, errOrderWhere
	}
	o := ordering{reverse: true} // as AWS does where the range attribute is not named
	for i := len(s.order) - 1; i >= 0; i-- {
		switch term := s.order[i]; term.name {
		case p.hash.Name:
			o.byHash, o.descending = true, term.descending
		case p.sorts.Name:
			o.reverse = term.descending
		default:
			return ordering{}, invalid("Attribute %s in ORDER BY clause must be part of the primary key", term.name)
		}
	}
	if branches == nil {
		return ordering{}, errOrderHash
	}
	for _, b := range branches {
		if !o.byHash && !b.hash.Equal(branches[0].hash) {
			return ordering{}, errOrderMany
		}
	}
	return o, nil
}

// sort puts the branches of one partition next to each other, in the order of
// their keys. Where the statement does not order partitions they follow each
// other as they are first named.
func (o ordering) sort(branches []branch) {
	named := map[string]int{}
	for i := range branches {
		if key := string(branches[i].hash); !known(named, key) {
			named[key] = len(named)
		}
	}
	slices.SortStableFunc(branches, func(a, b branch) int {
		switch {
		case a.hash.Equal(b.hash):
			return sign(o.reverse, compareLow(a.span, b.span))
		case o.byHash:
			return sign(o.descending, a.hash.Compare(b.hash))
		}
		return named[string(a.hash)] - named[string(b.hash)]
	})
}

func known[K comparable, V any](m map[K]V, key K) bool {
	_, ok := m[key]
	return ok
}

func sign(negative bool, n int) int {
	if negative {
		return -n
	}
	return n
}

func compareLow(a, b interval) int {
	var low, other []byte
	if a.low != nil {
		low = *a.low
	}
	if b.low != nil {
		other = *b.low
	}
	if c := bytes.Compare(low, other); c != 0 || a.lowOut == b.lowOut {
		return c
	}
	return sign(b.lowOut, 1) // a range without its bound follows one with it
}
