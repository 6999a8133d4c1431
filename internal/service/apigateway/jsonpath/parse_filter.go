package jsonpath

import (
	"regexp"
	"strings"

	"cloudless/internal/service/apigateway/value"
)

// maxFilterDepth bounds parentheses, negations and filters within each other.
const maxFilterDepth = 50

// filter reads what follows "[?", up to the bracket.
func (p *parser) filter() (token, error) {
	p.space()
	if !p.accept("(") {
		return nil, p.fail("( is missing")
	}
	c, err := p.or()
	if err != nil {
		return nil, err
	}
	p.space()
	if !p.accept(")") {
		return nil, p.fail(") is missing")
	}
	return &filter{c}, p.closing()
}

func (p *parser) enter() error {
	p.depth++
	if p.depth > maxFilterDepth {
		return p.fail("the filter is nested too deeply")
	}
	return nil
}

func (p *parser) or() (condition, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	left, err := p.and()
	for err == nil {
		if p.space(); !p.accept("||") {
			return left, nil
		}
		var right condition
		right, err = p.and()
		left = orCondition{left, right}
	}
	return nil, err
}

func (p *parser) and() (condition, error) {
	left, err := p.not()
	for err == nil {
		if p.space(); !p.accept("&&") {
			return left, nil
		}
		var right condition
		right, err = p.not()
		left = andCondition{left, right}
	}
	return nil, err
}

func (p *parser) not() (condition, error) {
	p.space()
	switch {
	case p.accept("!"):
		if err := p.enter(); err != nil {
			return nil, err
		}
		defer func() { p.depth-- }()
		c, err := p.not()
		return notCondition{c}, err
	case p.accept("("):
		c, err := p.or()
		if err != nil {
			return nil, err
		}
		if p.space(); !p.accept(")") {
			return nil, p.fail(") is missing")
		}
		return c, nil
	}
	return p.comparison()
}

// operators in the order in which they are tried: none begins with one before it.
var operators = [...]string{
	"===", "!==", "==", "!=", "<=", ">=", "=~", "<", ">",
}

// words are the operators that are words.
var words = map[string]bool{
	"in": true, "nin": true, "contains": true, "size": true, "empty": true,
	"subsetof": true, "anyof": true, "noneof": true,
}

func (p *parser) comparison() (condition, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	p.space()
	op := p.operator()
	if op == "" {
		if left.path == nil {
			return nil, p.fail("a literal is no condition")
		}
		return exists{left}, nil
	}
	right, err := p.operand()
	return comparison{strings.ToLower(op), left, right}, err
}

func (p *parser) operator() string {
	for _, op := range operators {
		if p.accept(op) {
			return op
		}
	}
	start := p.pos
	if w := p.word(); words[strings.ToLower(w)] {
		return w
	}
	p.pos = start
	return ""
}

// operand reads a path or a literal.
func (p *parser) operand() (operand, error) {
	p.space()
	if p.pos == len(p.src) {
		return operand{}, p.fail("an operand is missing")
	}
	switch c := p.src[p.pos]; c {
	case '@', '$':
		p.pos++
		path, err := p.tokens(p.operandEnds)
		return operand{path: path, fromRoot: c == '$'}, err
	case '\'', '"':
		s, err := p.quoted()
		return operand{literal: s}, err
	case '/':
		return p.pattern()
	case '[', '{':
		return p.json(c)
	}
	return p.scalar()
}

// operandEnds reports whether a path inside a filter ends here.
func (p *parser) operandEnds() bool {
	return p.pos == len(p.src) || p.src[p.pos] != '.' && p.src[p.pos] != '['
}

// pattern reads /…/ with flags behind.
func (p *parser) pattern() (operand, error) {
	p.pos++
	start := p.pos
	for p.pos < len(p.src) && p.src[p.pos] != '/' {
		if p.src[p.pos] == '\\' {
			p.pos++
		}
		p.pos++
	}
	if p.pos >= len(p.src) {
		return operand{}, p.fail("the pattern does not end")
	}
	text := strings.ReplaceAll(p.src[start:p.pos], `\/`, "/")
	p.pos++
	flags := ""
	for _, f := range p.word() {
		switch f {
		case 'i', 's', 'm':
			flags += string(f)
		default:
			return operand{}, p.fail("no such flag of a pattern")
		}
	}
	if flags != "" {
		flags = "(?" + flags + ")"
	}
	re, err := regexp.Compile(flags + `\A(?:` + text + `)\z`)
	if err != nil {
		return operand{}, p.fail("the pattern is not supported: " + err.Error())
	}
	return operand{pattern: re}, nil
}

// json reads a list or an object.
func (p *parser) json(open byte) (operand, error) {
	end := jsonEnd(p.rest(), open)
	if end == 0 {
		return operand{}, p.fail("the literal does not end")
	}
	v, err := value.Parse(p.src[p.pos : p.pos+end])
	if err != nil {
		return operand{}, p.fail(err.Error())
	}
	p.pos += end
	return operand{literal: v}, nil
}

// jsonEnd returns where the literal that s begins with ends, or 0.
func jsonEnd(s string, open byte) int {
	shut := byte(']')
	if open == '{' {
		shut = '}'
	}
	level, quote := 0, byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == open:
			level++
		case c == shut:
			if level--; level == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// scalar reads a number, true, false or null.
func (p *parser) scalar() (operand, error) {
	start := p.pos
	for p.pos < len(p.src) && strings.IndexByte(" \t\r\n)&|=<>!,]", p.src[p.pos]) < 0 {
		p.pos++
	}
	v, err := value.Parse(p.src[start:p.pos])
	if _, isWord := v.(string); err != nil || isWord {
		p.pos = start
		return operand{}, p.fail("no such literal")
	}
	return operand{literal: v}, nil
}
