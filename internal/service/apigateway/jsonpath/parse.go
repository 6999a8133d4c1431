package jsonpath

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxLength bounds the text of a path, and with it the nesting of its filters.
const maxLength = 8192

// parser reads a path in one pass.
type parser struct {
	src   string
	pos   int
	depth int // filters within filters
}

func (p *parser) fail(msg string) error {
	return &SyntaxError{Path: p.src, Offset: p.pos, Msg: msg}
}

// rest is what is not read yet.
func (p *parser) rest() string { return p.src[p.pos:] }

func (p *parser) accept(s string) bool {
	if strings.HasPrefix(p.rest(), s) {
		p.pos += len(s)
		return true
	}
	return false
}

func (p *parser) space() {
	for p.pos < len(p.src) && strings.IndexByte(" \t\r\n", p.src[p.pos]) >= 0 {
		p.pos++
	}
}

// path reads the whole text.
func (p *parser) path() (*Path, error) {
	if len(p.src) > maxLength {
		return nil, p.fail("the path is too long")
	}
	p.src = strings.TrimSpace(p.src)
	if p.src == "" {
		return nil, p.fail("path can not be null or empty")
	}
	if p.src[0] != '$' && p.src[0] != '@' {
		p.src = "$." + p.src
	}
	p.pos = 1
	path, err := p.tokens(func() bool { return p.pos == len(p.src) })
	if err == nil && p.pos < len(p.src) {
		err = p.fail("unexpected character")
	}
	return path, err
}

// tokens reads what follows the "$" or "@", until done says that the path ends.
func (p *parser) tokens(done func() bool) (*Path, error) {
	path := &Path{definite: true}
	for !done() {
		var t token
		var err error
		switch {
		case p.accept(".."):
			path.tokens = append(path.tokens, descent{})
			if p.pos == len(p.src) {
				return nil, p.fail("Path must not end with a '.' or '..'")
			}
			if p.src[p.pos] == '[' {
				continue
			}
			t, err = p.member()
			if _, ok := t.(*function); ok {
				return nil, p.fail("a function can not follow '..'")
			}
		case p.accept("."):
			t, err = p.member()
		case p.accept("["):
			t, err = p.bracket()
		default:
			return nil, p.fail("unexpected character")
		}
		if err != nil {
			return nil, err
		}
		path.tokens = append(path.tokens, t)
		if _, ok := t.(*function); ok {
			break
		}
	}
	for i, t := range path.tokens {
		if !t.definite(i == len(path.tokens)-1) {
			path.definite = path.overDescent() != nil
			break
		}
	}
	return path, nil
}

// member reads what follows a dot: a name, "*" or a function.
func (p *parser) member() (token, error) {
	start := p.pos
	ends := ".[( "
	if p.depth > 0 { // in a filter, what follows the path ends the name too
		ends = ".[( )=<>!&|,\t\n\r"
	}
	for p.pos < len(p.src) && strings.IndexByte(ends, p.src[p.pos]) < 0 {
		p.pos++
	}
	name := p.src[start:p.pos]
	switch {
	case name == "" && p.pos == len(p.src):
		return nil, p.fail("Path must not end with a '.' or '..'")
	case name == "":
		return nil, p.fail("a name is missing")
	case strings.HasPrefix(p.rest(), "("):
		return p.function(name)
	case name == "*":
		return wildcard{}, nil
	}
	return &property{[]string{name}}, nil
}

// bracket reads what follows a "[".
func (p *parser) bracket() (token, error) {
	p.space()
	switch {
	case p.accept("*"):
		return wildcard{}, p.closing()
	case p.accept("?"):
		return p.filter()
	case p.pos < len(p.src) && (p.src[p.pos] == '\'' || p.src[p.pos] == '"'):
		return p.names()
	}
	return p.indexes()
}

func (p *parser) closing() error {
	p.space()
	if !p.accept("]") {
		return p.fail("] is missing")
	}
	return nil
}

