package wire

import (
	"net/http"

	"cloudless/internal/awserr"
)

// Request is one call of an operation, as a codec sees it.
type Request struct {
	*http.Request
	ID        string // the request id, for the answer
	Service   *Service
	Operation *Operation        // nil if the request names none that exists
	Content   []byte            // of the body, whole and checked; nil where Body is yet to be read
	Labels    map[string]string // REST: the parts of the path that the URI pattern names, unescaped
}

// Codec reads inputs and writes outputs in one protocol. Inputs and outputs
// are pointers to the generated structs of the request's operation.
//
// An answer leaves in one write, with its length, unless its body is a stream.
type Codec interface {
	// Decode reads the request into in and checks the model's constraints.
	// Its errors are *awserr.Error.
	Decode(r *Request, in any) error

	// Encode answers with out. An error means that the client went away or
	// that out does not fit its schema.
	Encode(w http.ResponseWriter, r *Request, out any) error

	// EncodeError answers with a refusal, in the protocol's own envelope.
	EncodeError(w http.ResponseWriter, r *Request, e *awserr.Error)
}

// Events is the body of an answer that is a stream of events. The codec calls it
// once the head of the answer has left. It gives each event to send when there is
// one: the name of the member of the stream's union, and a pointer to its struct. An
// error of send says that the client went away; its own error ends the stream and is
// told to the client.
type Events func(send func(name string, event any) error) error
