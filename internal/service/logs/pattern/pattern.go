// Package pattern is the language of CloudWatch Logs' filter patterns, parsed
// and matched with no I/O.
//
// A pattern is one of two kinds:
//
//   - terms (terms.go): words and "quoted phrases" that a message must contain,
//     ?words of which it must contain one, -words that it must not, and %regular
//     expressions%;
//   - a condition on JSON (json.go): { $.status = 500 && $.path = "/api/*" }.
//
// Patterns of space-delimited fields, in square brackets, are refused with
// [ErrUnsupported].
package pattern

import (
	"errors"
	"strings"
)

var (
	// ErrSyntax says that a text is no pattern.
	ErrSyntax = errors.New("invalid filter pattern")
	// ErrUnsupported says that a text is a pattern of a kind that is not
	// implemented.
	ErrUnsupported = errors.New("unsupported kind of filter pattern")
)

// Pattern is a parsed filter pattern. The zero value matches everything.
type Pattern struct {
	matcher matcher
}

type matcher interface{ match(message string) bool }

// Parse reads a pattern.
func Parse(text string) (Pattern, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "" || text == `""` || text == `" "`:
		return Pattern{}, nil
	case text[0] == '[':
		return Pattern{}, ErrUnsupported
	case text[0] == '{':
		c, err := parseCondition(text)
		return Pattern{c}, err
	}
	t, err := parseTerms(text)
	return Pattern{t}, err
}

// Match reports whether the message matches.
func (p Pattern) Match(message string) bool {
	return p.matcher == nil || p.matcher.match(message)
}
