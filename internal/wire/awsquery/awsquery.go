// Package awsquery is the codec of awsQuery: parameters as a form, in the body
// or in the query, and XML back.
//
//   - awsquery.go: the codec;
//   - form.go:     parameters, sorted, and how to look beneath a prefix;
//   - decode.go:   parameters into Go values;
//   - error.go:    refusals, and how this protocol spells the common ones.
//
// IAM, STS and CloudFormation speak it.
package awsquery

import (
	"net/http"
	"reflect"

	"cloudless/internal/wire"
	"cloudless/internal/wire/xmlshape"
)

// Codec is the codec of awsQuery.
type Codec struct{}

// Decode reads the parameters into in. Parameters that the operation does not
// know are ignored.
func (Codec) Decode(r *wire.Request, in any) error {
	params, err := readForm(r)
	if err != nil {
		return err
	}
	if v, _ := params.value("Version"); v != r.Service.APIVersion {
		return unknownOperation(r.Operation.Name, v)
	}
	var given wire.Presence
	d := decoder{service: r.Service, given: &given}
	shape := r.Service.Shape(r.Operation.Input)
	if err := d.structure(shape, reflect.ValueOf(in).Elem(), params, nil); err != nil {
		return err
	}
	return wire.Validate(r.Service, r.Operation, in, &given)
}

// Encode answers with out.
func (Codec) Encode(w http.ResponseWriter, r *wire.Request, out any) error {
	op := r.Operation
	body := appendRoot(nil, r.Service, op.Name+"Response")
	if op.ResultWrapper != "" {
		var err error
		body, err = xmlshape.Append(body, r.Service, op.Output, reflect.ValueOf(out).Elem(), op.ResultWrapper, "")
		if err != nil {
			return err
		}
	}
	body = append(body, "<ResponseMetadata>"...)
	body = xmlshape.AppendText(body, "RequestId", r.ID)
	body = append(body, "</ResponseMetadata></"+op.Name+"Response>\n"...)
	return answer(w, r, http.StatusOK, body)
}

// appendRoot opens the root element.
func appendRoot(dst []byte, s *wire.Service, name string) []byte {
	return append(dst, "<"+name+` xmlns="`+s.XMLNamespace+`">`...)
}

func answer(w http.ResponseWriter, r *wire.Request, status int, body []byte) error {
	w.Header().Set("X-Amzn-RequestId", r.ID)
	return wire.Answer(w, status, "text/xml", body)
}
