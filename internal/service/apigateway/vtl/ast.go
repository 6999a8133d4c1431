package vtl

// node is a part of a template that prints something.
type node interface {
	// render prints the node. The error is a *stop where a directive leaves a loop
	// or the template.
	render(r *renderer, s scope) error
}

// block is a run of nodes.
type block []node

func (b block) render(r *renderer, s scope) error {
	for _, n := range b {
		if err := n.render(r, s); err != nil {
			return err
		}
	}
	return nil
}

// expr is a part of a template that has a value.
type expr interface {
	value(r *renderer, s scope) (Value, error)
	// test tells whether the expression holds as a condition. Velocity knows
	// that of references, booleans and comparisons alone; a literal never holds.
	test(r *renderer, s scope) (bool, error)
}

// source is where an expression stands and how it is written. Messages, and some
// values that are null, show it.
type source struct {
	pos  int
	text string
}

// operand is an expression with its source.
type operand struct {
	expr
	source
}

// never is the test of an expression that never holds.
type never struct{}

func (never) test(*renderer, scope) (bool, error) { return false, nil }

// text is what prints as it is.
type textNode string

func (n textNode) render(r *renderer, _ scope) error { return r.write(string(n)) }
