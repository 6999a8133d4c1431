package vtl

import "cloudless/internal/service/apigateway/value"

// literalExpr is a number or a string without references.
type literalExpr struct {
	v Value
	never
}

func (e literalExpr) value(*renderer, scope) (Value, error) { return e.v, nil }

type boolLiteral bool

func (b boolLiteral) value(*renderer, scope) (Value, error) { return bool(b), nil }
func (b boolLiteral) test(*renderer, scope) (bool, error)   { return bool(b), nil }

// listExpr is [a, b].
type listExpr struct {
	elems []expr
	never
}

func (e *listExpr) value(r *renderer, s scope) (Value, error) {
	if err := r.alloc(elemSize * (1 + len(e.elems))); err != nil {
		return nil, err
	}
	l := value.NewList(len(e.elems))
	for _, elem := range e.elems {
		v, err := elem.value(r, s)
		if err != nil {
			return nil, err
		}
		l.Add(v)
	}
	return l, nil
}

// mapExpr is {k : v}; pairs holds keys and values in turn.
type mapExpr struct {
	pairs []expr
	never
}

func (e *mapExpr) value(r *renderer, s scope) (Value, error) {
	if err := r.alloc(entrySize * (1 + len(e.pairs)/2)); err != nil {
		return nil, err
	}
	m := value.NewMap()
	for i := 0; i < len(e.pairs); i += 2 {
		k, err := e.pairs[i].value(r, s)
		if err != nil {
			return nil, err
		}
		v, err := e.pairs[i+1].value(r, s)
		if err == nil {
			err = r.step(value.KeyCost(k))
		}
		if err != nil {
			return nil, err
		}
		m.Put(k, v)
	}
	return m, nil
}

// rangeExpr is [first..last], upwards or downwards.
type rangeExpr struct {
	pos         int
	first, last expr
	never
}

func (e *rangeExpr) value(r *renderer, s scope) (Value, error) {
	first, err := e.first.value(r, s)
	if err != nil {
		return nil, err
	}
	last, err := e.last.value(r, s)
	if err != nil {
		return nil, err
	}
	if !value.IsNumber(first) || !value.IsNumber(last) {
		return nil, nil
	}
	from, to := intValue(first), intValue(last)
	by := int64(1)
	if from >= to {
		by = -1
	}
	n := (int64(to)-int64(from))*by + 1
	if n > int64(r.limits.Memory/elemSize) {
		return nil, r.at(e.pos, &LimitError{"Memory", r.limits.Memory})
	}
	if err := r.alloc(elemSize * int(n)); err != nil {
		return nil, r.at(e.pos, err)
	}
	l := value.NewList(int(n))
	for i := range n {
		l.Add(int32(int64(from) + i*by))
	}
	return l, nil
}

type notExpr struct{ e expr }

func (e *notExpr) test(r *renderer, s scope) (bool, error) {
	ok, err := e.e.test(r, s)
	return !ok, err
}

func (e *notExpr) value(r *renderer, s scope) (Value, error) { return asValue(e.test(r, s)) }

type andExpr struct{ left, right operand }

func (e *andExpr) test(r *renderer, s scope) (bool, error) {
	if ok, err := e.left.test(r, s); !ok || err != nil {
		return false, err
	}
	return e.right.test(r, s)
}

func (e *andExpr) value(r *renderer, s scope) (Value, error) { return asValue(e.test(r, s)) }

type orExpr struct{ left, right operand }

func (e *orExpr) test(r *renderer, s scope) (bool, error) {
	if ok, err := e.left.test(r, s); ok || err != nil {
		return ok, err
	}
	return e.right.test(r, s)
}

func (e *orExpr) value(r *renderer, s scope) (Value, error) { return asValue(e.test(r, s)) }

// asValue is the value of an expression that is a condition.
func asValue(ok bool, err error) (Value, error) {
	if err != nil {
		return nil, err
	}
	return ok, nil
}

