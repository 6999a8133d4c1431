// Package wiretest holds what every codec must get right.
//
//   - schema.go: a small service with one operation, in each protocol;
//   - cases.go:  values of it, and how each protocol writes them;
//   - roundtrip.go, random.go, form.go: a tester that any codec can be put to
//     with the schema of any service: what is written is read back the same;
//   - hot.go: the operations whose inputs and outputs do so themselves.
//
// The facts about the protocols are AWS's, from its protocol specifications.
package wiretest

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"cloudless/internal/wire"
)

// Conforms runs the cases of a protocol against its codec.
func Conforms(t *testing.T, codec wire.Codec, p wire.Protocol) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if text := c.input(p); text != "" {
				decodes(t, codec, p, text, c.value)
			}
			if text := c.output(p); text != "" && !c.inputOnly {
				encodes(t, codec, p, text, c.value)
			}
		})
	}
}

// request is a request of the operation with that body.
func request(p wire.Protocol, body string) *wire.Request {
	r := httptest.NewRequest("POST", "/things", strings.NewReader(body))
	s := Schema(p)
	return &wire.Request{Request: r, ID: "request-1", Service: s, Operation: &s.Operations[0]}
}

func decodes(t *testing.T, codec wire.Codec, p wire.Protocol, text string, want Thing) {
	t.Helper()
	var got Thing
	if err := codec.Decode(request(p, text), &got); err != nil {
		t.Errorf("Decode(%s) = %v", text, err)
	} else if !reflect.DeepEqual(got, want) {
		t.Errorf("Decode(%s)\n got %+v\nwant %+v", text, got, want)
	}
}

func encodes(t *testing.T, codec wire.Codec, p wire.Protocol, want string, value Thing) {
	t.Helper()
	w := httptest.NewRecorder()
	if err := codec.Encode(w, request(p, ""), &value); err != nil {
		t.Errorf("Encode(%+v) = %v", value, err)
		return
	}
	if got := w.Body.String(); got != want {
		t.Errorf("Encode(%+v)\n got %s\nwant %s", value, got, want)
	}
	if id := w.Header().Get("X-Amzn-RequestId"); w.Code != http.StatusOK || id != "request-1" {
		t.Errorf("Encode(%+v) = %d with request id %q", value, w.Code, id)
	}
}
