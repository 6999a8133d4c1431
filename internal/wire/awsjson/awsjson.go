// Package awsjson is the codec of awsJson1_0 and awsJson1_1: one JSON object
// each way, posted to "/", the operation named by X-Amz-Target.
//
// DynamoDB speaks 1.0 and CloudWatch Logs 1.1; which one, the service's schema
// tells.
package awsjson

import (
	"hash/crc32"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
	"cloudless/internal/wire/jsonshape"
)

// Codec is the codec of both versions. The zero Codec is ready; it is safe for
// concurrent use.
type Codec struct {
	buffers sync.Pool // of *[]byte, to write answers in
}

// maxKept is the largest buffer that is kept for the next answer. A page of
// items may take far more, and is rare.
const maxKept = 64 << 10

// Those shapes can read and write themselves that tools/apigen has written a
// codec for. What they do not read is read by the schema.
type (
	scanner  interface{ ScanJSON(text []byte) bool }
	appender interface{ AppendJSON(dst []byte) []byte }
)

// Decode reads the body into in.
func (*Codec) Decode(r *wire.Request, in any) error {
	body, err := wire.ReadBody(r)
	if err != nil {
		return err
	}
	if s, ok := in.(scanner); ok && s.ScanJSON(body) {
		return nil
	}
	return decode(r, body, in)
}

// decode reads the body by the schema.
func decode(r *wire.Request, body []byte, in any) error {
	var given wire.Presence
	d := jsonshape.NewDecoder(r.Service, body, &given)
	if err := d.Document(r.Operation.Input, reflect.ValueOf(in).Elem(), nil); err != nil {
		return err
	}
	return wire.Validate(r.Service, r.Operation, in, &given)
}

// Encode answers with out.
func (c *Codec) Encode(w http.ResponseWriter, r *wire.Request, out any) error {
	buffer, _ := c.buffers.Get().(*[]byte)
	if buffer == nil {
		buffer = new([]byte)
	}
	body, err := appendOutput((*buffer)[:0], r, out)
	if err != nil {
		return err
	}
	err = answer(w, r, http.StatusOK, body)
	if *buffer = body; cap(body) <= maxKept {
		c.buffers.Put(buffer)
	}
	return err
}

func appendOutput(dst []byte, r *wire.Request, out any) ([]byte, error) {
	if a, ok := out.(appender); ok {
		return a.AppendJSON(dst), nil
	}
	return jsonshape.Append(dst, r.Service, r.Operation.Output, reflect.ValueOf(out).Elem())
}

func answer(w http.ResponseWriter, r *wire.Request, status int, body []byte) error {
	h := w.Header()
	contentType := "application/x-amz-json-1.1"
	values := [2]string{r.ID}
	if r.Service.Protocol == wire.AWSJSON10 {
		contentType = "application/x-amz-json-1.0"
		// Clients of DynamoDB compare it with what they received.
		values[1] = strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)
		h["X-Amz-Crc32"] = values[1:2:2]
	}
	h["X-Amzn-Requestid"] = values[0:1:1]
	return wire.Answer(w, status, contentType, body)
}

// EncodeError answers with a refusal.
func (*Codec) EncodeError(w http.ResponseWriter, r *wire.Request, e *awserr.Error) {
	status := e.Status
	if status == http.StatusForbidden {
		status = http.StatusBadRequest // these protocols know one status for what the caller did wrong
	}
	body, err := jsonshape.AppendError(nil, r.Service, e, "__type", qualified(r.Service, e.Code))
	if err != nil {
		body, status = []byte(`{"__type":"InternalFailure"}`), http.StatusInternalServerError
	}
	_ = answer(w, r, status, body) // a client that went away needs no refusal
}

// qualified returns a code the way the version writes it: 1.0 puts the
// namespace before it, which old clients expect to cut off.
func qualified(s *wire.Service, code string) string {
	switch {
	case s.Protocol != wire.AWSJSON10:
		return code
	case s.ErrorShape(code) != nil:
		return "com.amazonaws." + s.Name + ".v" + strings.ReplaceAll(s.APIVersion, "-", "") + "#" + code
	case code == awserr.CodeValidation:
		return "com.amazon.coral.validate#" + code
	default:
		return "com.amazon.coral.service#" + code
	}
}
