package partiql

import (
	"slices"

	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/expr"
)

// planner finds the ranges that a condition selects, for a key of one hash
// attribute and at most one range attribute.
type planner struct {
	hash  KeyAttribute
	sorts KeyAttribute // its name is "" where there is none
}

func newPlanner(key Key) (*planner, error) {
	if len(key.Hash) != 1 || len(key.Range) > 1 {
		return nil, errMultiAttribute
	}
	p := &planner{hash: key.Hash[0]}
	if len(key.Range) == 1 {
		p.sorts = key.Range[0]
	}
	return p, nil
}

// branch is one of the alternatives that a condition consists of.
type branch struct {
	hash    attr.Value
	known   bool        // hash has been set
	sorts   []sortBound // on the range attribute
	filters []*expr.Condition
	terms   []expr.KeyTerm // of the hash attribute
	span    interval
}

// sortBound is a bound of the range attribute, and the condition that it is.
type sortBound struct {
	term      expr.KeyTerm
	condition *expr.Condition
}

// plan returns the alternatives, each in one partition; or nil, when the
// condition does not tell the partitions.
func (p *planner) plan(where *expr.Condition, checkTypes bool) ([]branch, error) {
	if where == nil || !p.pins(where) {
		return nil, nil
	}
	if checkTypes {
		if err := p.checkTypes(where); err != nil {
			return nil, err
		}
	}
	if p.count(where) > maxRanges {
		return nil, errTooManyReads
	}
	branches := p.spread(where)
	for i := range branches {
		b := &branches[i]
		for _, term := range b.terms {
			if b.known && !b.hash.Equal(term.Value) {
				return nil, nil // two partitions at once; AWS reads everything then
			}
			b.hash, b.known = term.Value, true
		}
		b.span = whole()
		for _, s := range b.sorts {
			b.span = b.span.and(spanOf(s.term))
		}
	}
	if !overlap(branches) {
		return branches, nil
	}
	if !slices.ContainsFunc(branches, p.negatesSort) {
		return nil, errOverlap
	}
	return partitions(branches, where), nil
}

// pins reports whether whatever satisfies c is in partitions that c tells.
func (p *planner) pins(c *expr.Condition) bool {
	switch c.Operator() {
	case "AND":
		return slices.ContainsFunc(c.Parts(), p.pins)
	case "OR":
		return !slices.ContainsFunc(c.Parts(), func(part *expr.Condition) bool { return !p.pins(part) })
	}
	terms, _ := p.keyTerms(c)
	return len(terms) > 0 && terms[0].Name == p.hash.Name
}

// keyTerms returns the bounds of a key attribute that c has as alternatives,
// or none: an IN has several.
func (p *planner) keyTerms(c *expr.Condition) (terms []expr.KeyTerm, several bool) {
	if name, values, ok := c.OneOf(); ok {
		if name == p.hash.Name || name == p.sorts.Name {
			for _, v := range values {
				terms = append(terms, expr.KeyTerm{Name: name, Op: expr.KeyEQ, Value: v})
			}
		}
		return terms, true
	}
	term, ok := c.KeyTerm()
	if ok && (term.Name == p.hash.Name && term.Op == expr.KeyEQ || term.Name == p.sorts.Name) {
		return []expr.KeyTerm{term}, false
	}
	return nil, false
}

// namesKey reports whether c has a bound of a key attribute in it.
func (p *planner) namesKey(c *expr.Condition) bool {
	switch c.Operator() {
	case "AND", "OR":
		return slices.ContainsFunc(c.Parts(), p.namesKey)
	}
	terms, _ := p.keyTerms(c)
	return len(terms) > 0
}

// checkTypes refuses bounds that no key can satisfy for its type.
func (p *planner) checkTypes(c *expr.Condition) error {
	switch c.Operator() {
	case "AND", "OR":
		for _, part := range c.Parts() {
			if err := p.checkTypes(part); err != nil {
				return err
			}
		}
		return nil
	}
	terms, _ := p.keyTerms(c)
	for _, term := range terms {
		want := p.hash.Kind
		if term.Name == p.sorts.Name {
			want = p.sorts.Kind
		}
		if !term.Value.Is(want) || term.Op == expr.KeyBetween && !term.High.Is(want) {
			return wrongKeyType(term.Name)
		}
	}
	return nil
}

// count returns how many alternatives spread would return, or some number that
// is too many.
func (p *planner) count(c *expr.Condition) int {
	n := 1
	switch c.Operator() {
	case "AND":
		for _, part := range c.Parts() {
			n = min(n*p.count(part), maxRanges+1)
		}
		return n
	case "OR":
		if !p.namesKey(c) {
			return 1
		}
		n = 0
		for _, part := range c.Parts() {
			n = min(n+p.count(part), maxRanges+1)
		}
		return n
	}
	terms, _ := p.keyTerms(c)
	return max(len(terms), 1)
}

// spread returns the alternatives of c, as far as they tell keys apart.
func (p *planner) spread(c *expr.Condition) []branch {
	switch c.Operator() {
	case "AND":
		branches := []branch{{}}
		for _, part := range c.Parts() {
			branches = both(branches, p.spread(part))
		}
		return branches
	case "OR":
		if !p.namesKey(c) {
			break
		}
		var branches []branch
		for _, part := range c.Parts() {
			branches = append(branches, p.spread(part)...)
		}
		return branches
	}
	terms, several := p.keyTerms(c)
	if len(terms) == 0 {
		return []branch{{filters: []*expr.Condition{c}}}
	}
	branches := make([]branch, len(terms))
	for i, term := range terms {
		if term.Name == p.hash.Name {
			branches[i].terms = []expr.KeyTerm{term}
			continue
		}
		condition := c
		if several {
			condition = nil // an equality that the range alone sees to
		}
		branches[i].sorts = []sortBound{{term, condition}}
	}
	return branches
}

// both returns the alternatives of two conditions that hold together.
func both(left, right []branch) []branch {
	branches := make([]branch, 0, len(left)*len(right))
	for _, l := range left {
		for _, r := range right {
			branches = append(branches, branch{
				terms:   slices.Concat(l.terms, r.terms),
				sorts:   slices.Concat(l.sorts, r.sorts),
				filters: slices.Concat(l.filters, r.filters),
			})
		}
	}
	return branches
}

// negatesSort reports whether a branch excludes values of the range attribute.
// AWS does not refuse statements with such a branch when branches overlap.
func (p *planner) negatesSort(b branch) bool {
	for _, c := range b.filters {
		if op := c.Operator(); op != "NOT" && op != "<>" {
			continue
		}
		for _, path := range c.Paths() {
			if path[0].Name == p.sorts.Name {
				return true
			}
		}
	}
	return false
}

// partitions returns one branch for each partition, with the whole condition
// as its filter.
func partitions(branches []branch, where *expr.Condition) []branch {
	var merged []branch
	for _, b := range branches {
		known := slices.ContainsFunc(merged, func(m branch) bool { return m.hash.Equal(b.hash) })
		if !known {
			merged = append(merged, branch{hash: b.hash, terms: b.terms, filters: []*expr.Condition{where}, span: whole()})
		}
	}
	return merged
}
