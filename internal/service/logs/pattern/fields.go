package pattern

import (
	"slices"
	"strings"
)

// fields is a pattern of fields between spaces. A message has as many fields
// as the pattern, unless an ellipsis stands for any number of them.
type fields struct {
	before []field // all fields, or those before the ellipsis
	rest   bool    // there is an ellipsis
	behind []field // those behind the ellipsis
}

// field is what one field has to be: any of these, of which each is all of
// some comparisons. None at all means anything.
type field [][]comparison

func (f field) match(text string) bool {
	return len(f) == 0 || slices.ContainsFunc(f, func(all []comparison) bool {
		return !slices.ContainsFunc(all, func(c comparison) bool { return !c.holdsForNumber(text) })
	})
}

func (p *fields) match(message string) bool {
	limit := len(p.before)
	if p.rest {
		limit = -1
	}
	values, ok := splitFields(message, limit)
	if !ok || len(values) < len(p.before)+len(p.behind) {
		return false
	}
	return matchAll(p.before, values) && matchAll(p.behind, values[len(values)-len(p.behind):])
}

func matchAll(fields []field, values []string) bool {
	for i, f := range fields {
		if !f.match(values[i]) {
			return false
		}
	}
	return true
}

// splitFields returns the fields of a message; ok is false if there are more
// than limit, unless that is negative.
func splitFields(message string, limit int) (values []string, ok bool) {
	for {
		message = strings.TrimLeft(message, " \t\r\n")
		if message == "" {
			return values, true
		}
		if len(values) == limit {
			return nil, false
		}
		var value string
		value, message = nextField(message)
		values = append(values, value)
	}
}

// nextField cuts the first field off a message. What stands between square
// brackets or double quotes is one field, without them.
func nextField(message string) (value, rest string) {
	if i := strings.IndexByte("[\"", message[0]); i >= 0 {
		value, rest, ok := strings.Cut(message[1:], "]\""[i:i+1])
		if ok && (rest == "" || isSpace(rest[0])) {
			return value, rest
		}
	}
	end := strings.IndexAny(message, " \t\r\n")
	if end < 0 {
		end = len(message)
	}
	return message[:end], message[end:]
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
