package vtl

import "strings"

// ifStatement parses #if with its branches.
func (p *parser) ifStatement() node {
	defer p.enter()()
	n := &ifNode{}
	p.take()
	n.branches = append(n.branches, p.branch())
	for p.accept(tokElseIf) {
		n.branches = append(n.branches, p.branch())
	}
	if p.accept(tokElse) {
		n.otherwise = p.block()
	}
	p.expect(tokEnd)
	return n
}

func (p *parser) branch() branch {
	p.accept(tokSpace)
	p.expect(tokParenOpen)
	cond := p.expression()
	p.expect(tokParenClose)
	return branch{cond.expr, p.block()}
}

// setDirective parses #set. White space before it belongs to its token.
func (p *parser) setDirective() node {
	defer p.enter()()
	at := p.take()
	p.accept(tokSpace)
	if k := p.peek().kind; k != tokIdentifier && k != tokBraceOpen {
		p.unexpected(p.peek())
	}
	first := p.peek()
	left := p.reference()
	p.accept(tokSpace)
	p.expect(tokAssign)
	right := p.expression()
	p.expect(tokParenClose)
	p.lex.inSet = false
	n := &setNode{pos: at.pos, left: left, right: right.expr}
	// Velocity names the variable after the token with the "$" cut off, so that
	// #set($!x = 1) sets a variable called "!x", and no reference finds it.
	n.name = first.image[min(1, len(first.image)):]
	return n
}

// What the name behind a "#" can be.
type directiveKind uint8

const (
	notDirective   directiveKind = iota
	lineDirective                // #name(…)
	blockDirective               // #name(…) … #end
)

// directive tells what kind of directive name is, beyond those of the grammar.
func (d Dialect) directive(name string) directiveKind {
	switch name {
	case "foreach", "macro", "define", "literal":
		return blockDirective
	case "evaluate":
		if d.NoEvaluate {
			return notDirective
		}
		return lineDirective
	case "include", "parse", "stop", "break":
		return lineDirective
	}
	return notDirective
}

// call is a directive as it stands in the template: a name, arguments, a block.
type call struct {
	name  string
	first *token
	args  []argument
	body  block
	// bodyFirst and bodyLast are the tokens of the body; nil if it is empty.
	bodyFirst, bodyLast *token
}

// argument is one argument of a directive.
type argument struct {
	operand
	word  string // of an argument that is a bare word
	first *token
}

// directive parses #name, with whatever belongs to it.
func (p *parser) directive() node {
	defer p.enter()()
	c := &call{first: p.take()}
	c.name = c.first.image[1:]
	if c.first.kind == tokBracedWord {
		c.name = c.first.image[2 : len(c.first.image)-1]
	}
	kind := p.dialect.directive(c.name)
	blockCall := kind == notDirective && strings.HasPrefix(c.name, "@")
	if c.name == "include" || c.name == "parse" {
		p.fail(c.first.pos, "#%s is not supported: a template has no files", c.name)
	}
	p.lex.state = inDirective
	if !p.parenFollows() {
		if c.name == "macro" {
			p.fail(c.first.pos, "#macro needs a name in parentheses")
		}
		p.lex.pop()
		if blockCall {
			return textNode("#" + c.name)
		}
		return p.makeDirective(c, kind)
	}
	p.arguments(c)
	if kind == blockDirective || blockCall {
		first := p.peek()
		c.body = p.block()
		if blockCall && c.body == nil {
			c.body = block{}
		}
		if first.kind != tokEnd {
			c.bodyFirst, c.bodyLast = first, p.last
		}
		p.expect(tokEnd)
	}
	return p.makeDirective(c, kind)
}

// parenFollows looks at the characters themselves, since the next token depends on
// the answer.
func (p *parser) parenFollows() bool {
	rest := p.lex.src[p.lex.pos:]
	return strings.HasPrefix(rest[space(rest):], "(")
}

