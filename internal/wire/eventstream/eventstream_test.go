package eventstream

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
)

type piece struct{ Payload []byte }

type end struct{ Code *string }

// schema is a service with one stream.
var schema = &wire.Service{Shapes: []wire.Shape{
	{Name: "Stream", Kind: wire.EventStream, Members: []wire.Member{{Name: "Piece", Shape: 1}, {Name: "End", Shape: 2}}},
	{Name: "Piece", Kind: wire.Structure, Payload: "Payload", Members: []wire.Member{{Name: "Payload", Shape: 3}}},
	{Name: "End", Kind: wire.Structure, Members: []wire.Member{{Name: "Code", Shape: 4}}},
	{Name: "Blob", Kind: wire.Blob},
	{Name: "String", Kind: wire.String},
}}

func encoder() Encoder {
	return Encoder{Service: schema, Stream: schema.Shape(0), ContentType: "text/shape",
		Append: func(dst []byte, s *wire.Service, ref wire.Ref, rv reflect.Value) ([]byte, error) {
			return fmt.Appendf(dst, "%s %s", s.Shape(ref).Name, rv.Field(0).Elem()), nil
		}}
}

// read returns the messages of a stream as AWS's SDK for Go reads them, each as
// "headers|payload".
func read(t *testing.T, stream io.Reader) []string {
	t.Helper()
	var got []string
	d := sdk.NewDecoder()
	for {
		m, err := d.Decode(stream, nil)
		if errors.Is(err, io.EOF) {
			return got
		}
		if err != nil {
			t.Fatalf("after %q: %v", got, err)
		}
		var text strings.Builder
		for _, h := range m.Headers {
			fmt.Fprintf(&text, "%s=%s ", h.Name, h.Value)
		}
		got = append(got, text.String()+"|"+string(m.Payload))
	}
}

func TestTheSDKReadsEvents(t *testing.T) {
	pieceHead := ":event-type=Piece :content-type=application/octet-stream :message-type=event |"
	large := strings.Repeat("x", 6<<20)
	for _, tt := range []struct {
		name   string
		events wire.Events
		want   []string
		err    bool
	}{
		{"none at all", func(func(string, any) error) error { return nil }, nil, false},
		{"with payloads", func(send func(string, any) error) error {
			return errors.Join(send("Piece", &piece{[]byte("a\x00b")}), send("Piece", &piece{}), send("Piece", &piece{[]byte(large)}))
		}, []string{pieceHead + "a\x00b", pieceHead, pieceHead + large}, false},
		{"with members", func(send func(string, any) error) error { return send("End", &end{new("done")}) },
			[]string{":event-type=End :content-type=text/shape :message-type=event |End done"}, false},
		{"and why they end", func(send func(string, any) error) error {
			return errors.Join(send("Piece", &piece{[]byte("a")}), awserr.AccessDenied("not you"))
		}, []string{pieceHead + "a", ":error-code=AccessDeniedException :error-message=not you :message-type=error |"}, true},
		{"unless they are none of the stream", func(send func(string, any) error) error { return send("End", &piece{}) },
			[]string{":error-code=InternalFailure :error-message=internal error :message-type=error |"}, true},
		{"unless they are too large", func(send func(string, any) error) error {
			return send("Piece", &piece{make([]byte, maxPayloadBytes+1)})
		}, []string{":error-code=InternalFailure :error-message=internal error :message-type=error |"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			err := encoder().Answer(w, http.StatusOK, tt.events)
			if got := read(t, w.Body); !reflect.DeepEqual(got, tt.want) || (err != nil) != tt.err {
				t.Errorf("Answer = %v, the SDK reads\n%.300q, want\n%.300q", err, got, tt.want)
			}
			if got := w.Header().Get("Content-Type"); got != ContentType {
				t.Errorf("Content-Type = %q", got)
			}
		})
	}
}

func TestEventsLeaveAtOnce(t *testing.T) {
	proceed := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = encoder().Answer(w, http.StatusOK, func(send func(string, any) error) error {
			<-proceed // the head is there before the first event
			err := send("Piece", &piece{[]byte("one")})
			<-proceed
			return err
		})
	}))
	defer server.Close()
	resp, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	proceed <- struct{}{}
	if m, err := sdk.NewDecoder().Decode(resp.Body, nil); err != nil || string(m.Payload) != "one" {
		t.Errorf("first event = %q, %v", m.Payload, err)
	}
	close(proceed)
}

// FuzzMessages holds what is written against AWS's own reader.
func FuzzMessages(f *testing.F) {
	f.Add(":event-type", "PayloadChunk", []byte("a"))
	f.Add("", "", []byte(nil))
	f.Fuzz(func(t *testing.T, name, value string, payload []byte) {
		if name == "" || len(name) > 255 || len(value) > 1<<15-1 {
			return
		}
		message := appendMessage(nil, []header{{name, value}}, payload)
		m, err := sdk.NewDecoder().Decode(bytes.NewReader(message), nil)
		if err != nil || len(m.Headers) != 1 || m.Headers[0].Name != name || m.Headers[0].Value.String() != value || !bytes.Equal(m.Payload, payload) {
			t.Errorf("%q: %q came back as %v, %q, %v", name, value, m.Headers, m.Payload, err)
		}
	})
}
