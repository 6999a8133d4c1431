package lambda

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// jsonParser goes through JSON until it finds the first thing that is wrong.
type jsonParser struct {
	text      []byte
	at        int // of the next byte
	line      int // from 1
	lineStart int // where the line begins
	wrong     string
}

// maxNesting is how deep Jackson follows arrays and objects.
const maxNesting = 1000

const validValue = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"

// location writes a place as Jackson does when it hides the text.
func location(line, column int) string {
	return fmt.Sprintf("[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: %d, column: %d]", line, column)
}

func (p *jsonParser) here() string { return location(p.line, p.at-p.lineStart+1) }

// fail notes what is wrong at the next byte. It returns false, for its callers
// to return.
func (p *jsonParser) fail(format string, args ...any) bool {
	p.wrong = fmt.Sprintf(format, args...) + "\n at " + p.here()
	return false
}

// failChar notes an unexpected character.
func (p *jsonParser) failChar(expected string) bool {
	return p.fail("Unexpected character (%s): %s", p.describe(), expected)
}

// describe writes the next character as Jackson does.
func (p *jsonParser) describe() string {
	r, size := utf8.DecodeRune(p.text[p.at:])
	if r == utf8.RuneError && size <= 1 {
		r = rune(p.text[p.at])
	}
	switch {
	case unicode.IsControl(r):
		return fmt.Sprintf("(CTRL-CHAR, code %d)", r)
	case r > 0xff:
		return fmt.Sprintf("'%c' (code %d / 0x%x)", r, r, r)
	}
	return fmt.Sprintf("'%c' (code %d)", r, r)
}

func (p *jsonParser) more() bool { return p.at < len(p.text) }

// space goes to the next byte that is no white space, if there is one.
func (p *jsonParser) space() bool {
	for ; p.more(); p.at++ {
		switch p.text[p.at] {
		case '\n':
			p.line, p.lineStart = p.line+1, p.at+1
		case ' ', '\t', '\r':
		default:
			return true
		}
	}
	return false
}

func (p *jsonParser) document() {
	if !p.space() {
		p.fail("No content to map due to end-of-input")
		return
	}
	if p.value(0) && p.space() {
		p.failChar("Expected space separating root-level values")
	}
}

// value reads a value that begins at the next byte, and lies in so many others.
func (p *jsonParser) value(depth int) bool {
	switch c := p.text[p.at]; {
	case (c == '{' || c == '[') && depth == maxNesting:
		p.at++
		return p.fail("Document nesting depth (%d) exceeds the maximum allowed (%d, from `StreamReadConstraints.getMaxNestingDepth()`)", depth+1, maxNesting)
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		return p.str("was expecting closing quote for a string value")
	case c == '-' || '0' <= c && c <= '9':
		return p.number()
	case c == 't':
		return p.token("true")
	case c == 'f':
		return p.token("false")
	case c == 'n':
		return p.token("null")
	case c == ',' || c == '}' || c == ']' && depth > 0:
		return p.failChar("expected a value")
	}
	if r, _ := utf8.DecodeRune(p.text[p.at:]); unicode.IsLetter(r) || r == '_' || r == '$' {
		return p.failToken(p.at)
	}
	return p.failChar("expected a valid value " + validValue)
}

// object reads an object, from its opening brace.
func (p *jsonParser) object(depth int) bool {
	start := p.here()
	p.at++
	for first := true; p.space(); first = false {
		switch {
		case first && p.text[p.at] == '}':
			p.at++
			return true
		case p.text[p.at] != '"':
			return p.failChar("was expecting double-quote to start field name")
		case !p.str("was expecting closing '\"' for name"):
			return false
		case !p.space():
			return p.failUnclosed("Object", start)
		case p.text[p.at] != ':':
			return p.failChar("was expecting a colon to separate field name and value")
		}
		p.at++
		if !p.space() {
			break
		}
		if !p.value(depth + 1) {
			return false
		}
		if !p.space() {
			break
		}
		if p.text[p.at] == '}' {
			p.at++
			return true
		}
		if p.text[p.at] != ',' {
			return p.failChar("was expecting comma to separate Object entries")
		}
		p.at++
	}
	return p.failUnclosed("Object", start)
}

// array reads an array, from its opening bracket.
func (p *jsonParser) array(depth int) bool {
	start := p.here()
	p.at++
	for first := true; p.space(); first = false {
		if first && p.text[p.at] == ']' {
			p.at++
			return true
		}
		if !p.value(depth + 1) {
			return false
		}
		if !p.space() {
			break
		}
		if p.text[p.at] == ']' {
			p.at++
			return true
		}
		if p.text[p.at] != ',' {
			return p.failChar("was expecting comma to separate Array entries")
		}
		p.at++
	}
	return p.failUnclosed("Array", start)
}

func (p *jsonParser) failUnclosed(what, start string) bool {
	return p.fail("Unexpected end-of-input: expected close marker for %s (start marker at %s)", what, start)
}
