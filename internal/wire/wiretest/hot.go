package wiretest

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"cloudless/internal/wire"
	"cloudless/internal/wire/jsonshape"
)

// HotOperation is an operation whose input reads itself and whose output
// writes itself, by code that tools/apigen wrote.
type HotOperation struct {
	Schema  *wire.Operation
	service *wire.Service
	in, out reflect.Type
}

type (
	scanner  interface{ ScanJSON(text []byte) bool }
	appender interface{ AppendJSON(dst []byte) []byte }
)

// HotOperations returns those of a service. handlers is the type of the
// generated struct of handlers.
func HotOperations(s *wire.Service, handlers reflect.Type) []HotOperation {
	var hot []HotOperation
	for i := range s.Operations {
		op := &s.Operations[i]
		field, _ := handlers.FieldByName(op.Name)
		in, out := field.Type.In(2), field.Type.Out(0)
		if in.Implements(reflect.TypeFor[scanner]()) && out.Implements(reflect.TypeFor[appender]()) {
			hot = append(hot, HotOperation{op, s, in.Elem(), out.Elem()})
		}
	}
	return hot
}

// RandomInput returns the JSON of a random input.
func (h HotOperation) RandomInput(t testing.TB, seed uint64) []byte {
	return h.write(t, h.Schema.Input, h.random(h.Schema.Input, h.in, seed))
}

func (h HotOperation) random(ref wire.Ref, goType reflect.Type, seed uint64) reflect.Value {
	value := reflect.New(goType)
	g := random{rand.New(rand.NewPCG(seed, uint64(ref))), h.service}
	g.fill(h.service.Shape(ref), value.Elem(), 0)
	return value
}

// write writes a value by the schema.
func (h HotOperation) write(t testing.TB, ref wire.Ref, value reflect.Value) []byte {
	t.Helper()
	text, err := jsonshape.Append(nil, h.service, ref, value.Elem())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Reads wants an input to read itself, if it does, as the schema says. It
// reports whether it did. What the schema refuses it must not take.
func (h HotOperation) Reads(t testing.TB, text []byte) bool {
	t.Helper()
	got := reflect.New(h.in)
	took := got.Interface().(scanner).ScanJSON(text)
	want := reflect.New(h.in)
	if took {
		if err := h.read(text, want); err != nil {
			t.Errorf("%s takes %s, which is refused: %v", h.Schema.Name, text, err)
			return took
		}
	}
	if !reflect.DeepEqual(got.Interface(), want.Interface()) {
		t.Errorf("%s reads %s\n as %s\nwant %s", h.Schema.Name, text, show(got), show(want))
	}
	return took
}

// read reads an input by the schema, and checks it.
func (h HotOperation) read(text []byte, into reflect.Value) error {
	var given wire.Presence
	if err := jsonshape.NewDecoder(h.service, text, &given).Document(h.Schema.Input, into.Elem(), nil); err != nil {
		return err
	}
	return wire.Validate(h.service, h.Schema, into.Interface(), &given)
}

// Test takes random values through the operation. Inputs that the schema
// takes must be read, and outputs be the same bytes.
func (h HotOperation) Test(t *testing.T) {
	taken := 0
	for seed := range uint64(150) {
		text := h.RandomInput(t, seed)
		took := h.Reads(t, text)
		if took {
			taken++
		}
		if err := h.read(text, reflect.New(h.in)); (err == nil) != took {
			t.Errorf("%s took %s: %v, but by the schema: %v", h.Schema.Name, text, took, err)
		}
		out := h.random(h.Schema.Output, h.out, seed)
		got, want := out.Interface().(appender).AppendJSON(nil), h.write(t, h.Schema.Output, out)
		if string(got) != string(want) {
			t.Errorf("%s writes %s\nwant %s", h.Schema.Name, got, want)
		}
	}
	if taken == 0 {
		t.Errorf("not one input of %s was right", h.Schema.Name)
	}
}
