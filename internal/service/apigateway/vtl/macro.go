package vtl

import (
	"fmt"

	"cloudless/internal/service/apigateway/value"
)

// maxMacroDepth is how many macros may be under way within each other; Velocity
// gives up at the same depth.
const maxMacroDepth = 20

// macro is a definition by #macro.
type macro struct {
	name   string
	params []string
	body   block
}

// macroTable holds macros by name. The first definition of a name counts.
type macroTable struct {
	outer  *macroTable // looked up first, never changed through this one
	macros map[string]*macro
	names  map[string]bool // also of those that the dialect ignores
}

func newMacroTable(outer *macroTable) *macroTable {
	return &macroTable{outer: outer}
}

func (t *macroTable) define(m *macro, usable bool) {
	if t.names == nil {
		t.names, t.macros = map[string]bool{}, map[string]*macro{}
	}
	t.names[m.name] = true
	if usable && t.lookup(m.name) == nil {
		t.macros[m.name] = m
	}
}

func (t *macroTable) lookup(name string) *macro {
	for ; t != nil; t = t.outer {
		if m := t.macros[name]; m != nil {
			return m
		}
	}
	return nil
}

func (t *macroTable) named(name string) bool {
	for ; t != nil; t = t.outer {
		if t.names[name] {
			return true
		}
	}
	return false
}

// macroCall is #name(…), or #@name(…) … #end, where name is no directive.
type macroCall struct {
	pos     int
	name    string
	args    []macroArg
	badWord string // a bare word among the arguments, which a macro refuses
	body    block  // of #@name, else nil
	literal string // what it prints if there is no such macro
}

type macroArg struct {
	operand
	constant bool // evaluated once, at the call
}

func (n *macroCall) render(r *renderer, s scope) error {
	m := r.macros.lookup(n.name)
	if m == nil {
		return r.at(n.pos, r.write(n.literal))
	}
	return r.at(n.pos, n.call(r, s, m))
}

func (n *macroCall) call(r *renderer, s scope, m *macro) error {
	if n.badWord != "" {
		return fmt.Errorf("invalid argument %q of macro #%s", n.badWord, n.name)
	}
	if r.macro >= maxMacroDepth {
		return fmt.Errorf("macro #%s: more than %d macros within each other", n.name, maxMacroDepth)
	}
	if err := r.enter(); err != nil {
		return err
	}
	defer r.leave()
	r.macro++
	defer func() { r.macro-- }()
	inner := &macroScope{outer: s, args: map[string]macroArg{}, local: map[string]Value{}}
	for i, arg := range n.args {
		switch {
		case i >= len(m.params):
		case arg.constant:
			v, err := arg.value(r, s)
			if err != nil {
				return err
			}
			inner.local[m.params[i]] = v
		default:
			inner.args[m.params[i]] = arg
		}
	}
	if n.body != nil {
		inner.local["bodyContent"] = &blockValue{body: n.body, scope: s, max: maxMacroDepth}
	}
	err := m.body.render(r, inner)
	if stopsHere(err) {
		return nil
	}
	return err
}

// defineNode is #define($name) … #end. It makes a value of its block, which is
// rendered wherever the value is printed.
type defineNode struct {
	pos  int
	name string
	body block
}

// maxBlockDepth is how often a block defined by #define may be under way inside
// itself; Velocity has the same bound, and prints the reference beyond it.
const maxBlockDepth = 2

func (n *defineNode) render(r *renderer, s scope) error {
	if err := r.step(0); err != nil {
		return r.at(n.pos, err)
	}
	s.put(n.name, &blockValue{body: n.body, scope: s, max: maxBlockDepth})
	return nil
}

// blockValue is a block as a value.
type blockValue struct {
	body  block
	scope scope // where it was defined; printing it elsewhere uses the scope there
	depth int
	max   int
}

// render prints the block, and reports false if it is too deep inside itself.
func (b *blockValue) render(r *renderer, s scope) (bool, error) {
	if b.depth >= b.max {
		return false, nil
	}
	if err := r.enter(); err != nil {
		return true, err
	}
	defer r.leave()
	b.depth++
	err := b.body.render(r, s)
	b.depth--
	if stopsHere(err) {
		err = nil
	}
	return true, err
}

func (b *blockValue) toString(r *renderer) (s string, ok bool, err error) {
	s, err = r.capture(func() error {
		ok, err = b.render(r, b.scope)
		return err
	})
	return s, ok, err
}

// Call answers toString, the one method that a block has for templates. The
// renderer sees to it before; here nothing is left.
func (b *blockValue) Call(string, []Value) (Value, error) { return nil, value.ErrNoMember }

// Get finds no properties.
func (b *blockValue) Get(string) (Value, error) { return nil, value.ErrNoMember }
