package jsonpath

import (
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"cloudless/internal/service/apigateway/value"
)

// condition is what stands in [?(…)].
type condition interface {
	holds(s *search, v value.Value) (bool, error)
}

type (
	andCondition struct{ left, right condition }
	orCondition  struct{ left, right condition }
	notCondition struct{ c condition }
	// exists holds where a path leads somewhere, whatever is there.
	exists struct{ path operand }
	// comparison is an operator between two operands.
	comparison struct {
		op          string
		left, right operand
	}
)

func (c andCondition) holds(s *search, v value.Value) (bool, error) {
	if ok, err := c.left.holds(s, v); !ok || err != nil {
		return false, err
	}
	return c.right.holds(s, v)
}

func (c orCondition) holds(s *search, v value.Value) (bool, error) {
	if ok, err := c.left.holds(s, v); ok || err != nil {
		return ok, err
	}
	return c.right.holds(s, v)
}

func (c notCondition) holds(s *search, v value.Value) (bool, error) {
	ok, err := c.c.holds(s, v)
	return !ok, err
}

func (c exists) holds(s *search, v value.Value) (bool, error) {
	_, found, err := c.path.value(s, v)
	return found, err
}

// operand is a literal, or a path from the element ("@") or the root ("$").
type operand struct {
	literal  value.Value
	path     *Path
	fromRoot bool
	pattern  *regexp.Regexp // of a literal /pattern/
}

// value returns the operand's value, and false where its path leads nowhere.
func (o operand) value(s *search, v value.Value) (value.Value, bool, error) {
	if o.path == nil {
		return o.literal, true, nil
	}
	if err := s.step(); err != nil {
		return nil, false, err
	}
	if o.fromRoot {
		v = s.root
	}
	got, err := s.find(o.path, v)
	switch err {
	case nil:
		return got, true, nil
	case ErrTooLong:
		return nil, false, err
	}
	return nil, false, nil
}

func (c comparison) holds(s *search, v value.Value) (bool, error) {
	l, lok, err := c.left.value(s, v)
	if err != nil {
		return false, err
	}
	r, rok, err := c.right.value(s, v)
	if err != nil {
		return false, err
	}
	for _, operand := range [...]value.Value{l, r} { // long texts take their time
		if text, ok := operand.(string); ok {
			*s.steps -= len(text) / 64
		}
	}
	switch c.op {
	case "==", "!=", "===", "!==":
		eq := lok && rok && c.same(s, l, r) // what is not there equals nothing
		return eq != (c.op[0] == '!'), s.step()
	}
	if !lok || !rok { // only a list can lack what is not there
		_, isList := r.(*value.List)
		return c.op == "nin" && isList, nil
	}
	ok := c.judge(s, l, r)
	return ok, s.step()
}

// same is equality: numbers by size, and a number equals a string that reads alike.
func (c comparison) same(s *search, l, r value.Value) bool {
	if len(c.op) == 3 && kindOf(l) != kindOf(r) { // === and !==
		return false
	}
	return loosely(s, l, r)
}

func loosely(s *search, l, r value.Value) bool {
	switch {
	case value.IsNumber(l) && value.IsNumber(r):
		return toDecimal(l).Cmp(toDecimal(r)) == 0
	case value.IsNumber(l) && kindOf(r) == "string":
		d, _, err := apd.NewFromString(r.(string))
		return err == nil && d.Form == apd.Finite && toDecimal(l).Cmp(d) == 0
	case kindOf(l) == "string" && value.IsNumber(r):
		return l == value.Value(value.String(r))
	}
	return value.Equal(l, r, s.steps)
}

// judge decides the other operators, on values that are there.
func (c comparison) judge(s *search, l, r value.Value) bool {
	switch c.op {
	case "<", "<=", ">", ">=":
		return ordered(c.op, l, r)
	case "=~":
		return c.matches(l, r)
	case "in":
		return in(s, l, r)
	case "nin":
		_, isList := r.(*value.List)
		return isList && !in(s, l, r)
	case "contains":
		if text, ok := l.(string); ok {
			part, ok := r.(string)
			return ok && strings.Contains(text, part)
		}
		return in(s, r, l)
	case "size":
		n, ok := r.(int32)
		return ok && sizeOf(l) == int(n)
	case "empty":
		want, ok := r.(bool)
		return ok && sizeOf(l) >= 0 && (sizeOf(l) == 0) == want
	case "subsetof":
		return s.every(l, func(e value.Value) bool { return in(s, e, r) })
	case "anyof":
		return !s.every(l, func(e value.Value) bool { return !in(s, e, r) })
	case "noneof":
		return s.every(l, func(e value.Value) bool { return !in(s, e, r) })
	}
	return false
}

// every reports whether all elements of a list pass; anything else does not.
func (s *search) every(v value.Value, pass func(value.Value) bool) bool {
	l, ok := v.(*value.List)
	if !ok {
		return false
	}
	for _, e := range l.Elems() {
		if !pass(e) {
			return false
		}
	}
	return true
}

func in(s *search, v, list value.Value) bool {
	l, ok := list.(*value.List)
	if !ok {
		return false
	}
	for _, e := range l.Elems() {
		*s.steps--
		if loosely(s, v, e) {
			return true
		}
	}
	return false
}

// ordered compares two numbers or two strings; nothing else has an order.
func ordered(op string, l, r value.Value) bool {
	var c int
	switch {
	case value.IsNumber(l) && value.IsNumber(r):
		c = toDecimal(l).Cmp(toDecimal(r))
	case kindOf(l) == "string" && kindOf(r) == "string":
		c = value.CompareStrings(l.(string), r.(string))
	default:
		return false
	}
	switch op {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

// matches holds where the pattern, on whichever side, matches the whole text, or
// that of an element of a list.
func (c comparison) matches(l, r value.Value) bool {
	re, text := c.right.pattern, l
	if re == nil {
		re, text = c.left.pattern, r
	}
	if re == nil {
		return false
	}
	if l, ok := text.(*value.List); ok {
		return slices.ContainsFunc(l.Elems(), func(e value.Value) bool { return matchesText(re, e) })
	}
	return matchesText(re, text)
}

func matchesText(re *regexp.Regexp, v value.Value) bool {
	switch v.(type) {
	case *value.List, *value.Map, nil:
		return false
	}
	return re.MatchString(value.String(v))
}

// sizeOf is the number of elements or characters; -1 of what has none.
func sizeOf(v value.Value) int {
	switch v := v.(type) {
	case string:
		return value.Len16(v)
	case *value.List:
		return v.Len()
	case *value.Map:
		return v.Len()
	}
	return -1
}

func kindOf(v value.Value) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case *value.List:
		return "array"
	case *value.Map:
		return "object"
	}
	return "number"
}

func toFloat(v value.Value) (float64, bool) {
	if !value.IsNumber(v) {
		return 0, false
	}
	f, err := toDecimal(v).Float64()
	return f, err == nil
}

func toDecimal(v value.Value) *apd.Decimal {
	switch v := v.(type) {
	case *apd.Decimal:
		return v
	case int32:
		return apd.New(int64(v), 0)
	case int64:
		return apd.New(v, 0)
	case *big.Int:
		return apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(v), 0)
	case float64:
		d := new(apd.Decimal)
		if _, err := d.SetFloat64(v); err == nil {
			return d
		}
	}
	return &apd.Decimal{Form: apd.NaN}
}
