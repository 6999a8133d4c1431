package vtl

import "strings"

// macro notes the definition; there is nothing to print where it stands.
func (p *parser) macro(c *call) node {
	if len(c.args) == 0 {
		p.fail(c.first.pos, "#macro needs a name")
	}
	m := &macro{name: c.args[0].word, body: c.body}
	for _, a := range c.args[1:] {
		m.params = append(m.params, strings.TrimPrefix(a.first.image, "$"))
	}
	p.macros.define(m, !p.dialect.NoMacros)
	return textNode("")
}

func (p *parser) macroCall(c *call) node {
	n := &macroCall{pos: c.first.pos, name: c.name, body: c.body}
	if strings.HasPrefix(c.name, "@") {
		n.name = c.name[1:]
	}
	var b strings.Builder
	for t := c.first; ; t = t.next {
		b.WriteString(t.image)
		if t == p.last {
			break
		}
	}
	n.literal = b.String()
	for _, a := range c.args {
		if a.word != "" {
			n.badWord = a.word
		}
		n.args = append(n.args, macroArg{a.operand, a.constant()})
	}
	return n
}

// constant reports whether an argument of a macro is computed once, at the call,
// and not each time the macro looks at it.
func (a *argument) constant() bool {
	switch e := a.expr.(type) {
	case boolLiteral:
		return true
	case literalExpr:
		_, isString := e.v.(string)
		return !isString
	}
	return false
}

func (p *parser) define(c *call) node {
	if len(c.args) != 1 {
		p.fail(c.first.pos, "#define is written #define($name)")
	}
	return &defineNode{pos: c.first.pos, name: c.args[0].first.image[1:], body: c.body}
}
