package policy

import (
	"strconv"
	"strings"
)

// Context is what conditions and variables may ask: the values of condition
// keys, by their names in lower case. Make it with [Context.Set].
type Context map[string][]string

// Set gives a condition key its values. A key with no values is there, and
// empty: that is not the same as a key that is not there.
func (c Context) Set(key string, values ...string) { c[strings.ToLower(key)] = values }

// condition is one key of one operator, compiled.
type condition struct {
	key      string // in lower case
	op       operator
	setOp    setOperator
	ifExists bool
	values   []test
}

// setOperator says how a key with several values is asked.
type setOperator uint8

const (
	single setOperator = iota
	forAllValues
	forAnyValue
)

// test compares a value of the request with one value of the policy.
type test func(value string, ctx Context) bool

func compileCondition(e conditionElement, variables bool) (condition, error) {
	op, known := findOperator(e.operator)
	if !known {
		return condition{}, errShape
	}
	c := condition{key: strings.ToLower(e.key), op: op.operator, setOp: op.setOp, ifExists: op.ifExists}
	for _, v := range e.values {
		t, ok := op.compile(v, variables)
		if !ok {
			return condition{}, errShape
		}
		c.values = append(c.values, t)
	}
	return c, nil
}

// holds reports whether the condition is met. A key that the request does not
// have meets what is negated ("not equal") and what is asked only if it
// exists, and nothing else.
func (c *condition) holds(ctx Context) bool {
	values := ctx[c.key]
	if c.op.null {
		return c.equal(strconv.FormatBool(len(values) == 0), ctx)
	}
	switch c.setOp {
	case forAllValues: // of none, all do
		for _, v := range values {
			if !c.meets(v, ctx) {
				return false
			}
		}
		return true
	case forAnyValue:
		for _, v := range values {
			if c.meets(v, ctx) {
				return true
			}
		}
		return len(values) == 0 && c.ifExists
	}
	if len(values) == 0 {
		return c.ifExists || c.op.negated
	}
	for _, v := range values {
		if c.equal(v, ctx) {
			return !c.op.negated
		}
	}
	return c.op.negated
}

// meets reports whether a value meets the operator, negated or not.
func (c *condition) meets(v string, ctx Context) bool { return c.equal(v, ctx) != c.op.negated }

// equal reports whether a value is as one of the policy's values says.
func (c *condition) equal(v string, ctx Context) bool {
	for _, t := range c.values {
		if t(v, ctx) {
			return true
		}
	}
	return false
}
