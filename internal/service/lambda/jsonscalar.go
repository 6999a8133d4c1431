package lambda

import (
	"unicode"
	"unicode/utf8"
)

// token reads the rest of a literal.
func (p *jsonParser) token(literal string) bool {
	start := p.at
	for i := range len(literal) {
		if !p.more() || p.text[p.at] != literal[i] {
			return p.failToken(start)
		}
		p.at++
	}
	if p.more() {
		if r, _ := utf8.DecodeRune(p.text[p.at:]); isWord(r) {
			return p.failToken(start)
		}
	}
	return true
}

// failToken notes a word that means nothing.
func (p *jsonParser) failToken(start int) bool {
	for p.more() && p.at-start < 256 {
		r, size := utf8.DecodeRune(p.text[p.at:])
		if r == utf8.RuneError && size <= 1 {
			return p.failUTF8()
		}
		if !isWord(r) {
			break
		}
		p.at += size
	}
	return p.fail("Unrecognized token '%s': was expecting %s", p.text[start:p.at], validValue)
}

func isWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '$')
}

// failUTF8 notes a byte that no character begins or goes on with.
func (p *jsonParser) failUTF8() bool {
	first := p.text[p.at]
	p.at++
	if first < 0xc0 || first >= 0xf8 {
		return p.fail("Invalid UTF-8 start byte 0x%x", first)
	}
	for p.more() && p.text[p.at]&0xc0 == 0x80 {
		p.at++
	}
	if !p.more() {
		return p.fail("Unexpected end-of-input")
	}
	p.at++
	return p.fail("Invalid UTF-8 middle byte 0x%x", p.text[p.at-1])
}

// str reads a string, from its opening quote.
func (p *jsonParser) str(unfinished string) bool {
	for p.at++; p.more(); {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			return true
		case c == '\\':
			if !p.escape() {
				return false
			}
		case c < ' ':
			return p.fail("Illegal unquoted character (%s): has to be escaped using backslash to be included in string value", p.describe())
		default:
			r, size := utf8.DecodeRune(p.text[p.at:])
			if r == utf8.RuneError && size <= 1 {
				return p.failUTF8()
			}
			p.at += size
		}
	}
	return p.fail("Unexpected end-of-input: %s", unfinished)
}

func (p *jsonParser) escape() bool {
	p.at++
	if !p.more() {
		return p.fail("Unexpected end-of-input in character escape sequence")
	}
	switch p.text[p.at] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		p.at++
		return true
	case 'u':
	default:
		return p.fail("Unrecognized character escape %s", p.describe())
	}
	p.at++
	for range 4 {
		if !p.more() {
			return p.fail("Unexpected end-of-input in character escape sequence")
		}
		if c := p.text[p.at] | 0x20; !(isDigit(p.text[p.at]) || 'a' <= c && c <= 'f') {
			return p.failChar("expected a hex-digit for character escape sequence")
		}
		p.at++
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// digits reads digits, of which there must be one.
func (p *jsonParser) digits(missing string) bool {
	if !p.more() {
		return p.fail("Unexpected end-of-input: was expecting a digit in a number")
	}
	if !isDigit(p.text[p.at]) {
		return p.fail("Unexpected character (%s) in numeric value: %s", p.describe(), missing)
	}
	for p.more() && isDigit(p.text[p.at]) {
		p.at++
	}
	return true
}

func (p *jsonParser) number() bool {
	if p.text[p.at] == '-' {
		p.at++
	}
	if p.at+1 < len(p.text) && p.text[p.at] == '0' && isDigit(p.text[p.at+1]) {
		p.at++
		return p.fail("Invalid numeric value: Leading zeroes not allowed")
	}
	if !p.digits("expected digit (0-9) to follow minus sign, for valid numeric value") {
		return false
	}
	if p.more() && p.text[p.at] == '.' {
		p.at++
		if !p.digits("Decimal point not followed by a digit") {
			return false
		}
	}
	if p.more() && p.text[p.at]|0x20 == 'e' {
		p.at++
		if p.more() && (p.text[p.at] == '+' || p.text[p.at] == '-') {
			p.at++
		}
		return p.digits("Exponent indicator not followed by a digit")
	}
	return true
}
