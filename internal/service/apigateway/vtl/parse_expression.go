package vtl

import (
	"errors"
	"math/big"
	"strconv"
	"strings"

	"cloudless/internal/service/apigateway/value"
)

// operand runs parse and notes the source of what it parsed.
func (p *parser) operand(parse func() expr) operand {
	first := p.peek()
	e := parse()
	return operand{e, source{first.pos, literalOf(first, p.last)}}
}

// The levels of precedence, loosest first.

func (p *parser) expression() operand {
	defer p.enter()()
	return p.or()
}

func (p *parser) or() operand {
	left := p.and()
	for p.accept(tokOr) {
		left = p.binary(left, p.and(), func(l, r operand) expr { return &orExpr{l, r} })
	}
	return left
}

func (p *parser) and() operand {
	left := p.equality()
	for p.accept(tokAnd) {
		left = p.binary(left, p.equality(), func(l, r operand) expr { return &andExpr{l, r} })
	}
	return left
}

func (p *parser) equality() operand {
	left := p.relation()
	for p.accept(tokEqual, tokNotEqual) {
		not := p.last.kind == tokNotEqual
		left = p.binary(left, p.relation(), func(l, r operand) expr { return &equalExpr{l, r, not} })
	}
	return left
}

func (p *parser) relation() operand {
	left := p.sum()
	for p.accept(tokLess, tokLessEqual, tokGreater, tokGreaterEqual) {
		op := p.last.kind
		left = p.binary(left, p.sum(), func(l, r operand) expr { return &compareExpr{l, r, op} })
	}
	return left
}

func (p *parser) sum() operand {
	left := p.product()
	for p.accept(tokPlus, tokMinus) {
		op := p.last.kind
		left = p.binary(left, p.product(), func(l, r operand) expr { return &mathExpr{left: l, right: r, op: op} })
	}
	return left
}

func (p *parser) product() operand {
	left := p.unary()
	for p.accept(tokTimes, tokDivide, tokModulus) {
		op := p.last.kind
		left = p.binary(left, p.unary(), func(l, r operand) expr { return &mathExpr{left: l, right: r, op: op} })
	}
	return left
}

func (p *parser) binary(left, right operand, join func(l, r operand) expr) operand {
	return operand{join(left, right), source{left.pos, left.text}}
}

func (p *parser) unary() operand {
	t := p.peek()
	if t.kind == tokNot || t.kind == tokSpace && p.peek2().kind == tokNot {
		defer p.enter()()
		p.accept(tokSpace)
		p.take()
		return operand{&notExpr{p.unary().expr}, source{pos: t.pos}}
	}
	return p.primary()
}

func (p *parser) primary() operand {
	p.accept(tokSpace)
	var o operand
	if t := p.peek(); t.kind == tokParenOpen {
		p.take()
		inner := p.expression()
		p.expect(tokParenClose)
		o = operand{inner.expr, source{t.pos, literalOf(t, p.last)}}
	} else {
		o = p.operand(p.atom)
	}
	p.accept(tokSpace)
	return o
}

// parameter parses an argument of a method, or an element of a list or a map.
func (p *parser) parameter() operand {
	defer p.enter()()
	p.accept(tokSpace)
	o := p.operand(p.atom)
	p.accept(tokSpace)
	return o
}

// beginsParameter reports whether a token of the kind can begin a parameter.
func beginsParameter(k kind) bool { return k == tokSpace || beginsAtom(k) }

func beginsAtom(k kind) bool {
	switch k {
	case tokString, tokInteger, tokFloat, tokTrue, tokFalse, tokIdentifier, tokBraceOpen, tokBracketOpen, tokMapOpen:
		return true
	}
	return false
}

// atom parses a literal, a list, a range, a map or a reference.
func (p *parser) atom() expr {
	t := p.peek()
	switch t.kind {
	case tokString:
		return p.stringLiteral()
	case tokInteger:
		p.take()
		return p.integer(t)
	case tokFloat:
		p.take()
		return p.float(t)
	case tokTrue, tokFalse:
		p.take()
		return boolLiteral(t.kind == tokTrue)
	case tokIdentifier, tokBraceOpen:
		return p.reference()
	case tokBracketOpen:
		return p.listOrRange()
	case tokMapOpen:
		return p.mapLiteral()
	}
	p.unexpected(t)
	return nil
}

