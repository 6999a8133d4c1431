// Package pattern is the language of CloudWatch Logs' filter patterns, parsed
// and matched with no I/O.
//
// A pattern is one of three kinds:
//
//   - terms (terms.go): words and "quoted phrases" that a message must contain,
//     ?words of which it must contain one, -words that it must not, and %regular
//     expressions%;
//   - a condition on JSON (json.go, jsonparse.go):
//     { $.status = 500 && $.path = "/api/*" };
//   - fields between spaces (fields.go, fieldsparse.go):
//     [ip, user, ..., status = 4*, bytes > 1000].
//
// The latter two compare values (comparison.go) with texts, whose first or last
// character may be a wildcard, with numbers and with regular expressions
// (regex.go). Parsing is one pass from left to right; matching takes time in
// proportion to the message.
package pattern

import "strings"

// SyntaxError says that a text is no pattern.
type SyntaxError struct {
	Reason string // in AWS's words, or ""
}

// Error returns what AWS says of such a pattern.
func (e *SyntaxError) Error() string {
	if e.Reason == "" {
		return "Invalid filter pattern"
	}
	return "Invalid filter pattern: " + e.Reason
}

// invalid is the refusal of a text for which AWS gives no reason.
func invalid() error { return &SyntaxError{} }

// Pattern is a parsed filter pattern. The zero value matches everything.
type Pattern struct {
	matcher matcher
}

type matcher interface{ match(message string) bool }

// Parse reads a pattern. Its errors are *SyntaxError.
func Parse(text string) (Pattern, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "" || text == `""` || text == `" "`:
		return Pattern{}, nil
	case text[0] == '[':
		return made(parseFields(text))
	case text[0] == '{':
		return made(parseCondition(text))
	}
	return made(parseTerms(text))
}

func made[M matcher](m M, err error) (Pattern, error) {
	if err != nil {
		return Pattern{}, err
	}
	return Pattern{m}, nil
}

// Match reports whether the message matches.
func (p Pattern) Match(message string) bool {
	return p.matcher == nil || p.matcher.match(message)
}
