// Package restxml is the codec of restXml: method and path name the operation,
// members travel in path, query and headers, and the rest is an XML document,
// or one member alone as the body: a document, text, or a stream.
//
//   - restxml.go: the codec;
//   - digest.go:  checksums of documents;
//   - error.go:   refusals in both styles, and how S3 spells the common ones.
//
// S3 and Route 53 speak it. S3 does a few things its own way, and its schema's
// BareErrors tells that a service is S3: it checks bodies against its schema
// as a whole, with one code for all that may be wrong, and leaves the rest to
// each operation.
package restxml

import (
	"fmt"
	"io"
	"net/http"
	"reflect"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
	"cloudless/internal/wire/restbind"
	"cloudless/internal/wire/xmlshape"
)

// Codec is the codec of restXml.
type Codec struct{}

// Decode reads path, query, headers and body into in. A body that is a stream
// is handed over unread.
func (Codec) Decode(r *wire.Request, in any) error {
	var bound, given wire.Presence
	rv := reflect.ValueOf(in).Elem()
	if err := restbind.Decode(r, rv, &bound); err != nil {
		return refuseBinding(r.Service, err)
	}
	if !isS3(r.Service) {
		if err := decodeBody(r, rv, &bound); err != nil {
			return err
		}
		return wire.Validate(r.Service, r.Operation, in, &bound)
	}
	err := decodeBody(r, rv, &given)
	if awserr.Code(err) == awserr.CodeSerialization || err == nil && given.AnyAbsent() {
		return malformedXML().Because(err)
	}
	return err
}

func isS3(s *wire.Service) bool { return s.BareErrors }

// body tells what of a structure is the body of a message.
type body struct {
	shape  wire.Ref
	kind   wire.Kind
	member *wire.Member // the payload, or nil if the structure itself is the body
	value  reflect.Value
}

func bodyOf(s *wire.Service, ref wire.Ref, rv reflect.Value) body {
	shape := s.Shape(ref)
	for i := range shape.Members {
		if m := &shape.Members[i]; shape.Payload != "" && m.Name == shape.Payload {
			return body{m.Shape, s.Shape(m.Shape).Kind, m, rv.Field(i)}
		}
	}
	return body{ref, wire.Structure, nil, rv}
}

// isEmpty tells structures of which nothing travels in the body.
func (b body) isEmpty(s *wire.Service) bool {
	if b.member != nil {
		return false
	}
	for i := range s.Shape(b.shape).Members {
		if s.Shape(b.shape).Members[i].In == wire.InBody {
			return false
		}
	}
	return true
}

func decodeBody(r *wire.Request, rv reflect.Value, given *wire.Presence) error {
	b := bodyOf(r.Service, r.Operation.Input, rv)
	if b.kind == wire.Stream {
		b.value.Set(reflect.ValueOf(r.Body))
		return nil
	}
	if b.isEmpty(r.Service) {
		return nil
	}
	text, err := wire.ReadBody(r)
	if err != nil {
		return err
	}
	if isS3(r.Service) {
		if err := checkDigests(r, text); err != nil {
			return err
		}
	}
	switch {
	case b.kind == wire.Structure:
		return decodeDocument(r, b, text, given)
	case len(text) == 0:
		return nil
	case b.kind == wire.Blob:
		b.value.SetBytes(text)
		return nil
	case b.kind == wire.String:
		return wire.SetText(r.Service.Shape(b.shape), b.value, string(text))
	}
	return fmt.Errorf("payload of shape %s", r.Service.Shape(b.shape).Name)
}

func decodeDocument(r *wire.Request, b body, text []byte, given *wire.Presence) error {
	var path wire.Path
	root := r.Operation.InputRoot
	if b.member != nil {
		root, path = b.member.WireName(), path.Member(b.member.Name)
	}
	if root == "" {
		root = rootName(r.Service.Shape(b.shape))
	}
	if len(text) == 0 && b.member != nil {
		if b.member.Required && isS3(r.Service) {
			return missingBody()
		}
		return nil
	}
	value := b.value
	if value.Kind() == reflect.Pointer {
		value.Set(reflect.New(value.Type().Elem()))
		value = value.Elem()
	}
	return xmlshape.NewDecoder(r.Service, text, given).Document(root, b.shape, value, path)
}

func rootName(s *wire.Shape) string {
	if s.XMLName != "" {
		return s.XMLName
	}
	return s.Name
}

// Encode answers with out. A stream follows its headers, of which one should
// tell its length: without it, a client takes what is cut off for the end.
func (Codec) Encode(w http.ResponseWriter, r *wire.Request, out any) error {
	shape := r.Service.Shape(r.Operation.Output)
	rv := reflect.ValueOf(out).Elem()
	b := bodyOf(r.Service, r.Operation.Output, rv)
	if b.kind == wire.Stream && !b.value.IsNil() {
		defer b.value.Interface().(io.Closer).Close()
	}
	h := w.Header()
	status, err := restbind.EncodeHeaders(h, r.Service, shape, rv, r.Operation.Status)
	if err != nil {
		return err
	}
	if status == http.StatusOK && h.Get("Content-Range") != "" {
		status = http.StatusPartialContent
	}
	setRequestID(h, r)
	if r.Method == http.MethodHead {
		w.WriteHeader(status) // with the length of the body that GET would have
		return nil
	}
	return encodeBody(w, r, b, status)
}

func encodeBody(w http.ResponseWriter, r *wire.Request, b body, status int) error {
	empty := b.isEmpty(r.Service) || status == http.StatusNoContent || status == http.StatusNotModified
	if v := b.value; v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		empty = empty || v.IsNil()
	}
	switch {
	case empty:
		return wire.Answer(w, status, "", nil)
	case b.kind == wire.Stream:
		w.Header().Set("Content-Type", contentType(w, "binary/octet-stream"))
		w.WriteHeader(status)
		_, err := io.Copy(w, b.value.Interface().(io.Reader))
		return err
	case b.kind == wire.Blob:
		return wire.Answer(w, status, contentType(w, "binary/octet-stream"), b.value.Bytes())
	case b.kind == wire.String:
		// S3's only one is a bucket's policy.
		return wire.Answer(w, status, contentType(w, "application/json"), []byte(reflect.Indirect(b.value).String()))
	}
	document, err := appendDocument([]byte(xmlshape.Header), r, b)
	if err != nil {
		return err
	}
	return wire.Answer(w, status, "application/xml", document)
}

func contentType(w http.ResponseWriter, standard string) string {
	if t := w.Header().Get("Content-Type"); t != "" {
		return t
	}
	return standard
}

func appendDocument(dst []byte, r *wire.Request, b body) ([]byte, error) {
	s := r.Service
	shape := s.Shape(b.shape)
	if r.Operation.Unwrapped && len(shape.Members) == 1 {
		m := &shape.Members[0]
		return xmlshape.Append(dst, s, m.Shape, b.value.Field(0), rootName(shape), s.XMLNamespace)
	}
	root := rootName(shape)
	if b.member != nil {
		root = b.member.WireName()
	}
	return xmlshape.Append(dst, s, b.shape, b.value, root, s.XMLNamespace)
}

func setRequestID(h http.Header, r *wire.Request) {
	if !isS3(r.Service) {
		h.Set("X-Amzn-RequestId", r.ID)
		return
	}
	h.Set("X-Amz-Request-Id", r.ID)
	h.Set("X-Amz-Id-2", r.ID) // which machine answered; there is one
}
