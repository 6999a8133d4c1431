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
		return x, "", invalid()
	case text[0] == '"':
		x.text, rest, err = parseQuoted(text)
		if err == nil && x.text == "" {
			err = badTerm(`""`)
		}
		return x, rest, err
	case text[0] == '%':
		x.re, rest, err = parseRegex(text)
		return x, rest, err
	}
	end := strings.IndexAny(text, " \t\r\n")
	if end < 0 {
		end = len(text)
	}
	x.text = text[:end]
	for _, r := range x.text {
		if !isAlphanumeric(r) && r != '_' {
			return x, "", badTerm(x.text) // anything else must stand in quotes
		}
	}
	return x, text[end:], nil
}

func badTerm(text string) error {
	return &SyntaxError{Reason: "Invalid character(s) in term '" + text + "'"}
}

// parseRegex reads a regular expression between percent signs.
func parseRegex(text string) (re *regexp.Regexp, rest string, err error) {
	inner, rest, ok := strings.Cut(text[1:], "%")
	if !ok {
		return nil, "", invalid()
	}
	re, err = compile(inner)
	return re, rest, err
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
	return "", "", invalid()
}