// arguments parses a directive's arguments. Commas between them are optional.
func (p *parser) arguments(c *call) {
	p.accept(tokSpace)
	p.expect(tokParenOpen)
	for p.argumentFollows() {
		p.accept(tokSpace)
		if p.accept(tokComma) {
			p.accept(tokSpace)
		}
		first := p.peek()
		if first.kind == tokWord {
			p.take()
			if why := misplacedWord(c, p.dialect); why != "" {
				p.fail(first.pos, "unexpected word %q in #%s", first.image, c.name)
			}
			c.args = append(c.args, argument{word: first.image, first: first})
			continue
		}
		if c.name == "macro" && len(c.args) == 0 {
			p.fail(first.pos, "the name of a #macro is a bare word")
		}
		c.args = append(c.args, argument{operand: p.operand(p.atom), first: first})
	}
	p.accept(tokSpace)
	p.expect(tokParenClose)
}

func (p *parser) argumentFollows() bool {
	first := p.peek().kind
	if first != tokSpace && first != tokComma {
		return first == tokWord || beginsAtom(first)
	}
	second := p.peek2().kind
	return second == tokWord || beginsAtom(second) || first == tokSpace && second == tokComma || first == tokComma && second == tokSpace
}

// misplacedWord tells whether a bare word cannot be the next argument. It can be a
// macro's name, the "in" of #foreach, and anything in a call of a macro, which is
// refused when it is made.
func misplacedWord(c *call, d Dialect) string {
	switch {
	case c.name == "macro" && len(c.args) == 0, c.name == "foreach" && len(c.args) == 1:
		return ""
	case d.directive(c.name) == notDirective:
		return ""
	}
	return c.name
}

// makeDirective turns a call into a node.
func (p *parser) makeDirective(c *call, kind directiveKind) node {
	if kind == notDirective {
		return p.macroCall(c)
	}
	switch c.name {
	case "foreach":
		return p.foreach(c)
	case "macro":
		return p.macro(c)
	case "define":
		return p.define(c)
	case "literal":
		return p.literal(c)
	case "evaluate":
		if len(c.args) != 1 {
			p.fail(c.first.pos, "#evaluate takes one argument")
		}
		switch c.args[0].expr.(type) {
		case *reference, *stringExpr:
		case literalExpr:
			if c.args[0].first.kind != tokString {
				p.fail(c.first.pos, "#evaluate takes a string or a reference")
			}
		default:
			p.fail(c.first.pos, "#evaluate takes a string or a reference")
		}
		return &evaluateNode{pos: c.first.pos, arg: c.args[0].expr}
	case "stop":
		if len(c.args) > 1 {
			p.fail(c.first.pos, "#stop takes one argument at most")
		}
		return stopNode{}
	default: // break
		if len(c.args) > 1 {
			p.fail(c.first.pos, "#break takes one argument at most")
		}
		n := &breakNode{pos: c.first.pos}
		if len(c.args) == 1 {
			n.scope = &c.args[0]
		}
		return n
	}
}

// literal prints its block as it is written.
func (p *parser) literal(c *call) node {
	if len(c.args) > 0 {
		p.fail(c.first.pos, "#literal takes no arguments")
	}
	if c.bodyFirst == nil {
		return textNode("")
	}
	return textNode(literalOf(c.bodyFirst, c.bodyLast))
}

func (p *parser) foreach(c *call) node {
	if len(c.args) == 2 { // a list is missing: Velocity goes through nothing
		return textNode("")
	}
	if len(c.args) < 3 || c.args[2].expr == nil {
		p.fail(c.first.pos, "#foreach is written #foreach($item in $list)")
	}
	n := &foreachNode{pos: c.first.pos, list: c.args[2].expr, body: c.body}
	if r, ok := c.args[0].expr.(*reference); ok {
		n.name = r.name
	} else {
		n.name = c.args[0].first.image[1:]
	}
	return n
}
