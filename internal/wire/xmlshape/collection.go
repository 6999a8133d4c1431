package xmlshape

import (
	"encoding/xml"
	"reflect"

	"cloudless/internal/wire"
)

func (d *Decoder) list(s *wire.Shape, rv reflect.Value, start xml.StartElement, path wire.Path) error {
	rv.Set(reflect.MakeSlice(rv.Type(), 0, 0))
	for {
		child, ok, err := d.next(start)
		if err != nil || !ok {
			return err
		}
		if child.Name.Local != s.ItemWireName() {
			return refuse("%q has no member %.80q", start.Name.Local, child.Name.Local)
		}
		if err := d.item(s, rv, child, path); err != nil {
			return err
		}
	}
}

// item reads one element of a list and appends it.
func (d *Decoder) item(s *wire.Shape, rv reflect.Value, start xml.StartElement, path wire.Path) error {
	e := reflect.New(rv.Type().Elem()).Elem()
	if err := d.value(d.service.Shape(s.Element), e, start, path.Index(rv.Len())); err != nil {
		return err
	}
	rv.Set(reflect.Append(rv, e))
	return nil
}

func (d *Decoder) mapping(s *wire.Shape, rv reflect.Value, start xml.StartElement, path wire.Path) error {
	rv.Set(reflect.MakeMap(rv.Type()))
	for {
		child, ok, err := d.next(start)
		if err != nil || !ok {
			return err
		}
		if child.Name.Local != "entry" {
			return refuse("%q has no member %.80q", start.Name.Local, child.Name.Local)
		}
		if err := d.entry(s, rv, child, path); err != nil {
			return err
		}
	}
}

// entry reads one entry of a map: its key, which stands first, and its value.
func (d *Decoder) entry(s *wire.Shape, rv reflect.Value, start xml.StartElement, path wire.Path) error {
	child, ok, err := d.next(start)
	if err != nil {
		return err
	}
	if !ok || child.Name.Local != s.KeyWireName() {
		return refuse("an entry of %q must begin with its %q", path, s.KeyWireName())
	}
	key, err := d.text(child)
	if err != nil {
		return err
	}
	if child, ok, err = d.next(start); err != nil {
		return err
	}
	if !ok || child.Name.Local != s.ValueWireName() {
		return refuse("the entry %.80q of %q has no %q", key, path, s.ValueWireName())
	}
	e := reflect.New(rv.Type().Elem()).Elem()
	if err := d.value(d.service.Shape(s.Element), e, child, path.Key(key)); err != nil {
		return err
	}
	if rv.IsNil() {
		rv.Set(reflect.MakeMap(rv.Type()))
	}
	rv.SetMapIndex(reflect.ValueOf(key).Convert(rv.Type().Key()), e)
	if child, ok, err = d.next(start); ok {
		return refuse("the entry %.80q of %q has a third member %.80q", key, path, child.Name.Local)
	}
	return err
}
