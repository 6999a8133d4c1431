package pattern

import (
	"encoding/json"
	"strconv"
	"strings"
)

// condition is a boolean expression over a message that is a JSON object.
type condition struct {
	op          string // "&&", "||" or "compare"
	left, right *condition
	selector    []string // names and indexes below $
	operator    string   // "=", "!=", "<", …, "EXISTS", "IS"
	value       string
	number      float64
	isNumber    bool
}

func (c *condition) match(message string) bool {
	var doc any
	if !strings.HasPrefix(strings.TrimSpace(message), "{") || json.Unmarshal([]byte(message), &doc) != nil {
		return false
	}
	return c.holds(doc)
}

func (c *condition) holds(doc any) bool {
	switch c.op {
	case "&&":
		return c.left.holds(doc) && c.right.holds(doc)
	case "||":
		return c.left.holds(doc) || c.right.holds(doc)
	}
	v, ok := find(doc, c.selector)
	switch c.operator {
	case "EXISTS":
		return ok == (c.value == "")
	case "IS":
		return ok && isLiteral(v, c.value)
	}
	return ok && c.compare(v)
}

func isLiteral(v any, literal string) bool {
	switch literal {
	case "NULL":
		return v == nil
	case "TRUE":
		return v == true
	default:
		return v == false
	}
}

func (c *condition) compare(v any) bool {
	switch x := v.(type) {
	case float64:
		if !c.isNumber {
			return c.operator == "!="
		}
		switch c.operator {
		case "=":
			return x == c.number
		case "!=":
			return x != c.number
		case "<":
			return x < c.number
		case "<=":
			return x <= c.number
		case ">":
			return x > c.number
		}
		return x >= c.number
	case string:
		switch c.operator {
		case "=":
			return wildcard(c.value, x)
		case "!=":
			return !wildcard(c.value, x)
		}
	case bool:
		return (strconv.FormatBool(x) == strings.ToLower(c.value)) == (c.operator == "=")
	}
	return false
}

// wildcard matches * as any text.
func wildcard(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return strings.HasSuffix(text, parts[len(parts)-1])
}

func find(doc any, selector []string) (any, bool) {
	for _, step := range selector {
		switch x := doc.(type) {
		case map[string]any:
			v, ok := x[step]
			if !ok {
				return nil, false
			}
			doc = v
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(x) {
				return nil, false
			}
			doc = x[i]
		default:
			return nil, false
		}
	}
	return doc, true
}
