package xmlshape

import (
	"fmt"
	"reflect"
	"strings"

	"cloudless/internal/wire"
)

// AppendDetail appends the members of what an error carries beside its
// message: a structure of the error's shape, or, for an error that the model
// does not describe, any struct of scalars, whose fields are the elements.
// A field's tag `xml:"…"` is its element's name where that is no Go name.
func AppendDetail(dst []byte, s *wire.Service, shape *wire.Shape, detail any) ([]byte, error) {
	rv := reflect.Indirect(reflect.ValueOf(detail))
	if !rv.IsValid() || rv.Kind() != reflect.Struct {
		return dst, nil
	}
	if shape != nil && shape.Fits(rv.Type()) {
		e := encoder{s, dst}
		err := e.members(shape, rv)
		return e.out, err
	}
	for i := range rv.NumField() {
		field := rv.Type().Field(i)
		if f := reflect.Indirect(rv.Field(i)); f.IsValid() && field.IsExported() {
			dst = AppendText(dst, fieldName(field), fmt.Sprint(f.Interface()))
		}
	}
	return dst, nil
}

func fieldName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("xml"), ",")
	if name == "" {
		return f.Name
	}
	return name
}
