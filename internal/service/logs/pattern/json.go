package pattern

import (
	"encoding/json"
	"strconv"
	"strings"
)

// condition is a boolean expression over a message that is a JSON object.
type condition struct {
	op          string // "&&", "||" or one of the tests of a value below
	left, right *condition
	selector    []step
	comparison  *comparison
}

// The tests of a value.
const (
	opCompare   = "compare"
	opExists    = "EXISTS"
	opNotExists = "NOT EXISTS"
	opIsNull    = "IS NULL"
	opIsTrue    = "IS TRUE"
	opIsFalse   = "IS FALSE"
)

// step is one step down from $: a name or an index.
type step struct {
	name  string
	index int // -1: it is a name
}

func (c *condition) match(message string) bool {
	if !strings.HasPrefix(strings.TrimSpace(message), "{") {
		return false
	}
	d := json.NewDecoder(strings.NewReader(message))
	d.UseNumber()
	var doc any
	return d.Decode(&doc) == nil && !d.More() && c.holds(doc)
}

func (c *condition) holds(doc any) bool {
	switch c.op {
	case "&&":
		return c.left.holds(doc) && c.right.holds(doc)
	case "||":
		return c.left.holds(doc) || c.right.holds(doc)
	}
	v, ok := find(doc, c.selector)
	switch c.op {
	case opExists:
		return ok
	case opNotExists:
		return !ok
	case opIsNull:
		return ok && v == nil
	case opIsTrue:
		return v == true
	case opIsFalse:
		return v == false
	}
	return ok && c.compare(v)
}

// compare compares a scalar. Objects, arrays and null compare with nothing,
// not even as different.
func (c *condition) compare(v any) bool {
	switch x := v.(type) {
	case json.Number:
		return c.comparison.holdsForNumber(x.String())
	case string:
		return c.comparison.holdsForText(x)
	case bool:
		return c.comparison.holdsForText(strconv.FormatBool(x))
	}
	return false
}

func find(doc any, selector []step) (any, bool) {
	for _, s := range selector {
		switch x := doc.(type) {
		case map[string]any:
			v, ok := x[s.name]
			if !ok || s.index >= 0 {
				return nil, false
			}
			doc = v
		case []any:
			if s.index < 0 || s.index >= len(x) {
				return nil, false
			}
			doc = x[s.index]
		default:
			return nil, false
		}
	}
	return doc, true
}
