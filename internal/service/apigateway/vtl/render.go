package vtl

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"cloudless/internal/service/apigateway/value"
)

// renderer is one evaluation of a template.
type renderer struct {
	template *Template
	limits   Limits
	macros   *macroTable

	out    []byte
	steps  int
	memory int
	depth  int
	macro  int // macros within each other

	regexps map[string]*regexp.Regexp
}

// write prints s.
func (r *renderer) write(s string) error {
	if len(r.out)+len(s) > r.limits.Output {
		return &LimitError{"Output", r.limits.Output}
	}
	r.out = append(r.out, s...)
	return nil
}

// capture runs print and returns what it printed instead of printing it.
func (r *renderer) capture(print func() error) (string, error) {
	start := len(r.out)
	err := print()
	s := string(r.out[start:])
	r.out = r.out[:start]
	if err == nil {
		err = r.alloc(len(s))
	}
	return s, err
}

// step counts one part evaluated, and n units of work beyond it.
func (r *renderer) step(n int) error {
	r.steps += 1 + n
	if r.steps > r.limits.Steps || r.steps < 0 {
		return &LimitError{"Steps", r.limits.Steps}
	}
	return nil
}

// scan counts the work of looking at n bytes or elements.
func (r *renderer) scan(n int) error { return r.step(n / 32) }

// alloc counts n bytes that the template makes.
func (r *renderer) alloc(n int) error {
	r.memory += n
	if r.memory > r.limits.Memory || r.memory < 0 {
		return &LimitError{"Memory", r.limits.Memory}
	}
	return r.scan(n)
}

// The memory that is counted for one element of a list and one entry of a map.
const (
	elemSize  = 16
	entrySize = 64
)

// enter counts one level of depth; leave takes it back.
func (r *renderer) enter() error {
	r.depth++
	if r.depth > r.limits.Depth {
		return &LimitError{"Depth", r.limits.Depth}
	}
	return nil
}

func (r *renderer) leave() { r.depth-- }

// budget returns how many steps are left, for functions that count down; spent
// takes note of what they used.
func (r *renderer) budget() int { return max(0, r.limits.Steps-r.steps) }

func (r *renderer) spent(left int) error {
	used := r.limits.Steps - r.steps - left
	return r.step(used)
}

func (r *renderer) equal(a, b Value) (bool, error) {
	left := r.budget()
	eq := value.Equal(a, b, &left)
	return eq, r.spent(left)
}

// at gives an error its place in the template, unless it has one already.
func (r *renderer) at(pos int, err error) error {
	switch err := err.(type) {
	case nil, *stop, *RenderError:
		return err
	}
	line, column := place(r.template.src, pos)
	return &RenderError{Line: line, Column: column, Cause: err}
}

// toString returns what Java's toString returns; ok is false where that is null.
func (r *renderer) toString(v Value) (s string, ok bool, err error) {
	switch v := v.(type) {
	case string:
		return v, true, nil
	case nil:
		return "", false, nil
	case *blockValue:
		return v.toString(r)
	}
	b, err := value.Append(nil, v, r.limits.Memory-r.memory)
	if errors.Is(err, value.ErrTooLong) {
		err = &LimitError{"Memory", r.limits.Memory}
	}
	if err == nil {
		err = r.alloc(len(b))
	}
	return string(b), true, err
}

// stop travels up as an error from #stop and #break to whoever it is for.
type stop struct {
	nearest bool      // the nearest loop, block, macro or #evaluate
	loop    *loopInfo // or this loop; if neither, the template
}

func (s *stop) Error() string { return "stopped" }

// stopsHere reports whether err is a #break that ends the nearest construct.
func stopsHere(err error) bool {
	s, ok := err.(*stop)
	return ok && s.nearest
}

type ifNode struct {
	branches  []branch
	otherwise block
}

type branch struct {
	cond expr
	body block
}

func (n *ifNode) render(r *renderer, s scope) error {
	for _, b := range n.branches {
		ok, err := b.cond.test(r, s)
		if err != nil {
			return err
		}
		if ok {
			return b.body.render(r, s)
		}
	}
	return n.otherwise.render(r, s)
}

type setNode struct {
	pos   int
	name  string
	left  *reference
	right expr
}

// render assigns the value; null leaves the variable as it is.
func (n *setNode) render(r *renderer, s scope) error {
	if err := r.step(0); err != nil {
		return r.at(n.pos, err)
	}
	v, err := n.right.value(r, s)
	if err != nil || v == nil {
		return r.at(n.pos, err)
	}
	if len(n.left.steps) > 0 {
		return r.at(n.pos, n.left.assign(r, s, v))
	}
	s.put(n.name, v)
	return nil
}

type stopNode struct{}

func (stopNode) render(*renderer, scope) error { return &stop{} }

type breakNode struct {
	pos   int
	scope *argument // nil for the nearest
}

func (n *breakNode) render(r *renderer, s scope) error {
	if n.scope == nil {
		return &stop{nearest: true}
	}
	var v Value
	var err error
	if n.scope.expr != nil {
		v, err = n.scope.value(r, s)
	}
	loop, ok := v.(*loopInfo)
	if err == nil && !ok {
		err = fmt.Errorf("%s is no loop that #break could leave", n.scope.text)
	}
	if err != nil {
		return r.at(n.pos, err)
	}
	return &stop{loop: loop}
}

type evaluateNode struct {
	pos int
	arg expr
}

// render parses the argument's text and renders it in the same scope. What it
// defines stays; #stop and #break in it end it alone.
func (n *evaluateNode) render(r *renderer, s scope) error {
	if err := r.enter(); err != nil {
		return r.at(n.pos, err)
	}
	defer r.leave()
	v, err := n.arg.value(r, s)
	if err != nil {
		return r.at(n.pos, err)
	}
	src, _, err := r.toString(v)
	if err == nil {
		// Parsing costs more than a look at the bytes.
		err = r.alloc(16 * len(src))
	}
	if err != nil {
		return r.at(n.pos, err)
	}
	body, err := parse(src, r.template.dialect, r.macros, 0)
	if err != nil {
		return r.at(n.pos, fmt.Errorf("in #evaluate: %w", err))
	}
	err = body.render(r, s)
	if st, ok := err.(*stop); ok && st.loop == nil {
		return nil
	}
	if inner, ok := err.(*RenderError); ok { // its place is that in the text
		err = inner.Cause
	}
	return r.at(n.pos, err)
}

// stringExpr is a string with references and directives in it.
type stringExpr struct {
	pos    int
	body   block
	padded bool // a blank was added at the end
	never
}

func (e *stringExpr) value(r *renderer, s scope) (Value, error) {
	text, err := r.capture(func() error { return e.body.render(r, s) })
	if inner, ok := err.(*RenderError); ok { // its place is that in the string
		err = r.at(e.pos, inner.Cause)
	}
	if err != nil {
		return nil, err
	}
	if e.padded && text != "" {
		return strings.TrimSuffix(text, " "), nil
	}
	return text, nil
}
