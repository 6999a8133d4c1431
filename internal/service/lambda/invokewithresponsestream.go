package lambda

import (
	"bytes"
	"context"
	"encoding/base64"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// InvokeWithResponseStream runs a function and hands its answer on while it is
// made, or, as a DryRun, only checks. The last event says how it ended. What keeps
// the function from running at all is a refusal like Invoke's; what goes wrong in it
// is told by the last event.
func (s *Service) InvokeWithResponseStream(ctx context.Context, call *api.Call, in *lambdaapi.InvokeWithResponseStreamRequest) (*lambdaapi.InvokeWithResponseStreamResponse, error) {
	n, err := parseName(call, in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	t, r, err := s.invocation(ctx, call, n, &lambdaapi.InvocationRequest{
		Payload: in.Payload, ClientContext: in.ClientContext, TenantId: in.TenantId, TraceId: in.TraceId,
	}, maxPayloadBytes)
	if err != nil {
		return nil, err
	}
	if r.TraceID, err = s.reach(r.TraceID, t); err != nil {
		return nil, err
	}
	if in.InvocationType == "DryRun" {
		return &lambdaapi.InvokeWithResponseStreamResponse{StatusCode: new(int64(204)), TraceId: &r.TraceID}, nil
	}
	stream := &answerStream{begun: make(chan struct{}), pieces: make(chan []byte), gone: ctx.Done()}
	r.Stream = stream
	ended := make(chan runEnd, 1)
	s.background.Go(func() {
		out, err := s.run(ctx, t, r)
		ended <- runEnd{out, err}
	})
	select {
	case <-stream.begun:
	case end := <-ended:
		if end.err != nil {
			return nil, end.err
		}
		ended <- end // it failed before it has answered
	}
	return &lambdaapi.InvokeWithResponseStreamResponse{
		StatusCode: new(int64(200)), ExecutedVersion: new(t.version()), TraceId: &r.TraceID,
		EventStream: func(send func(string, any) error) error {
			return stream.forward(send, ended, in.LogType == "Tail")
		},
	}, nil
}

// runEnd is what run returned.
type runEnd struct {
	Outcome
	err error
}

// answerStream hands the pieces of an answer from the function to the request.
type answerStream struct {
	begun  chan struct{}   // closed when the function begins to answer
	pieces chan []byte     // holds none: the function waits for the client
	gone   <-chan struct{} // closed when nobody listens any more
}

// Begin implements Stream. The kind of the answer is told to nobody: the
// content type of the HTTP answer is that of the stream of events.
func (a *answerStream) Begin(string) { close(a.begun) }

// Write implements io.Writer. What nobody hears is dropped.
func (a *answerStream) Write(piece []byte) (int, error) {
	select {
	case a.pieces <- bytes.Clone(piece):
	case <-a.gone:
	}
	return len(piece), nil
}

// forward sends each piece as an event, and an event for the end.
func (a *answerStream) forward(send func(string, any) error, ended <-chan runEnd, tail bool) error {
	for {
		select {
		case piece := <-a.pieces:
			if len(piece) == 0 {
				continue
			}
			if err := send("PayloadChunk", &lambdaapi.InvokeResponseStreamUpdate{Payload: piece}); err != nil {
				return err
			}
		case end := <-ended: // every Write has returned by now
			if end.err != nil {
				return end.err
			}
			return send("InvokeComplete", completion(end.Outcome, tail))
		}
	}
}

// completion says how an invocation ended. An error's details are what Invoke
// would answer.
func completion(out Outcome, tail bool) *lambdaapi.InvokeWithResponseStreamCompleteEvent {
	e := &lambdaapi.InvokeWithResponseStreamCompleteEvent{}
	if out.FunctionError != "" {
		e.ErrorCode = new(out.FunctionError)
		if len(out.Payload) > 0 {
			e.ErrorDetails = new(string(out.Payload))
		}
	}
	if tail {
		e.LogResult = new(base64.StdEncoding.EncodeToString(out.LogTail))
	}
	return e
}
