package pattern

import (
	"strconv"
	"strings"
)

// maxDepth bounds the nesting of parentheses.
const maxDepth = 32

// parser reads a condition, from left to right, once.
type parser struct {
	rest  string
	depth int
}

func parseCondition(text string) (*condition, error) {
	inner, ok := strings.CutSuffix(text[1:], "}")
	if !ok {
		return nil, ErrSyntax
	}
	p := &parser{rest: inner}
	c, err := p.either()
	if err == nil && p.skip() != "" {
		err = ErrSyntax
	}
	return c, err
}

// skip passes over space and returns what is left.
func (p *parser) skip() string {
	p.rest = strings.TrimLeft(p.rest, " \t\r\n")
	return p.rest
}

func (p *parser) take(token string) bool {
	if !strings.HasPrefix(p.skip(), token) {
		return false
	}
	p.rest = p.rest[len(token):]
	return true
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
		return p.comparison()
	}
	if p.depth++; p.depth > maxDepth {
		return nil, ErrSyntax
	}
	c, err := p.either()
	p.depth--
	if err == nil && !p.take(")") {
		err = ErrSyntax
	}
	return c, err
}

func (p *parser) comparison() (*condition, error) {
	c := &condition{op: "compare"}
	var err error
	if c.selector, err = p.selector(); err != nil {
		return nil, err
	}
	for _, op := range []string{"!=", "<=", ">=", "=", "<", ">"} {
		if p.take(op) {
			c.operator = op
			return c, p.value(c)
		}
	}
	switch {
	case p.take("NOT EXISTS"):
		c.operator, c.value = "EXISTS", "NOT"
	case p.take("EXISTS"):
		c.operator = "EXISTS"
	case p.take("IS"):
		c.operator = "IS"
		for _, literal := range []string{"NULL", "TRUE", "FALSE"} {
			if p.take(literal) {
				c.value = literal
				return c, nil
			}
		}
		return nil, ErrSyntax
	default:
		return nil, ErrSyntax
	}
	return c, nil
}

// selector reads $.name["other name"][0].
func (p *parser) selector() ([]string, error) {
	if !p.take("$") {
		return nil, ErrSyntax
	}
	var steps []string
	for {
		switch {
		case strings.HasPrefix(p.rest, "."):
			end := 1
			for end < len(p.rest) && !strings.ContainsRune(".[ \t=<>!&|)", rune(p.rest[end])) {
				end++
			}
			if end == 1 {
				return nil, ErrSyntax
			}
			steps, p.rest = append(steps, p.rest[1:end]), p.rest[end:]
		case strings.HasPrefix(p.rest, "["):
			step, rest, ok := strings.Cut(p.rest[1:], "]")
			if !ok {
				return nil, ErrSyntax
			}
			steps, p.rest = append(steps, strings.Trim(step, `"' `)), rest
		default:
			return steps, nil
		}
	}
}

// value reads a number, a word or a quoted string, wildcards included.
func (p *parser) value(c *condition) error {
	text := p.skip()
	if strings.HasPrefix(text, `"`) {
		var err error
		c.value, p.rest, err = parseQuoted(text)
		return err
	}
	end := strings.IndexAny(text, " \t&|)")
	if end < 0 {
		end = len(text)
	}
	if end == 0 {
		return ErrSyntax
	}
	c.value, p.rest = text[:end], text[end:]
	n, err := strconv.ParseFloat(c.value, 64)
	c.number, c.isNumber = n, err == nil
	return nil
}
