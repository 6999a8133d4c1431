package jsonpath

import (
	"fmt"
	"math"

	"cloudless/internal/service/apigateway/value"
)

// function is what can stand at the end of a path, such as length().
type function struct {
	name   string
	arg    int // of index
	hasArg bool
}

func (f *function) definite(bool) bool { return true }

func (f *function) apply(w walk, i int, v value.Value) error {
	got, err := f.of(v)
	if err != nil {
		return err
	}
	return w.from(i+1, got)
}

// overDescent returns the function at the end of a path that begins with "..", or
// nil. Such a function is applied once, to all that the path finds.
func (p *Path) overDescent() *function {
	if len(p.tokens) == 0 {
		return nil
	}
	if _, ok := p.tokens[0].(descent); !ok {
		return nil
	}
	fn, _ := p.tokens[len(p.tokens)-1].(*function)
	return fn
}

// aggregate evaluates such a path. The length is the number of things in all that
// was found, not of what was found.
func (s *search) aggregate(p *Path, fn *function, v value.Value) (value.Value, error) {
	tokens := p.tokens[: len(p.tokens)-1 : len(p.tokens)-1]
	switch fn.name {
	case "length", "size":
		tokens = append(tokens, wildcard{})
	case "keys", "first", "last", "index":
		return fn.of(v)
	}
	found, err := s.collect(tokens, v)
	if err != nil {
		return nil, err
	}
	return fn.of(value.ListOf(value.JSONArray, found...))
}

func (f *function) known() bool {
	switch f.name {
	case "length", "size", "keys", "min", "max", "avg", "sum", "stddev", "first", "last":
		return !f.hasArg
	case "index":
		return f.hasArg
	}
	return false
}

// of returns what the function makes of v.
func (f *function) of(v value.Value) (value.Value, error) {
	switch f.name {
	case "length", "size":
		switch v := v.(type) {
		case *value.List:
			return int32(v.Len()), nil
		case *value.Map:
			return int32(v.Len()), nil
		}
		return nil, nil
	case "keys":
		if m, ok := v.(*value.Map); ok {
			return m.Keys(), nil
		}
		return nil, nil
	case "first", "last", "index":
		return f.element(v)
	}
	return f.number(v)
}

// element returns one element of a list.
func (f *function) element(v value.Value) (value.Value, error) {
	l, ok := v.(*value.List)
	if !ok {
		return nil, fmt.Errorf("%s() is of lists alone", f.name)
	}
	at := f.arg
	switch {
	case f.name == "last":
		at = l.Len() - 1
	case at < 0:
		at += l.Len()
	}
	if at < 0 || at >= l.Len() {
		return nil, fmt.Errorf("%s(): the list has %d elements", f.name, l.Len())
	}
	return l.At(at), nil
}

// number computes with the numbers of a list, all of them as doubles.
func (f *function) number(v value.Value) (value.Value, error) {
	var n, sum, squares float64
	least, most := math.Inf(1), math.Inf(-1)
	if l, ok := v.(*value.List); ok {
		for _, e := range l.Elems() {
			x, ok := toFloat(e)
			if !ok {
				continue
			}
			n++
			sum += x
			squares += x * x
			least, most = min(least, x), max(most, x)
		}
	}
	if n == 0 {
		return nil, fmt.Errorf("%s() of a list without numbers", f.name)
	}
	switch f.name {
	case "min":
		return least, nil
	case "max":
		return most, nil
	case "avg":
		return sum / n, nil
	case "stddev":
		return math.Sqrt(squares/n - sum*sum/n/n), nil
	}
	return sum, nil
}
