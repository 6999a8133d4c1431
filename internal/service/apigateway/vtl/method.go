package vtl

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"cloudless/internal/service/apigateway/value"
)

// A Java class is a table of its methods. Velocity chooses a method by name and by
// the types of the arguments; where none fits, the reference has no value.
type class map[string][]method

// method is one method, or one overload of it.
type method struct {
	// params has a letter for each parameter: o Object, s String or CharSequence,
	// i int, h char, r char[], c Collection, m Map, n any Number, l long, b BigInteger, z Boolean. A trailing * takes any
	// number of Objects.
	params string
	call   func(*invocation) (Value, error)
}

// invocation is one call of a method.
type invocation struct {
	r    *renderer
	recv Value
	args []Value
}

// errClass is what Java does when a value is compared with one of another class.
var errClass = errors.New("java.lang.ClassCastException")

func (x *invocation) str(i int) string       { return x.args[i].(string) }
func (x *invocation) int(i int) int          { return int(x.args[i].(int32)) }
func (x *invocation) list(i int) *value.List { return x.args[i].(*value.List) }

var errArguments = errors.New("java.lang.IllegalArgumentException: wrong number of arguments")

// errNull is what Java does when a method is given null for a string or a list.
var errNull = errors.New("java.lang.NullPointerException")

// property reads .name: a getter of that name, an entry of a map.
func (r *renderer) property(v Value, name string) (Value, error) {
	if obj, ok := v.(Object); ok {
		return orNull(obj.Get(name))
	}
	if name == "class" {
		return classOf(v), nil
	}
	if m, ok := v.(*value.Map); ok {
		got, _ := m.Get(name)
		return got, nil
	}
	for _, getter := range getters(name) {
		if ms := classTable(v)[getter]; len(ms) > 0 && ms[0].params == "" {
			return r.call(v, getter, nil)
		}
	}
	return nil, nil
}

// getters lists the methods that can stand behind a property.
func getters(name string) []string {
	first, rest := name[:1], name[1:]
	up := string(first[0] &^ 0x20)
	if !isLetter(first[0]) {
		up = first
	}
	return []string{"get" + up + rest, "is" + up + rest}
}

// call calls a method; nil where there is none for these arguments.
func (r *renderer) call(v Value, name string, args []Value) (Value, error) {
	if err := r.step(0); err != nil {
		return nil, err
	}
	if b, ok := v.(*blockValue); ok && name == "toString" && len(args) == 0 {
		s, ok, err := b.toString(r)
		if !ok {
			return nil, err
		}
		return s, err
	}
	if obj, ok := v.(Object); ok {
		got, err := orNull(obj.Call(name, slices.Clone(args)))
		if s, ok := got.(string); ok && err == nil {
			err = r.alloc(len(s))
		}
		return got, err
	}
	table := classTable(v)
	for _, m := range table[name] {
		if fits(m.params, args) {
			return m.invoke(r, v, args)
		}
	}
	for _, m := range objectMethods[name] {
		if fits(m.params, args) {
			return m.invoke(r, v, args)
		}
	}
	if name == "compareTo" && len(args) == 1 && len(table[name]) > 0 {
		return nil, errClass // Comparable has it for any Object
	}
	if hasNoParams(table[name]) || hasNoParams(objectMethods[name]) {
		return nil, errArguments // Velocity finds a method without parameters for any
	}
	if slices.Contains(notBuilt[className(v)], name) {
		return nil, fmt.Errorf("the method %s of %s is not supported", name, className(v))
	}
	return nil, nil
}

func hasNoParams(ms []method) bool {
	return slices.ContainsFunc(ms, func(m method) bool { return m.params == "" })
}

func (m *method) invoke(r *renderer, v Value, args []Value) (Value, error) {
	for i, a := range args {
		if a == nil && i < len(m.params) && m.params[i] != 'o' && m.params[i] != '*' {
			return nil, errNull
		}
	}
	return m.call(&invocation{r, v, args})
}

func orNull(v Value, err error) (Value, error) {
	if errors.Is(err, value.ErrNoMember) {
		return nil, nil
	}
	return v, err
}

// fits reports whether the arguments can be passed for the parameters.
func fits(params string, args []Value) bool {
	if n := len(params); n > 0 && params[n-1] == '*' {
		return len(args) >= n-1 && fits(params[:n-1], args[:n-1])
	}
	if len(params) != len(args) {
		return false
	}
	for i, a := range args {
		if !converts(params[i], a) {
			return false
		}
	}
	return true
}

func converts(param byte, v Value) bool {
	if v == nil {
		return param != 'i' && param != 'h' && param != 'l'
	}
	var ok bool
	switch param {
	case 'o':
		return true
	case 's':
		_, ok = v.(string)
	case 'i':
		_, ok = v.(int32)
	case 'l':
		if _, ok = v.(int32); !ok {
			_, ok = v.(int64)
		}
	case 'h':
		_, ok = v.(value.Char)
	case 'n':
		ok = value.IsNumber(v)
	case 'm':
		_, ok = v.(*value.Map)
	case 'z':
		_, ok = v.(bool)
	case 'b':
		_, ok = v.(*big.Int)
	case 'r':
		l, isList := v.(*value.List)
		ok = isList && l.Kind() == value.Array && !slices.ContainsFunc(l.Elems(), func(v Value) bool { return !isChar(v) })
	case 'c':
		l, isList := v.(*value.List)
		ok = isList && l.Kind() != value.Array
	}
	return ok
}

func isChar(v Value) bool {
	_, ok := v.(value.Char)
	return ok
}

// objectMethods are those that every value has.
var objectMethods = class{
	"toString": {{"", func(x *invocation) (Value, error) {
		s, _, err := x.r.toString(x.recv)
		return s, err
	}}},
	"equals": {{"o", func(x *invocation) (Value, error) {
		eq, err := x.r.equal(x.recv, x.args[0])
		return eq, err
	}}},
	"hashCode": {{"", func(x *invocation) (Value, error) {
		left := x.r.budget()
		h := value.Hash(x.recv, &left)
		return h, x.r.spent(left)
	}}},
	"getClass": {{"", func(x *invocation) (Value, error) { return classOf(x.recv), nil }}},
}