func (p *parser) integer(t *token) expr {
	if len(t.image) > maxDigits {
		p.fail(t.pos, "a number of more than %d digits", maxDigits)
	}
	v, ok := value.ParseInteger(t.image)
	if !ok { // "#12" where an expression should be
		p.unexpected(t)
	}
	return literalExpr{v: v}
}

// maxDigits bounds numbers in a template, and what arithmetic may grow them to.
const maxDigits = 4096

func (p *parser) float(t *token) expr {
	f, err := strconv.ParseFloat(t.image, 64)
	if errors.Is(err, strconv.ErrSyntax) {
		p.unexpected(t)
	}
	return literalExpr{v: f} // out of range it is an infinity or zero, as in Java
}

// stringLiteral parses a string. In double quotes, references and directives in it
// are live, so it holds a template of its own.
func (p *parser) stringLiteral() expr {
	t := p.take()
	quote, inner := t.image[:1], t.image[1:len(t.image)-1]
	if quote == `"` {
		inner = unescapeUnicode(inner)
	}
	inner = strings.ReplaceAll(inner, quote+quote, quote)
	if quote == "'" || !strings.ContainsAny(t.image, "$#") {
		return literalExpr{v: inner}
	}
	// The blank keeps a "$" or "#" at the end from being the beginning of
	// something; it is cut off again when the string has been rendered.
	padded := !strings.Contains(inner, "##")
	src := inner
	if padded {
		src += " "
	}
	b, err := parse(src, p.dialect, p.macros, p.depth)
	if err != nil {
		p.fail(t.pos, "in the string %s: %v", shorten(t.image), err)
	}
	return &stringExpr{pos: t.pos, body: b, padded: padded}
}

// unescapeUnicode replaces \uXXXX by the character.
func unescapeUnicode(s string) string {
	i := strings.Index(s, `\u`)
	if i < 0 {
		return s
	}
	var b strings.Builder
	for ; i >= 0; i = strings.Index(s, `\u`) {
		b.WriteString(s[:i])
		s = s[i:]
		n, err := strconv.ParseUint(s[2:min(6, len(s))], 16, 16)
		if err != nil || len(s) < 6 {
			b.WriteString(s[:2])
			s = s[2:]
			continue
		}
		b.WriteString(value.Char(n).String())
		s = s[6:]
	}
	b.WriteString(s)
	return b.String()
}

// listOrRange parses [a, b] or [a..b]. The ends of a range are integers or
// references.
func (p *parser) listOrRange() expr {
	defer p.enter()()
	open := p.take()
	if p.accept(tokBracketClose) {
		return &listExpr{}
	}
	first := p.parameter()
	if p.peek().kind == tokRange && rangeEnd(first.expr) {
		p.take()
		last := p.parameter()
		if !rangeEnd(last.expr) {
			p.fail(last.pos, "the end of a range is an integer or a reference")
		}
		p.expect(tokBracketClose)
		return &rangeExpr{pos: open.pos, first: first.expr, last: last.expr}
	}
	l := &listExpr{elems: []expr{first.expr}}
	for p.accept(tokComma) {
		l.elems = append(l.elems, p.parameter().expr)
	}
	p.expect(tokBracketClose)
	return l
}

func rangeEnd(e expr) bool {
	switch e := e.(type) {
	case *reference:
		return true
	case literalExpr:
		switch e.v.(type) {
		case int32, int64, *big.Int:
			return true
		}
	}
	return false
}

// mapLiteral parses {a : b, c : d}.
func (p *parser) mapLiteral() expr {
	defer p.enter()()
	p.take()
	m := &mapExpr{}
	if k := p.peek().kind; beginsAtom(k) || k == tokSpace && beginsAtom(p.peek2().kind) {
		for {
			key := p.parameter()
			p.expect(tokColon)
			m.pairs = append(m.pairs, key.expr, p.parameter().expr)
			if !p.accept(tokComma) {
				break
			}
		}
	} else {
		p.accept(tokSpace)
	}
	p.expect(tokMapClose, tokBraceClose)
	return m
}
