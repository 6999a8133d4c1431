package vtl

import (
	"maps"

	"cloudless/internal/service/apigateway/value"
)

// Value is what references hold; see package value for its kinds.
type Value = value.Value

// Object is a value of the embedding program that templates can call.
type Object = value.Object

// Dialect says in what a language differs from that of Velocity 1.7 as released.
// The zero Dialect is Velocity's own.
type Dialect struct {
	// EmptyReferences gives a reference that has no value the empty string
	// instead. It then prints nothing, and as a condition it holds, as any string
	// does.
	EmptyReferences bool
	// NoMacros ignores #macro: its block prints nothing and defines nothing, and a
	// call of the macro prints as it is written.
	NoMacros bool
	// NoEvaluate makes #evaluate plain text.
	NoEvaluate bool
}

// Template is a parsed template. It is never changed and may be rendered by
// several goroutines at once.
type Template struct {
	src     string
	body    block
	macros  *macroTable
	dialect Dialect
}

// Parse parses a template of the dialect. The error is a [*ParseError].
func (d Dialect) Parse(src string) (*Template, error) {
	macros := newMacroTable(nil)
	body, err := parse(src, d, macros, 0)
	if err != nil {
		return nil, err
	}
	return &Template{src, body, macros, d}, nil
}

// Render evaluates the template. The variables are the references it starts with,
// by name without the "$"; the map is not changed, but the lists, maps and objects
// in it are the template's to change. The error is a [*RenderError]. Together with an
// error comes what was printed until then.
func (t *Template) Render(vars map[string]Value, limits Limits) (string, error) {
	global := &globals{vars: make(map[string]Value, len(vars)+8)}
	maps.Copy(global.vars, vars)
	r := &renderer{template: t, limits: limits.orDefaults(), macros: newMacroTable(t.macros)}
	err := t.body.render(r, global)
	if _, stopped := err.(*stop); stopped {
		err = nil
	}
	return string(r.out), err
}