// both evaluates two operands.
func both(r *renderer, s scope, left, right operand) (l, rt Value, err error) {
	if err = r.step(0); err != nil {
		return nil, nil, r.at(left.pos, err)
	}
	if l, err = left.value(r, s); err != nil {
		return nil, nil, err
	}
	rt, err = right.value(r, s)
	return l, rt, err
}

// equalExpr is == and !=.
type equalExpr struct {
	left, right operand
	not         bool
}

func (e *equalExpr) value(r *renderer, s scope) (Value, error) { return asValue(e.test(r, s)) }

func (e *equalExpr) test(r *renderer, s scope) (bool, error) {
	l, rt, err := both(r, s, e.left, e.right)
	if err != nil {
		return false, err
	}
	eq, err := r.same(l, rt)
	return eq != e.not, r.at(e.left.pos, err)
}

// same is Velocity's ==: numbers by size, values of one type by equals, all else
// by what they print. Null equals only null.
func (r *renderer) same(a, b Value) (bool, error) {
	if value.IsNumber(a) && value.IsNumber(b) {
		return compareNumbers(a, b) == 0, nil
	}
	if a != nil && b != nil && sameType(a, b) {
		return r.equal(a, b)
	}
	x, xok, err := r.toString(a)
	if err != nil {
		return false, err
	}
	y, yok, err := r.toString(b)
	if err == nil {
		err = r.scan(min(len(x), len(y)))
	}
	return x == y && xok == yok, err
}

func sameType(a, b Value) bool { return className(a) == className(b) || lists(a) && lists(b) }

// lists reports whether v is an ArrayList or the JSONArray derived from it.
func lists(v Value) bool {
	l, ok := v.(*value.List)
	return ok && (l.Kind() == value.ArrayList || l.Kind() == value.JSONArray)
}

// compareExpr is one of < <= > >=. It holds for numbers alone.
type compareExpr struct {
	left, right operand
	op          kind
}

func (e *compareExpr) value(r *renderer, s scope) (Value, error) { return asValue(e.test(r, s)) }

func (e *compareExpr) test(r *renderer, s scope) (bool, error) {
	l, rt, err := both(r, s, e.left, e.right)
	if err != nil || !value.IsNumber(l) || !value.IsNumber(rt) {
		return false, err
	}
	c := compareNumbers(l, rt)
	switch e.op {
	case tokLess:
		return c < 0, nil
	case tokLessEqual:
		return c <= 0, nil
	case tokGreater:
		return c > 0, nil
	}
	return c >= 0, nil
}

// mathExpr is one of + - * / %.
type mathExpr struct {
	left, right operand
	op          kind
	never
}

// value computes; + also joins strings. What cannot be computed is null.
func (e *mathExpr) value(r *renderer, s scope) (Value, error) {
	l, rt, err := both(r, s, e.left, e.right)
	if err != nil {
		return nil, err
	}
	if e.op == tokPlus && (isString(l) || isString(rt)) {
		v, err := e.join(r, l, rt)
		return v, r.at(e.left.pos, err)
	}
	if !value.IsNumber(l) || !value.IsNumber(rt) {
		return nil, nil
	}
	v, err := calculate(e.op, l, rt)
	return v, r.at(e.left.pos, err)
}

func isString(v Value) bool {
	_, ok := v.(string)
	return ok
}

// join is + with a string on a side. An operand that is null stands for itself as
// it is written.
func (e *mathExpr) join(r *renderer, l, rt Value) (Value, error) {
	left, ok, err := r.toString(l)
	if err != nil {
		return nil, err
	}
	if !ok {
		left = e.left.text
	}
	right, ok, err := r.toString(rt)
	if err != nil {
		return nil, err
	}
	if !ok {
		right = e.right.text
	}
	if err := r.alloc(len(left) + len(right)); err != nil {
		return nil, err
	}
	return left + right, nil
}
