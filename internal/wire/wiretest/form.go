package wiretest

import (
	"net/url"
	"reflect"
	"strconv"

	"cloudless/internal/wire"
)

// form writes a value as a client of awsQuery does.
type form struct {
	service *wire.Service
	values  url.Values
}

func (f *form) structure(s *wire.Shape, rv reflect.Value, prefix string) error {
	for i := range s.Members {
		m := &s.Members[i]
		shape := f.service.Shape(m.Shape)
		v := reflect.Indirect(rv.Field(i))
		if !v.IsValid() || isNil(v) || shape.Kind == wire.Enum && v.String() == "" {
			continue
		}
		flattened := m.Flattened || shape.Flattened
		name := m.WireName()
		if flattened {
			name = m.FlattenedWireName(shape)
		}
		if err := f.value(shape, v, prefix+name, flattened, m.TimestampFormat); err != nil {
			return err
		}
	}
	return nil
}

func isNil(v reflect.Value) bool {
	return (v.Kind() == reflect.Slice || v.Kind() == reflect.Map) && v.IsNil()
}

func (f *form) value(s *wire.Shape, rv reflect.Value, name string, flattened bool, timeFormat string) error {
	switch s.Kind {
	case wire.Structure:
		return f.structure(s, rv, name+".")
	case wire.List:
		return f.list(s, rv, name, flattened)
	case wire.Map:
		return f.mapping(s, rv, name, flattened)
	}
	text, err := wire.Text(s, rv, timeFormat, s.TimestampFormat)
	f.values.Set(name, text)
	return err
}

func (f *form) list(s *wire.Shape, rv reflect.Value, name string, flattened bool) error {
	if rv.Len() == 0 {
		f.values.Set(name, "")
	}
	if !flattened {
		name += "." + s.ItemWireName()
	}
	for i := range rv.Len() {
		if err := f.value(f.service.Shape(s.Element), rv.Index(i), name+"."+strconv.Itoa(i+1), false, ""); err != nil {
			return err
		}
	}
	return nil
}

func (f *form) mapping(s *wire.Shape, rv reflect.Value, name string, flattened bool) error {
	if rv.Len() == 0 {
		f.values.Set(name, "")
	}
	if !flattened {
		name += ".entry"
	}
	for i, k := range rv.MapKeys() {
		entry := name + "." + strconv.Itoa(i+1) + "."
		f.values.Set(entry+s.KeyWireName(), k.String())
		if err := f.value(f.service.Shape(s.Element), rv.MapIndex(k), entry+s.ValueWireName(), false, ""); err != nil {
			return err
		}
	}
	return nil
}
