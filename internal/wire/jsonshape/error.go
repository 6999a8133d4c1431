package jsonshape

import (
	"reflect"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
	"cloudless/internal/wire/jsonscan"
)

// AppendError appends the JSON of a refusal: its message, spelled as the model
// of the error spells it, and the members of its detail. Where typeMember is
// not empty, that member holds the code.
func AppendError(dst []byte, s *wire.Service, e *awserr.Error, typeMember, code string) ([]byte, error) {
	shape := s.ErrorShape(e.Code)
	messageMember := "message"
	if shape != nil {
		messageMember = shape.Error.Message
	}
	var fields []field
	if typeMember != "" {
		fields = append(fields, field{typeMember, code})
	}
	if e.Message != "" {
		fields = append(fields, field{messageMember, e.Message})
	}
	dst = append(dst, '{')
	for i, f := range fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(jsonscan.AppendString(dst, f.name), ':')
		dst = jsonscan.AppendString(dst, f.value)
	}
	return appendDetail(dst, s, shape, e.Detail, len(fields) > 0)
}

type field struct{ name, value string }

// appendDetail appends the members of the detail and closes the object.
func appendDetail(dst []byte, s *wire.Service, shape *wire.Shape, detail any, comma bool) ([]byte, error) {
	rv := reflect.Indirect(reflect.ValueOf(detail))
	if shape == nil || !rv.IsValid() || !shape.Fits(rv.Type()) {
		return append(dst, '}'), nil
	}
	members, err := appendStructure(nil, s, shape, rv)
	if err != nil {
		return dst, err
	}
	if comma && len(members) > len("{}") {
		dst = append(dst, ',')
	}
	return append(dst, members[1:]...), nil
}
