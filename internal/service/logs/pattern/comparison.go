package pattern

import (
	"regexp"
	"strconv"
	"strings"
)

// comparison is an operator and what a value is compared with.
type comparison struct {
	operator string // "=", "!=", "<", "<=", ">" or ">="
	operand  operand
}

// operand is a text, a number or a regular expression.
type operand struct {
	text        string // without the wildcards at its ends
	first, last bool   // there is a wildcard before the text, behind it

	number   float64 // of a text that is one and stood outside of quotes
	isNumber bool

	re *regexp.Regexp // in place of all above
}

// wildcards parts the wildcards at the ends of a text from it. An asterisk
// within is nothing but an asterisk.
func (o *operand) wildcards(text string) {
	if text == "*" {
		o.first, o.last = true, true
		return
	}
	o.text, o.first = strings.CutPrefix(text, "*")
	o.text, o.last = strings.CutSuffix(o.text, "*")
}

// is reports whether a text is the operand.
func (o *operand) is(text string) bool {
	switch {
	case o.re != nil:
		return o.re.MatchString(text)
	case o.first && o.last:
		return strings.Contains(text, o.text)
	case o.first:
		return strings.HasSuffix(text, o.text)
	case o.last:
		return strings.HasPrefix(text, o.text)
	}
	return text == o.text
}

// holdsForText compares a text. Only equality has a meaning for it.
func (c *comparison) holdsForText(text string) bool {
	switch c.operator {
	case "=":
		return c.operand.is(text)
	case "!=":
		return !c.operand.is(text)
	}
	return false
}

// holdsForNumber compares a text that may be a number, as one if both sides
// are.
func (c *comparison) holdsForNumber(text string) bool {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !c.operand.isNumber {
		return c.holdsForText(text)
	}
	switch c.operator {
	case "=":
		return n == c.operand.number
	case "!=":
		return n != c.operand.number
	case "<":
		return n < c.operand.number
	case "<=":
		return n <= c.operand.number
	case ">":
		return n > c.operand.number
	}
	return n >= c.operand.number
}

// scanner reads the parts that conditions and fields have in common.
type scanner struct {
	rest    string
	regexes int // that were read
}

// skip passes over space and returns what is left.
func (s *scanner) skip() string {
	s.rest = strings.TrimLeft(s.rest, " \t\r\n")
	return s.rest
}

func (s *scanner) take(token string) bool {
	if !strings.HasPrefix(s.skip(), token) {
		return false
	}
	s.rest = s.rest[len(token):]
	return true
}

// comparison reads an operator and its operand; nil if there is no operator.
func (s *scanner) comparison() (*comparison, error) {
	for _, op := range []string{"!=", "<=", ">=", "=", "<", ">"} {
		if !s.take(op) {
			continue
		}
		c := &comparison{operator: op}
		if err := s.operand(&c.operand); err != nil {
			return nil, err
		}
		if op[0] != '=' && op[0] != '!' && !c.operand.isNumber {
			return nil, invalid() // only numbers have an order
		}
		return c, nil
	}
	return nil, nil
}

// operandEnds is what ends an operand that stands outside of quotes.
const operandEnds = " \t\r\n,&|()[]{}\"=<>!"

func (s *scanner) operand(o *operand) (err error) {
	text := s.skip()
	switch {
	case strings.HasPrefix(text, `"`):
		var quoted string
		if quoted, s.rest, err = parseQuoted(text); err != nil {
			return err
		}
		o.wildcards(quoted)
		return nil
	case strings.HasPrefix(text, "%"):
		if s.regexes++; s.regexes > maxRegexes {
			return invalid()
		}
		o.re, s.rest, err = parseRegex(text)
		return err
	}
	end := strings.IndexAny(text, operandEnds)
	if end < 0 {
		end = len(text)
	}
	if end == 0 {
		return invalid()
	}
	o.wildcards(text[:end])
	s.rest = text[end:]
	if n, err := strconv.ParseFloat(text[:end], 64); err == nil && isDecimal(text[:end]) {
		o.number, o.isNumber = n, true
	}
	return nil
}

// isDecimal tells numbers from what else strconv takes: "Inf", "0x1p-2", "1_0".
func isDecimal(text string) bool { return strings.Trim(text, "+-.0123456789eE") == "" }
