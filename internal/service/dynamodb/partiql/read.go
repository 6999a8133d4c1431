package partiql

import (
	"slices"

	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/expr"
)

// Read is how a SELECT is read: the whole table or index, or some ranges of
// some partitions, one after the other.
type Read struct {
	// FullScan is whether everything is read. It is what the condition key
	// dynamodb:FullTableScan of policies asks about.
	FullScan bool
	// Filter is what an item has to satisfy in a full scan, or nil.
	Filter *expr.Condition
	// Ranges are what is read otherwise, in this order. None is read where the
	// conditions on a key contradict each other.
	Ranges []Range
	// Reverse is whether each range is read from its end.
	Reverse bool
	// Ordered is whether the statement orders what it selects. If not, ranges
	// of different partitions may be read in any order.
	Ordered bool
}

// Range is a range of one partition.
type Range struct {
	// Terms are an equality on the hash attribute and, maybe, one condition on
	// the range attribute.
	Terms []expr.KeyTerm
	// Filter is what an item of the range has to satisfy besides, or nil.
	Filter *expr.Condition
}

// maxRanges is how many ranges one statement reads at most.
const maxRanges = 50

var (
	errMultiAttribute error = awserr.Validation("PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute RANGE keys.")
	errTooManyReads   error = awserr.Validation("Too many decomposed read operations for a given query.")
	errOverlap        error = awserr.Validation("Overlapping conditions with range keys are not supported in where clause")
)

// Read returns how the statement is read, given the key of its table or index.
func (s *Statement) Read(key Key) (*Read, error) {
	p, err := newPlanner(key)
	if err != nil {
		return nil, err
	}
	branches, err := p.plan(s.Where, true)
	if err != nil {
		return nil, err
	}
	order, err := p.order(s, branches)
	if err != nil {
		return nil, err
	}
	if branches == nil {
		return &Read{FullScan: true, Filter: s.Where}, nil
	}
	r := &Read{Reverse: order.reverse, Ordered: len(s.order) > 0}
	order.sort(branches)
	for _, b := range branches {
		if !b.span.empty() {
			r.Ranges = append(r.Ranges, b.toRange())
		}
	}
	return r, nil
}

// One returns the key of the one item that a SELECT reads in a
// BatchExecuteStatement or an ExecuteTransaction, whose names operation is.
// There the WHERE clause has to name the primary key and nothing else. The types
// of the values are not looked at.
func (s *Statement) One(key Key, operation string) (attr.Item, error) {
	refusal := invalid("Select statements within %s must specify the primary key in the where clause.", operation)
	p, err := newPlanner(key)
	if err != nil {
		return nil, err
	}
	branches, err := p.plan(s.Where, false)
	switch {
	case err != nil:
		return nil, err
	case s.Index != "" || len(branches) != 1 || branches[0].span.empty():
		return nil, refusal
	}
	r := branches[0].toRange()
	if r.Filter != nil || len(r.Terms) != len(key.Hash)+len(key.Range) {
		return nil, refusal
	}
	var fields []attr.Field
	for _, term := range r.Terms {
		if term.Op != expr.KeyEQ {
			return nil, refusal
		}
		fields = append(fields, attr.Field{Name: term.Name, Value: term.Value})
	}
	return attr.NewItem(fields), nil
}

// Unprojected returns the attributes that an index would have to project so
// that the filters could be evaluated on it, when AWS refuses the statement for
// it, given whether the index projects an attribute. AWS refuses if every range's
// filter needs such attributes, and tells those of the last partition.
func (r *Read) Unprojected(projects func(name string) bool) []string {
	var last []string
	ranges := slices.Clone(r.Ranges)
	slices.SortStableFunc(ranges, func(a, b Range) int { return a.Terms[0].Value.Compare(b.Terms[0].Value) })
	for _, part := range ranges {
		if part.Filter == nil {
			return nil
		}
		last = nil
		for _, path := range part.Filter.Paths() {
			if name := path[0].Name; !projects(name) && !slices.Contains(last, name) {
				last = append(last, name)
			}
		}
		if last == nil {
			return nil
		}
	}
	return hashOrder(last)
}

// hashOrder puts names in the order in which AWS's messages show a set of
// them, which is that of Java's hash table.
func hashOrder(names []string) []string {
	buckets := uint32(16)
	for len(names)*4 > int(buckets)*3 {
		buckets *= 2
	}
	bucket := func(name string) uint32 {
		h := uint32(0)
		for _, r := range name {
			h = h*31 + uint32(r)
		}
		return (h ^ h>>16) & (buckets - 1)
	}
	slices.SortStableFunc(names, func(a, b string) int { return int(bucket(a)) - int(bucket(b)) })
	return names
}
