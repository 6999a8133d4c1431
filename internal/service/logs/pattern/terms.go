package pattern

import (
	"regexp"
	"strings"
)

// terms are what a message must contain.
type terms struct {
	all, any, none []term
}

// term is a text or a regular expression that a message contains or not. Texts
// are compared with their case.
type term struct {
	text string
	re   *regexp.Regexp
}

func (t term) in(message string) bool {
	if t.re != nil {
		return t.re.MatchString(message)
	}
	return strings.Contains(message, t.text)
}

func (t terms) match(message string) bool {
	for _, x := range t.all {
		if !x.in(message) {
			return false
		}
	}
	for _, x := range t.none {
		if x.in(message) {
			return false
		}
	}
	for _, x := range t.any {
		if x.in(message) {
			return true
		}
	}
	// Words with a question mark count for nothing beside words without one.
	return len(t.any) == 0 || len(t.all) > 0
}

func parseTerms(text string) (terms, error) {
	var t terms
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		into := &t.all
		switch text[0] {
		case '?':
			into, text = &t.any, text[1:]
		case '-':
			into, text = &t.none, text[1:]
		}
		x, rest, err := parseTerm(text)
		if err != nil {
			return t, err
		}
		*into, text = append(*into, x), rest
	}
	return t, nil
}

func parseTerm(text string) (x term, rest string, err error) {
	switch {
	case text == "":
		return x, "", ErrSyntax
	case text[0] == '"':
		x.text, rest, err = parseQuoted(text)
		return x, rest, err
	case text[0] == '%':
		end := strings.IndexByte(text[1:], '%')
		if end < 0 {
			return x, "", ErrSyntax
		}
		if x.re, err = regexp.Compile(text[1 : end+1]); err != nil {
			return x, "", ErrSyntax
		}
		return x, text[end+2:], nil
	}
	end := strings.IndexAny(text, " \t\n")
	if end < 0 {
		end = len(text)
	}
	x.text = text[:end]
	for _, r := range x.text {
		if !isWordRune(r) {
			return x, "", ErrSyntax // anything else must stand in quotes
		}
	}
	return x, text[end:], nil
}

func isWordRune(r rune) bool {
	return r == '_' || r == '.' || r == '/' || r == ':' || r == '-' || r == '*' || r > 0x7f ||
		'0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// parseQuoted reads a string in double quotes, in which a backslash escapes a
// quote or a backslash.
func parseQuoted(text string) (value, rest string, err error) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return b.String(), text[i+1:], nil
		case c == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", "", ErrSyntax
}
