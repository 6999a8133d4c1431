package vtl

import (
	"errors"
	"fmt"

	"cloudless/internal/service/apigateway/value"
)

// reference is $name and what follows it.
type reference struct {
	pos   int
	name  string
	steps []step

	text   string // how it is written, without escapes
	ifNull string // what it prints without a value
	before string // "$" or "#" that stick to it and print as they are
	// slashes are the backslashes in front that print in any case: half of those
	// written. If their number was odd, the reference is escaped: it prints itself
	// if it has a value, and itself with a backslash if it has none.
	slashes string
	escaped bool
	bare    bool // a word without "$" among arguments: null
	hollow  bool // $\!name: as an operand null, and else the name of nothing
}

// step is one of the things that can follow the name.
type step interface {
	// apply returns what the step finds on v, which is not null; nil if nothing.
	apply(r *renderer, s scope, v Value) (Value, error)
	// assign sets what the step names on v.
	assign(r *renderer, s scope, v, to Value) error
}

// value returns what the reference holds, as an operand.
func (n *reference) value(r *renderer, s scope) (Value, error) {
	if n.hollow {
		return nil, nil
	}
	return n.lookup(r, s)
}

// lookup finds what the reference holds. A step that finds nothing makes the whole
// null.
func (n *reference) lookup(r *renderer, s scope) (Value, error) {
	if n.bare {
		return nil, nil
	}
	v, err := n.resolve(r, s, n.steps)
	if err != nil {
		return nil, r.at(n.pos, err)
	}
	if v == nil && r.template.dialect.EmptyReferences {
		return "", nil
	}
	return v, nil
}

func (n *reference) resolve(r *renderer, s scope, steps []step) (Value, error) {
	if err := r.step(0); err != nil {
		return nil, err
	}
	v, err := s.get(r, n.name)
	for _, st := range steps {
		if v == nil || err != nil {
			break
		}
		v, err = st.apply(r, s, v)
	}
	return v, err
}

// assign sets what the reference names. Velocity ignores a target that is not
// there, and so does this.
func (n *reference) assign(r *renderer, s scope, to Value) error {
	last := len(n.steps) - 1
	v, err := n.resolve(r, s, n.steps[:last])
	if v == nil || err != nil {
		return err
	}
	return n.steps[last].assign(r, s, v, to)
}

// test holds for every value but null and false.
func (n *reference) test(r *renderer, s scope) (bool, error) {
	v, err := n.lookup(r, s)
	if err != nil {
		return false, err
	}
	switch v := v.(type) {
	case nil:
		return false, nil
	case bool:
		return v, nil
	case *blockValue: // null if it is too deep inside itself
		_, ok, err := v.toString(r)
		return ok, err
	}
	return true, nil
}

func (n *reference) render(r *renderer, s scope) error {
	if n.bare {
		return r.at(n.pos, r.write(n.name))
	}
	v, err := n.lookup(r, s)
	if err != nil {
		return err
	}
	return r.at(n.pos, n.print(r, s, v))
}

func (n *reference) print(r *renderer, s scope, v Value) error {
	if n.escaped {
		slash := ""
		if v == nil {
			slash = `\`
		}
		return r.write(n.slashes + slash + n.nullText(s))
	}
	if b, ok := v.(*blockValue); ok {
		if done, err := b.render(r, s); done || err != nil {
			return err
		}
		v = nil
	}
	if v == nil {
		return r.write(n.slashes + n.slashes + n.before + n.nullText(s))
	}
	if text, ok := v.(string); ok && n.slashes == "" && n.before == "" {
		return r.write(text)
	}
	if err := r.write(n.slashes + n.before); err != nil {
		return err
	}
	out, err := value.Append(r.out, v, r.limits.Output)
	if errors.Is(err, value.ErrTooLong) {
		return &LimitError{"Output", r.limits.Output}
	}
	if err != nil {
		return err
	}
	grown := len(out) - len(r.out)
	r.out = out
	return r.scan(grown)
}

// nullText is what the reference prints without a value: itself or, in a macro,
// the argument that the macro was called with.
func (n *reference) nullText(s scope) string {
	if text, ok := s.literal(n.ifNull); ok {
		return text
	}
	return n.ifNull
}

// propertyStep is .name.
type propertyStep struct {
	pos  int
	name string
}

func (p *propertyStep) apply(r *renderer, _ scope, v Value) (Value, error) {
	got, err := r.property(v, p.name)
	return got, r.at(p.pos, err)
}

func (p *propertyStep) assign(r *renderer, _ scope, v, to Value) error {
	if err := r.alloc(entrySize); err != nil {
		return err
	}
	switch v := v.(type) {
	case *value.Map:
		v.Put(p.name, to)
		return nil
	case value.Setter:
		if err := v.Set(p.name, to); !errors.Is(err, value.ErrNoMember) {
			return err
		}
	}
	return nil
}

// methodStep is .name(args).
type methodStep struct {
	pos  int
	name string
	args []expr
}

func (m *methodStep) apply(r *renderer, s scope, v Value) (Value, error) {
	var few [4]Value
	args := few[:0]
	for _, a := range m.args {
		arg, err := a.value(r, s)
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
	}
	got, err := r.call(v, m.name, args)
	return got, r.at(m.pos, err)
}

// assign has no meaning for a method; Velocity ignores it.
func (m *methodStep) assign(*renderer, scope, Value, Value) error { return nil }

// indexStep is [arg].
type indexStep struct {
	pos int
	arg expr
}

func (x *indexStep) apply(r *renderer, s scope, v Value) (Value, error) {
	arg, err := x.argument(r, s, v)
	if err != nil {
		return nil, r.at(x.pos, err)
	}
	got, err := r.call(v, "get", []Value{arg})
	return got, r.at(x.pos, err)
}

// argument evaluates the index. A negative one counts from the end.
func (x *indexStep) argument(r *renderer, s scope, v Value) (Value, error) {
	arg, err := x.arg.value(r, s)
	if err != nil {
		return nil, err
	}
	i, ok := arg.(int32)
	if !ok || i >= 0 {
		return arg, nil
	}
	size, err := r.call(v, "size", nil)
	if err != nil {
		return nil, err
	}
	n, ok := size.(int32)
	if !ok {
		return nil, fmt.Errorf("the index %d counts from the end of something that has no size()", i)
	}
	return n + i, nil
}

func (x *indexStep) assign(r *renderer, s scope, v, to Value) error {
	arg, err := x.argument(r, s, v)
	if err != nil {
		return err
	}
	if l, ok := v.(*value.List); ok {
		_, err = r.call(l, "set", []Value{arg, to})
		return err
	}
	_, err = r.call(v, "put", []Value{arg, to})
	return err
}
