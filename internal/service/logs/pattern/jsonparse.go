package pattern

import (
	"strconv"
	"strings"
)

// maxDepth bounds the nesting of parentheses.
const maxDepth = 32

// parser reads a condition, from left to right, once.
type parser struct {
	scanner
	depth int
}

func parseCondition(text string) (*condition, error) {
	inner, ok := strings.CutSuffix(text[1:], "}")
	if !ok {
		return nil, invalid()
	}
	p := &parser{scanner: scanner{rest: inner}}
	c, err := p.either()
	if err == nil && p.skip() != "" {
		err = invalid()
	}
	return c, err
}

// either is conditions joined by ||, which binds weaker than &&.
func (p *parser) either() (*condition, error) {
	left, err := p.both()
	for err == nil && p.take("||") {
		var right *condition
		right, err = p.both()
		left = &condition{op: "||", left: left, right: right}
	}
	return left, err
}

func (p *parser) both() (*condition, error) {
	left, err := p.single()
	for err == nil && p.take("&&") {
		var right *condition
		right, err = p.single()
		left = &condition{op: "&&", left: left, right: right}
	}
	return left, err
}

func (p *parser) single() (*condition, error) {
	if !p.take("(") {
		return p.test()
	}
	if p.depth++; p.depth > maxDepth {
		return nil, invalid()
	}
	c, err := p.either()
	p.depth--
	if err == nil && !p.take(")") {
		err = invalid()
	}
	return c, err
}

// test reads a selector and what its value is tested for.
func (p *parser) test() (*condition, error) {
	c := &condition{op: opCompare}
	var err error
	if c.selector, err = p.selector(); err != nil {
		return nil, err
	}
	if c.comparison, err = p.comparison(); c.comparison != nil || err != nil {
		return c, err
	}
	for _, op := range []string{opNotExists, opExists, opIsNull, opIsTrue, opIsFalse} {
		if p.words(op) {
			c.op = op
			return c, nil
		}
	}
	return nil, invalid()
}

// words takes the words of a test, however much space is between them.
func (p *parser) words(op string) bool {
	before := p.rest
	for _, word := range strings.Fields(op) {
		if !p.take(word) {
			p.rest = before
			return false
		}
	}
	return true
}

// selector reads $.name["other name"][0].
func (p *parser) selector() ([]step, error) {
	if !p.take("$") {
		return nil, invalid()
	}
	var steps []step
	for {
		var s step
		var ok bool
		switch {
		case strings.HasPrefix(p.rest, ".["):
			p.rest = p.rest[1:]
			continue
		case strings.HasPrefix(p.rest, "."):
			s, ok = p.named()
		case strings.HasPrefix(p.rest, "["):
			s, ok = p.bracketed()
		default:
			return steps, nil
		}
		if !ok {
			return nil, invalid()
		}
		steps = append(steps, s)
	}
}

// named reads .name
func (p *parser) named() (s step, ok bool) {
	text := p.rest[1:]
	end := strings.IndexAny(text, ".[] \t\r\n=<>!&|(){}\"'*")
	if end < 0 {
		end = len(text)
	}
	p.rest = text[end:]
	return step{text[:end], -1}, end > 0
}

// bracketed reads [0], ["name"] or ['name'].
func (p *parser) bracketed() (s step, ok bool) {
	text := p.rest[1:]
	if text != "" && (text[0] == '"' || text[0] == '\'') {
		name, rest, ok := strings.Cut(text[1:], text[:1]+"]")
		p.rest = rest
		return step{name, -1}, ok
	}
	digits, rest, ok := strings.Cut(text, "]")
	p.rest = rest
	i, err := strconv.ParseUint(digits, 10, 31)
	return step{"", int(i)}, ok && err == nil
}
