package vtl

import "strings"

// reference parses $name, ${name}, $!name and $!{name} with what follows: indexes,
// properties and methods.
func (p *parser) reference() *reference {
	defer p.enter()()
	first := p.peek()
	r := &reference{pos: first.pos}
	braced := p.accept(tokBraceOpen)
	name := p.expect(tokIdentifier)
	p.indexes(r)
	for p.peek().kind == tokDot && p.peek2().kind == tokIdentifier {
		p.take()
		r.steps = append(r.steps, p.member())
		p.indexes(r)
	}
	if braced {
		p.expect(tokBraceClose)
	}
	r.spell(first, name, p.last)
	return r
}

func (p *parser) indexes(r *reference) {
	for p.peek().kind == tokIndexOpen {
		open := p.take()
		p.accept(tokSpace)
		arg := p.operand(func() expr {
			switch p.peek().kind {
			case tokString, tokInteger, tokTrue, tokFalse, tokIdentifier, tokBraceOpen:
				return p.atom()
			}
			p.unexpected(p.peek())
			return nil
		})
		p.accept(tokSpace)
		p.expect(tokIndexClose)
		r.steps = append(r.steps, &indexStep{pos: open.pos, arg: arg.expr})
	}
}

// member parses a property or a method. A parenthesis makes it a method only when
// something that can be its content follows; else it is text behind a property.
func (p *parser) member() step {
	name := p.expect(tokIdentifier)
	if p.peek().kind != tokParenOpen {
		return &propertyStep{pos: name.pos, name: name.image}
	}
	if k := p.peek2().kind; k != tokCallClose && !beginsParameter(k) {
		return &propertyStep{pos: name.pos, name: name.image}
	}
	p.take()
	m := &methodStep{pos: name.pos, name: name.image}
	if beginsParameter(p.peek().kind) {
		m.args = append(m.args, p.parameter().expr)
		for p.accept(tokComma) {
			m.args = append(m.args, p.parameter().expr)
		}
	}
	p.expect(tokCallClose)
	return m
}

// spell works out of the tokens what kind of reference this is, how it prints when
// it has no value, and what its backslashes mean. The tokens' own images are cut
// on the way, for a reference is not written with its escapes.
func (r *reference) spell(first, name, last *token) {
	if i := strings.Index(first.image, `\!`); i >= 0 {
		r.spellEscapedBang(first, i)
		return
	}
	if n := backslashes(first.image); n > 0 {
		r.escaped = n%2 == 1
		r.slashes = first.image[:n/2]
		first.image = first.image[n:]
	}
	if i := strings.LastIndexByte(first.image, '$'); i > 0 {
		r.before = first.image[:i] // "$" or "#" that stick to the reference
		first.image = first.image[i:]
	}
	r.text = literalOf(first, last)
	r.ifNull = r.text
	switch {
	case strings.HasPrefix(first.image, "$!"):
		if !r.escaped {
			r.ifNull = ""
		}
		r.name = strings.TrimPrefix(name.image, "$!")
	case first.image == "${":
		r.name = name.image
	case strings.HasPrefix(first.image, "$"):
		r.name = first.image[1:]
	default: // a bare word among arguments: it has no value
		r.name = first.image
		r.bare = true
	}
}

// spellEscapedBang handles $\!name, which prints without one backslash and never
// has a value. i is the offset of the last backslash.
func (r *reference) spellEscapedBang(first *token, i int) {
	image := first.image
	dollar := strings.IndexByte(image, '$')
	start := dollar + strings.IndexByte(image[dollar:], '\\')
	r.ifNull = image[:start] + image[start:i] + image[i+1:]
	r.text = r.ifNull
	r.name = r.ifNull
	r.hollow = true
}