// names reads 'one', "two" and the bracket behind.
func (p *parser) names() (token, error) {
	t := &property{}
	for {
		p.space()
		name, err := p.quoted()
		if err != nil {
			return nil, err
		}
		t.names = append(t.names, name)
		p.space()
		if p.accept("]") {
			return t, nil
		}
		if !p.accept(",") {
			return nil, p.fail("a comma or ] is missing")
		}
	}
}

// quoted reads a string in either kind of quotes. A backslash takes the character
// behind it as it is, save those that JSON knows.
func (p *parser) quoted() (string, error) {
	if p.pos == len(p.src) || p.src[p.pos] != '\'' && p.src[p.pos] != '"' {
		return "", p.fail("a string is missing")
	}
	quote := p.src[p.pos]
	p.pos++
	var b strings.Builder
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		p.pos++
		switch {
		case c == quote:
			return b.String(), nil
		case c == '\\' && p.pos < len(p.src):
			p.escape(&b)
		default:
			b.WriteByte(c)
		}
	}
	return "", p.fail("the string does not end")
}

func (p *parser) escape(b *strings.Builder) {
	c := p.src[p.pos]
	p.pos++
	if i := strings.IndexByte("bfnrt", c); i >= 0 {
		b.WriteByte("\b\f\n\r\t"[i])
		return
	}
	if c == 'u' && p.pos+4 <= len(p.src) {
		if n, err := strconv.ParseUint(p.src[p.pos:p.pos+4], 16, 16); err == nil {
			b.WriteRune(rune(n))
			p.pos += 4
			return
		}
	}
	b.WriteByte(c)
}

// indexes reads 0, -1, 0,2 or 1:3 and the bracket behind.
func (p *parser) indexes() (token, error) {
	end := strings.IndexByte(p.rest(), ']')
	if end < 0 {
		return nil, p.fail("] is missing")
	}
	inner := p.src[p.pos : p.pos+end]
	if strings.Contains(inner, ":") {
		s, ok := parseSlice(inner)
		if !ok {
			return nil, p.fail("no such slice")
		}
		p.pos += end + 1
		return s, nil
	}
	t := &index{}
	for part := range strings.SplitSeq(inner, ",") {
		n, err := strconv.ParseInt(strings.TrimSpace(part), 10, 32)
		if err != nil {
			return nil, p.fail("Could not parse token. Expected ?, ', 0-9, *")
		}
		t.at = append(t.at, int(n))
	}
	p.pos += end + 1
	return t, nil
}

// parseSlice reads from:to. Jayway ignores a step behind a second colon.
func parseSlice(s string) (*slice, bool) {
	parts := strings.Split(s, ":")
	if len(parts) > 3 {
		return nil, false
	}
	t := &slice{}
	for i, part := range parts[:2] {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		n, err := strconv.ParseInt(part, 10, 32)
		if err != nil {
			return nil, false
		}
		if i == 0 {
			t.from, t.hasFrom = int(n), true
		} else {
			t.to, t.hasTo = int(n), true
		}
	}
	return t, t.hasFrom || t.hasTo
}

// function reads the parentheses behind a function's name, which end the path.
func (p *parser) function(name string) (token, error) {
	p.accept("(")
	f := &function{name: name}
	p.space()
	if !p.accept(")") {
		end := strings.IndexByte(p.rest(), ')')
		if end < 0 {
			return nil, p.fail(") is missing")
		}
		n, err := strconv.ParseInt(strings.TrimSpace(p.src[p.pos:p.pos+end]), 10, 32)
		if err != nil {
			return nil, p.fail("the function " + name + " takes no such argument")
		}
		f.arg, f.hasArg = int(n), true
		p.pos += end + 1
	}
	if !f.known() {
		return nil, p.fail("Function with name: " + name + " does not exist")
	}
	return f, nil
}

// word reads letters.
func (p *parser) word() string {
	start := p.pos
	for p.pos < len(p.src) {
		r, n := utf8.DecodeRuneInString(p.rest())
		if (r|0x20 < 'a' || r|0x20 > 'z') && r != '_' {
			break
		}
		p.pos += n
	}
	return p.src[start:p.pos]
}
