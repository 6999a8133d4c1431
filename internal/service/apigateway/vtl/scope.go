package vtl

// scope is where references are looked up.
//
// Velocity has one name space, on which #foreach and macros put layers. A layer
// sees what is below it, and #set goes through all of them to the bottom.
type scope interface {
	// get returns the value of a name, or nil.
	get(r *renderer, name string) (Value, error)
	// literal returns how the argument is written that a macro was called with
	// for a parameter, if text is that of the bare parameter.
	literal(text string) (string, bool)
	put(name string, v Value)
	remove(name string)
}

// globals is the name space at the bottom.
type globals struct{ vars map[string]Value }

func (g *globals) get(_ *renderer, name string) (Value, error) { return g.vars[name], nil }
func (g *globals) literal(string) (string, bool)               { return "", false }
func (g *globals) put(name string, v Value)                    { g.vars[name] = v }
func (g *globals) remove(name string)                          { delete(g.vars, name) }

// nullElement hides the variable of a #foreach whose element is null, so that a
// variable of that name outside does not show.
type nullElement struct {
	scope
	name   string
	active bool
}

func (n *nullElement) get(r *renderer, name string) (Value, error) {
	if n.active && name == n.name {
		return nil, nil
	}
	return n.scope.get(r, name)
}

func (n *nullElement) remove(name string) {
	if name == n.name {
		n.active = false
	}
	n.scope.remove(name)
}

// macroScope is the layer of one call of a macro. Arguments are evaluated where
// the call stands, each time the macro looks at them.
type macroScope struct {
	outer scope
	args  map[string]macroArg
	local map[string]Value
}

func (m *macroScope) get(r *renderer, name string) (Value, error) {
	if v := m.local[name]; v != nil {
		return v, nil
	}
	arg, ok := m.args[name]
	if !ok {
		return m.outer.get(r, name)
	}
	if err := r.step(0); err != nil {
		return nil, err
	}
	// A plain reference is looked up, not evaluated: whether it has a value is for
	// the reference in the macro to tell.
	if ref, ok := arg.expr.(*reference); ok && len(ref.steps) == 0 {
		return m.outer.get(r, ref.name)
	}
	return arg.value(r, m.outer)
}

func (m *macroScope) literal(text string) (string, bool) {
	if len(text) > 1 && text[0] == '$' {
		if arg, ok := m.args[text[1:]]; ok {
			return arg.text, true
		}
	}
	return m.outer.literal(text)
}

func (m *macroScope) put(name string, v Value) {
	m.local[name] = v
	m.outer.put(name, v)
}

func (m *macroScope) remove(name string) {
	delete(m.local, name)
	delete(m.args, name)
	m.outer.remove(name)
}
