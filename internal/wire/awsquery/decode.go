package awsquery

import (
	"net/http"
	"reflect"
	"strconv"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
)

// maxDepth bounds the nesting of values.
const maxDepth = 32

// decoder turns parameters into Go values of a service's shapes.
type decoder struct {
	service *wire.Service
	given   *wire.Presence
}

func malformedInput(message string) *awserr.Error {
	return &awserr.Error{Code: codeMalformedInput, Status: http.StatusBadRequest, Message: message}
}

func (d *decoder) structure(s *wire.Shape, rv reflect.Value, params form, path wire.Path) error {
	for i := range s.Members {
		m := &s.Members[i]
		shape := d.service.Shape(m.Shape)
		flattened := m.Flattened || s.Flattened || shape.Flattened
		name := m.WireName()
		if flattened {
			name = m.FlattenedWireName(shape)
		}
		at := path.Member(m.Name)
		beneath := params.under(name)
		if beneath.isEmpty() {
			if m.Required {
				d.given.Absent(at)
			}
			continue
		}
		if err := d.value(shape, rv.Field(i), beneath, at, flattened); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) value(s *wire.Shape, rv reflect.Value, params form, path wire.Path, flattened bool) error {
	if len(path) > maxDepth {
		return malformedInput("Parameters are nested too deeply")
	}
	switch s.Kind {
	case wire.Structure:
		if rv.Kind() == reflect.Pointer {
			rv.Set(reflect.New(rv.Type().Elem()))
			rv = rv.Elem()
		}
		return d.structure(s, rv, params, path)
	case wire.List, wire.Map:
		return d.collection(s, rv, params, path, flattened)
	default:
		return d.scalar(s, rv, params, path)
	}
}

// collection reads a list or a map, of which one that is not flattened stands
// beneath one name more. The name alone, "TagKeys=", is how clients write an
// empty one.
func (d *decoder) collection(s *wire.Shape, rv reflect.Value, params form, path wire.Path, flattened bool) error {
	_, empty := params.own()
	if !flattened {
		name := "entry"
		if s.Kind == wire.List {
			name = s.ItemWireName()
		}
		params = params.under(name)
	}
	indices := params.indices()
	if len(indices) == 0 && !empty {
		return nil
	}
	if s.Kind == wire.List {
		return d.list(s, rv, params, indices, path)
	}
	return d.mapping(s, rv, params, indices, path)
}

// list reads Name.1, Name.2 ….
func (d *decoder) list(s *wire.Shape, rv reflect.Value, params form, indices []int, path wire.Path) error {
	rv.Set(reflect.MakeSlice(rv.Type(), len(indices), len(indices)))
	element := d.service.Shape(s.Element)
	for i, n := range indices {
		if err := d.value(element, rv.Index(i), params.under(strconv.Itoa(n)), path.Index(i), false); err != nil {
			return err
		}
	}
	return nil
}

// mapping reads Name.1.key and Name.1.value, Name.2.key ….
func (d *decoder) mapping(s *wire.Shape, rv reflect.Value, params form, indices []int, path wire.Path) error {
	rv.Set(reflect.MakeMap(rv.Type()))
	element := d.service.Shape(s.Element)
	for _, n := range indices {
		entry := params.under(strconv.Itoa(n))
		key, ok := entry.value(s.KeyWireName())
		if !ok {
			return malformedInput("Missing key of entry " + strconv.Itoa(n) + " of " + path.String())
		}
		e := reflect.New(rv.Type().Elem()).Elem()
		if err := d.value(element, e, entry.under(s.ValueWireName()), path.Key(key), false); err != nil {
			return err
		}
		rv.SetMapIndex(reflect.ValueOf(key), e)
	}
	return nil
}

func (d *decoder) scalar(s *wire.Shape, rv reflect.Value, params form, path wire.Path) error {
	text, ok := params.own()
	switch {
	case !ok:
		return malformedInput("Start of structure or map found where not expected")
	case s.Kind == wire.Enum && text == "":
		d.given.Blank(path)
	}
	if err := wire.SetText(s, rv, text); err != nil {
		if s.Kind == wire.Timestamp {
			return malformedInput("timestamp must follow ISO8601").Because(err)
		}
		return malformedInput("Unable to parse the value of " + path.String() + ": " + err.Error()).Because(err)
	}
	return nil
}
