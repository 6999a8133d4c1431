// Package restjson is the codec of restJson1: method and path name the
// operation, members travel in path, query and headers, and the rest is a JSON
// object, or one member alone as the raw body. An answer may be a stream of events.
//
// API Gateway's and Lambda's control planes speak it.
package restjson

import (
	"fmt"
	"io"
	"net/http"
	"reflect"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
	"cloudless/internal/wire/eventstream"
	"cloudless/internal/wire/jsonshape"
	"cloudless/internal/wire/restbind"
)

// Codec is the codec of restJson1.
type Codec struct{}

// Decode reads path, query, headers and body into in.
func (Codec) Decode(r *wire.Request, in any) error {
	var given wire.Presence
	rv := reflect.ValueOf(in).Elem()
	if err := restbind.Decode(r, rv, &given); err != nil {
		return err
	}
	if err := decodeBody(r, rv, &given); err != nil {
		return err
	}
	return wire.Validate(r.Service, r.Operation, in, &given)
}

func decodeBody(r *wire.Request, rv reflect.Value, given *wire.Presence) error {
	input := r.Service.Shape(r.Operation.Input)
	ref, target, path := r.Operation.Input, rv, wire.Path(nil)
	if i := payload(input); i >= 0 {
		m := &input.Members[i]
		ref, target, path = m.Shape, rv.Field(i), path.Member(m.Name)
		if r.Service.Shape(ref).Kind == wire.Stream {
			target.Set(reflect.ValueOf(r.Body))
			return nil
		}
	}
	body, err := wire.ReadBody(r)
	if err != nil {
		return err
	}
	switch r.Service.Shape(ref).Kind {
	case wire.Structure:
		if len(body) == 0 && path != nil {
			return nil
		}
		if r.Service.PrefixedPaths && path == nil {
			path = path.Member(r.Operation.Name + "Input")
		}
		return jsonshape.NewDecoder(r.Service, body, given).Document(ref, target, path)
	case wire.Blob:
		if len(body) > 0 {
			target.SetBytes(body)
		}
	case wire.String:
		if len(body) > 0 {
			return wire.SetText(r.Service.Shape(ref), target, string(body))
		}
	default:
		return fmt.Errorf("payload of shape %s", r.Service.Shape(ref).Name)
	}
	return nil
}

func payload(s *wire.Shape) int {
	for i := range s.Members {
		if s.Payload != "" && s.Members[i].Name == s.Payload {
			return i
		}
	}
	return -1
}

// Encode answers with out.
func (Codec) Encode(w http.ResponseWriter, r *wire.Request, out any) error {
	shape := r.Service.Shape(r.Operation.Output)
	rv := reflect.ValueOf(out).Elem()
	status, err := restbind.EncodeHeaders(w.Header(), r.Service, shape, rv, r.Operation.Status)
	if err != nil {
		return err
	}
	w.Header().Set("X-Amzn-RequestId", r.ID)
	ref := r.Operation.Output
	if i := payload(shape); i >= 0 {
		ref, rv = shape.Members[i].Shape, rv.Field(i)
	}
	switch kind := r.Service.Shape(ref).Kind; {
	case kind == wire.Stream:
		return answerStream(w, status, rv)
	case kind == wire.EventStream && rv.IsNil():
		return wire.Answer(w, status, "", nil)
	case kind == wire.EventStream:
		e := eventstream.Encoder{Service: r.Service, Stream: r.Service.Shape(ref), ContentType: "application/json", Append: jsonshape.Append}
		return e.Answer(w, status, rv.Interface().(wire.Events))
	case kind == wire.Blob:
		return wire.Answer(w, status, contentType(w), rv.Bytes())
	case kind == wire.String && rv.Kind() == reflect.Pointer && !rv.IsNil():
		return wire.Answer(w, status, contentType(w), []byte(rv.Elem().String()))
	case rv.Kind() == reflect.Pointer && rv.IsNil():
		return wire.Answer(w, status, "", nil)
	}
	if status == http.StatusNoContent || bodiless(shape) {
		return wire.Answer(w, status, "", nil)
	}
	body, err := jsonshape.Append(nil, r.Service, ref, rv)
	if err != nil {
		return err
	}
	return wire.Answer(w, status, contentType(w), body)
}

// bodiless tells outputs of which nothing travels in the body. AWS answers
// those with an empty one.
func bodiless(s *wire.Shape) bool {
	for i := range s.Members {
		if s.Members[i].In == wire.InBody {
			return false
		}
	}
	return true
}

func contentType(w http.ResponseWriter) string {
	if t := w.Header().Get("Content-Type"); t != "" {
		return t
	}
	return "application/json"
}

func answerStream(w http.ResponseWriter, status int, rv reflect.Value) error {
	w.WriteHeader(status)
	if rv.IsNil() {
		return nil
	}
	body := rv.Interface().(io.ReadCloser)
	defer body.Close()
	_, err := io.Copy(w, body)
	return err
}

// EncodeError answers with a refusal.
func (Codec) EncodeError(w http.ResponseWriter, r *wire.Request, e *awserr.Error) {
	status := statusOf(e)
	body, err := jsonshape.AppendError(nil, r.Service, e, "", "")
	if err != nil {
		body, status = []byte("{}"), http.StatusInternalServerError
	}
	h := w.Header()
	if shape := r.Service.ErrorShape(e.Code); shape != nil && e.Detail != nil {
		// An error's headers are its detail's; one that does not fit is left out.
		_, _ = restbind.EncodeHeaders(h, r.Service, shape, reflect.Indirect(reflect.ValueOf(e.Detail)), status)
	}
	h.Set("X-Amzn-ErrorType", e.Code)
	h.Set("X-Amzn-RequestId", r.ID)
	_ = wire.Answer(w, status, "application/json", body) // a client that went away needs no refusal
}

// statusOf returns the status that REST services give to the common codes.
func statusOf(e *awserr.Error) int {
	switch e.Code {
	case awserr.CodeUnrecognizedClient, awserr.CodeInvalidSignature, awserr.CodeMissingAuthentication,
		awserr.CodeExpiredToken, awserr.CodeIncompleteSignature:
		return http.StatusForbidden
	case awserr.CodeUnknownOperation:
		return http.StatusNotFound
	}
	return e.Status
}
