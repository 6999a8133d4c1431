package eventstream

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
)

// ContentType is that of a stream of events.
const ContentType = "application/vnd.amazon.eventstream"

// Encoder writes the events of one stream.
type Encoder struct {
	Service *wire.Service
	Stream  *wire.Shape // of kind wire.EventStream

	// ContentType is that of an event without a payload member, and Append
	// appends such an event, as the protocol writes it.
	ContentType string
	Append      func(dst []byte, s *wire.Service, shape wire.Ref, rv reflect.Value) ([]byte, error)
}

// Answer sends the head of an answer, and each event as soon as it is there. An
// error of events ends the stream, which says so in its last message.
func (e Encoder) Answer(w http.ResponseWriter, status int, events wire.Events) error {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", ContentType)
	}
	w.WriteHeader(status)
	send := func(message []byte) error {
		if _, err := w.Write(message); err != nil {
			return err
		}
		_ = http.NewResponseController(w).Flush() // a writer that cannot is a test's
		return nil
	}
	if err := send(nil); err != nil { // the head, before there is an event
		return err
	}
	err := events(func(name string, event any) error {
		message, err := e.message(name, event)
		if err != nil {
			return err
		}
		return send(message)
	})
	if err != nil {
		_ = send(errorMessage(awserr.From(err))) // a client that went away needs no reason
	}
	return err
}

// message writes one event, named by its member of the stream's union.
func (e Encoder) message(name string, event any) ([]byte, error) {
	i := slices.IndexFunc(e.Stream.Members, func(m wire.Member) bool { return m.Name == name })
	rv := reflect.Indirect(reflect.ValueOf(event))
	if i < 0 || !e.Service.Shape(e.Stream.Members[i].Shape).Fits(rv.Type()) {
		return nil, fmt.Errorf("%T is no event %s of %s", event, name, e.Stream.Name)
	}
	payload, contentType, err := e.payload(e.Stream.Members[i].Shape, rv)
	if err != nil {
		return nil, err
	}
	if len(payload) > maxPayloadBytes {
		return nil, fmt.Errorf("an event %s of %d bytes is too large", name, len(payload))
	}
	return appendMessage(nil, []header{
		{":event-type", name}, {":content-type", contentType}, {":message-type", "event"},
	}, payload), nil
}

// payload writes an event: the member that is its payload, or all members.
func (e Encoder) payload(ref wire.Ref, rv reflect.Value) (payload []byte, contentType string, err error) {
	shape := e.Service.Shape(ref)
	for i := range shape.Members {
		m := &shape.Members[i]
		if m.Name != shape.Payload {
			continue
		}
		if e.Service.Shape(m.Shape).Kind == wire.Blob {
			return rv.Field(i).Bytes(), "application/octet-stream", nil
		}
		ref, rv = m.Shape, rv.Field(i)
	}
	payload, err = e.Append(nil, e.Service, ref, rv)
	return payload, e.ContentType, err
}

// errorMessage says why a stream ends before its time.
func errorMessage(e *awserr.Error) []byte {
	return appendMessage(nil, []header{
		{":error-code", e.Code}, {":error-message", shorten(e.Message)}, {":message-type", "error"},
	}, nil)
}

// shorten keeps a text within what a header can hold.
func shorten(text string) string { return strings.ToValidUTF8(text[:min(len(text), 1<<10)], "") }
