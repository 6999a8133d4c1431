package policy

import (
	"strings"
	"unicode/utf8"
)

// template is a text with wildcards and policy variables, such as
// "arn:aws:s3:::home/${aws:username}/*".
type template struct {
	parts    []part
	fixed    glob // if there are no variables
	variable bool
}

type partKind uint8

const (
	literal  partKind = iota
	star              // any text
	question          // any one character
	variable          // the value of a condition key
)

type part struct {
	kind     partKind
	text     string // of a literal; the key of a variable, in lower case
	fallback *string
}

// newTemplate compiles text. Without wildcards, asterisks and question marks
// stand for themselves; without variables, so does "${".
func newTemplate(text string, wildcards, variables bool) template {
	var t template
	var lit strings.Builder
	flush := func() {
		if lit.Len() > 0 {
			t.parts = append(t.parts, part{kind: literal, text: lit.String()})
			lit.Reset()
		}
	}
	for len(text) > 0 {
		if variables && strings.HasPrefix(text, "${") {
			if body, rest, ok := strings.Cut(text[2:], "}"); ok {
				text = rest
				if p := readVariable(body); p.kind == literal {
					lit.WriteString(p.text)
				} else {
					flush()
					t.parts = append(t.parts, p)
					t.variable = true
				}
				continue
			}
		}
		switch c := text[0]; {
		case wildcards && c == '*':
			flush()
			t.parts = append(t.parts, part{kind: star})
		case wildcards && c == '?':
			flush()
			t.parts = append(t.parts, part{kind: question})
		default:
			lit.WriteByte(c)
		}
		text = text[1:]
	}
	flush()
	if !t.variable {
		t.fixed, _ = t.expand(nil, 0)
	}
	return t
}

// readVariable reads what is between "${" and "}": a key, a key with a default
// ("aws:PrincipalTag/team, 'company-wide'"), or an escaped character.
func readVariable(body string) part {
	switch body {
	case "*", "?", "$":
		return part{kind: literal, text: body}
	}
	key, fallback, ok := strings.Cut(body, ",")
	p := part{kind: variable, text: strings.ToLower(strings.TrimSpace(key))}
	if ok {
		p.fallback = new(strings.Trim(strings.TrimSpace(fallback), "'"))
	}
	return p
}

// expand puts in the values of variables, if all together they have no more
// than limit bytes. A variable without a value makes the template match
// nothing. Wildcards in a value stand for themselves, so that a user called "*"
// is not everybody.
func (t *template) expand(ctx Context, limit int) (glob, bool) {
	g := glob{piece{""}}
	for _, p := range t.parts {
		last := len(g) - 1
		switch p.kind {
		case star:
			g = append(g, piece{""})
		case question:
			g[last] = append(g[last], "")
		case literal:
			g[last][len(g[last])-1] += p.text
		case variable:
			value, ok := p.value(ctx)
			if limit -= len(value); !ok || limit < 0 {
				return nil, false
			}
			g[last][len(g[last])-1] += value
		}
	}
	return g, true
}

// value returns what stands for a variable. Several values are none.
func (p *part) value(ctx Context) (string, bool) {
	switch values := ctx[p.text]; {
	case len(values) == 1:
		return values[0], true
	case len(values) == 0 && p.fallback != nil:
		return *p.fallback, true
	}
	return "", false
}

// match reports whether s is what the template says.
func (t *template) match(s string, ctx Context) bool {
	g, ok := t.glob(ctx, len(s))
	return ok && g.match(s)
}

// glob returns the pattern with the values of its variables. Values of more
// than limit bytes could not be in a text of that length, so they match
// nothing, and a short policy does not become a long pattern.
func (t *template) glob(ctx Context, limit int) (glob, bool) {
	if !t.variable {
		return t.fixed, true
	}
	return t.expand(ctx, limit)
}

// glob is a pattern: pieces with any text between them.
type glob []piece

// piece is literal texts with any one character between them.
type piece []string

// match places each piece as far to the left as it goes, which never has to be
// taken back: what is right of an asterisk only gains by it.
func (g glob) match(s string) bool {
	first, last := g[0], g[len(g)-1]
	s, ok := first.cutPrefix(s)
	if !ok {
		return false
	}
	if len(g) == 1 {
		return s == ""
	}
	if s, ok = last.cutSuffix(s); !ok {
		return false
	}
	for _, p := range g[1 : len(g)-1] {
		if s, ok = p.cutThrough(s); !ok {
			return false
		}
	}
	return true
}

// cutPrefix returns s without the piece at its beginning.
func (p piece) cutPrefix(s string) (string, bool) {
	for i, lit := range p {
		if i > 0 {
			_, n := utf8.DecodeRuneInString(s)
			if n == 0 {
				return s, false
			}
			s = s[n:]
		}
		var ok bool
		if s, ok = strings.CutPrefix(s, lit); !ok {
			return s, false
		}
	}
	return s, true
}

// cutSuffix returns s without the piece at its end.
func (p piece) cutSuffix(s string) (string, bool) {
	for i := len(p) - 1; i >= 0; i-- {
		var ok bool
		if s, ok = strings.CutSuffix(s, p[i]); !ok {
			return s, false
		}
		if i > 0 {
			_, n := utf8.DecodeLastRuneInString(s)
			if n == 0 {
				return s, false
			}
			s = s[:len(s)-n]
		}
	}
	return s, true
}

// cutThrough returns what follows the first place where the piece is.
func (p piece) cutThrough(s string) (string, bool) {
	for {
		i := strings.Index(s, p[0])
		if i < 0 {
			return s, false
		}
		s = s[i:]
		if rest, ok := p.cutPrefix(s); ok {
			return rest, true
		}
		_, n := utf8.DecodeRuneInString(s)
		if n == 0 {
			return s, false
		}
		s = s[n:]
	}
}

// arnTemplate matches ARNs part by part: no wildcard reaches over a colon.
type arnTemplate []template

// splitARN cuts an ARN, or a pattern of one, into at most six parts. A colon
// in a variable does not count.
func splitARN(s string) []string {
	var parts []string
	start, inside := 0, false
	for i := 0; i < len(s) && len(parts) < 5; i++ {
		switch {
		case strings.HasPrefix(s[i:], "${"):
			inside = true
		case s[i] == '}':
			inside = false
		case s[i] == ':' && !inside:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}

func newARNTemplate(text string, variables bool) arnTemplate {
	var t arnTemplate
	for _, part := range splitARN(text) {
		t = append(t, newTemplate(part, true, variables))
	}
	return t
}

func (t arnTemplate) match(s string, ctx Context) bool {
	if len(t) == 1 {
		return t[0].match(s, ctx) // "*", or a variable that holds a whole ARN
	}
	parts := strings.SplitN(s, ":", 6)
	if len(parts) != len(t) {
		return false
	}
	for i := range t {
		if !t[i].match(parts[i], ctx) {
			return false
		}
	}
	return true
}
