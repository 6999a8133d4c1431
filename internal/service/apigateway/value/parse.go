package value

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Parse reads JSON text the way API Gateway does, which forgives much: strings
// may stand in single quotes, or in none when nothing in them ends them; a comma
// too many is ignored, and so is what follows the first value. Text that is no
// JSON at all, such as a form's a=1&b=2, is one string. Only an object, array or
// string that does not end is an error, and a nesting beyond 1000.
func Parse(text string) (Value, error) {
	p := parser{src: text}
	return p.value("", 0)
}

type parser struct {
	src string
	pos int
}

func (p *parser) fail(format string, args ...any) error {
	return fmt.Errorf("json: offset %d: %s", p.pos, fmt.Sprintf(format, args...))
}

func (p *parser) space() {
	for p.pos < len(p.src) && strings.IndexByte(" \t\r\n", p.src[p.pos]) >= 0 {
		p.pos++
	}
}

// peek returns the next byte, or 0 at the end.
func (p *parser) peek() byte {
	if p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return 0
}

// value reads one value; bare words end at a byte of stop.
func (p *parser) value(stop string, depth int) (Value, error) {
	if depth > maxDepth {
		return nil, ErrTooDeep
	}
	p.space()
	switch p.peek() {
	case '{':
		return p.object(depth)
	case '[':
		return p.array(depth)
	case '"', '\'':
		return p.quoted()
	}
	return bare(p.word(stop)), nil
}

func (p *parser) object(depth int) (Value, error) {
	m := NewMap()
	p.pos++
	for {
		p.space()
		switch {
		case p.pos == len(p.src):
			return nil, p.fail("the object does not end")
		case p.peek() == '}':
			p.pos++
			return m, nil
		case p.peek() == ',':
			p.pos++
			continue
		}
		key, err := p.key()
		if err != nil {
			return nil, err
		}
		v, err := p.value(",}", depth+1)
		if err != nil {
			return nil, err
		}
		m.Put(key, v)
		if err := p.separator('}'); err != nil {
			return nil, err
		}
	}
}

// key reads a key and the colon behind it.
func (p *parser) key() (string, error) {
	var key string
	var err error
	if c := p.peek(); c == '"' || c == '\'' {
		key, err = p.quoted()
	} else {
		key = p.word(":,}")
	}
	if err != nil {
		return "", err
	}
	p.space()
	if p.peek() != ':' {
		return "", p.fail("no colon after the key %q", key)
	}
	p.pos++
	return key, nil
}

func (p *parser) array(depth int) (Value, error) {
	l := ListOf(JSONArray)
	p.pos++
	for {
		p.space()
		switch {
		case p.pos == len(p.src):
			return nil, p.fail("the array does not end")
		case p.peek() == ']':
			p.pos++
			return l, nil
		case p.peek() == ',':
			p.pos++
			continue
		}
		v, err := p.value(",]", depth+1)
		if err != nil {
			return nil, err
		}
		l.elems = append(l.elems, v)
		if err := p.separator(']'); err != nil {
			return nil, err
		}
	}
}

// separator checks that a comma or the closing byte follows; it reads neither.
func (p *parser) separator(closing byte) error {
	p.space()
	if c := p.peek(); p.pos < len(p.src) && c != ',' && c != closing {
		return p.fail("unexpected %q", c)
	}
	return nil
}

// word reads up to a byte of stop, or to the end, and trims white space.
func (p *parser) word(stop string) string {
	start := p.pos
	for p.pos < len(p.src) && strings.IndexByte(stop, p.src[p.pos]) < 0 {
		p.pos++
	}
	return strings.TrimSpace(p.src[start:p.pos])
}

// quoted reads a string in either kind of quotes.
func (p *parser) quoted() (string, error) {
	quote := p.src[p.pos]
	p.pos++
	start := p.pos
	for i := start; i < len(p.src); i++ {
		switch p.src[i] {
		case quote:
			p.pos = i + 1
			return p.src[start:i], nil // nothing escaped: no copy
		case '\\':
			return p.escaped(quote, start, i)
		}
	}
	return "", p.fail("the string does not end")
}

// escaped reads on from the first backslash, at i, of a string that began at start.
func (p *parser) escaped(quote byte, start, i int) (string, error) {
	b := []byte(p.src[start:i])
	for i < len(p.src) {
		c := p.src[i]
		i++
		switch {
		case c == quote:
			p.pos = i
			return string(b), nil
		case c != '\\':
			b = append(b, c)
			continue
		case i == len(p.src):
			return "", p.fail("the string does not end")
		}
		c = p.src[i]
		i++
		switch c {
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case 't':
			b = append(b, '\t')
		case 'u':
			r, n, ok := unicodeEscape(p.src[i:])
			if !ok {
				return "", p.fail("four hexadecimal digits must follow \\u")
			}
			b = utf8.AppendRune(b, r)
			i += n
		default: // the quotes, the backslash, the slash; others stand for themselves
			b = append(b, c)
		}
	}
	return "", p.fail("the string does not end")
}

// unicodeEscape reads the four digits that follow \u, and the second half of a
// surrogate pair if there is one.
func unicodeEscape(s string) (r rune, n int, ok bool) {
	if len(s) < 4 {
		return 0, 0, false
	}
	v, err := strconv.ParseUint(s[:4], 16, 16)
	if err != nil {
		return 0, 0, false
	}
	r = rune(v)
	if utf16.IsSurrogate(r) && len(s) >= 10 && s[4:6] == `\u` {
		if v, err := strconv.ParseUint(s[6:10], 16, 16); err == nil {
			if pair := utf16.DecodeRune(r, rune(v)); pair != utf8.RuneError {
				return pair, 10, true
			}
		}
	}
	return r, 4, true
}
