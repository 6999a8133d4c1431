// Package pattern matches JSON events against event patterns, the language in
// which AWS's rules and filters say which events they are for.
//
//   - pattern.go: what a pattern is, and whether an event matches;
//   - parse.go:   from text to a pattern, with AWS's reasons for refusing one;
//   - value.go:   what may stand in the array of a field, parsed;
//   - anythingbut.go: the same for anything-but, which has a language within;
//   - matcher.go: the operators at work;
//   - event.go:   an event, taken apart once for any number of patterns.
//
// A pattern has the shape of the events that it matches. Its leaves are arrays
// of what a field may be; all fields must match, by any of their values. Where
// the event has an array, one of its elements must match, and fields below the
// same array must be those of the same element.
//
// The promise: neither parsing nor matching goes back, so the time for a match
// is bounded by the sizes of pattern and event, multiplied.
//
// The package does not know where events come from.
package pattern

// Pattern is a parsed pattern. It never changes and may be used by any number
// of goroutines.
type Pattern struct{ root *object }

// object is what an object of the pattern asks for: all of its fields, and one
// alternative of each $or.
type object struct {
	fields []field
	ors    [][]*object
}

// field asks for a field of an object: that it be an object which matches, or
// one of some values.
type field struct {
	name   string
	sub    *object
	values []matcher
}

// Match reports whether the event matches.
func (p *Pattern) Match(e *Event) bool { return p.root.match(e.root) }

// Error says why a text is no pattern, in the words that AWS has for it where
// they are known.
type Error struct{ Reason string }

func (e *Error) Error() string { return "Event pattern is not valid. Reason: " + e.Reason }

func (o *object) match(n *node) bool {
	for _, f := range o.fields {
		if !f.match(n.fields[f.name]) {
			return false
		}
	}
	for _, alternatives := range o.ors {
		if !anyObject(alternatives, n) {
			return false
		}
	}
	return true
}

func anyObject(alternatives []*object, n *node) bool {
	for _, o := range alternatives {
		if o.match(n) {
			return true
		}
	}
	return false
}

// match tells whether the node of that name, or nil, is what the field asks for.
func (f *field) match(n *node) bool {
	if f.sub != nil {
		matched, objects := f.sub.matchBelow(n)
		return matched || objects == 0 && f.sub.match(absent)
	}
	matched, leaves := f.matchLeaves(n)
	return matched || leaves == 0 && f.wantsAbsence()
}

// absent stands for an object that is not there: nothing is in it, which is
// what some patterns ask for.
var absent = &node{}

// matchBelow tells whether n, or one of its elements at any depth, is an
// object that matches, and how many objects it has seen.
func (o *object) matchBelow(n *node) (matched bool, objects int) {
	switch {
	case n == nil:
		return false, 0
	case n.kind == '{':
		return o.match(n), 1
	}
	for _, item := range n.items {
		matched, seen := o.matchBelow(item)
		if matched {
			return true, 1
		}
		objects += seen
	}
	return false, objects
}

// matchLeaves is matchBelow for values. Objects are no leaves.
func (f *field) matchLeaves(n *node) (matched bool, leaves int) {
	switch {
	case n == nil || n.kind == '{' && n.leaf == nil:
		return false, 0
	case n.kind == '{':
		return f.matchLeaves(n.leaf)
	case n.kind != '[':
		return f.anyValue(n), 1
	}
	for _, item := range n.items {
		matched, seen := f.matchLeaves(item)
		if matched {
			return true, 1
		}
		leaves += seen
	}
	return false, leaves
}

func (f *field) anyValue(n *node) bool {
	for _, m := range f.values {
		if m.match != nil && m.match(n) {
			return true
		}
	}
	return false
}

func (f *field) wantsAbsence() bool {
	for _, m := range f.values {
		if m.match == nil {
			return true
		}
	}
	return false
}
