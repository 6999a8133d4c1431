package lambda

import (
	"context"
	"errors"
	"io"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// InvokeAsync accepts an event, as Invoke does of the type Event. It is the
// operation of the first years, which old programs still call.
func (s *Service) InvokeAsync(ctx context.Context, call *api.Call, in *lambdaapi.InvokeAsyncRequest) (*lambdaapi.InvokeAsyncResponse, error) {
	n, err := parseName(call, in.FunctionName, nil)
	if err != nil {
		return nil, err
	}
	t, err := s.invocable(ctx, call, n)
	if err != nil {
		return nil, err
	}
	var payload []byte
	if in.InvokeArgs != nil {
		text, err := io.ReadAll(io.LimitReader(in.InvokeArgs, maxPayloadBytes+1))
		if err = errors.Join(err, in.InvokeArgs.Close()); err != nil {
			return nil, err
		}
		payload = text
	}
	if err := checkPayload(payload, maxEventBytes); err != nil {
		return nil, err
	}
	if err := s.queue(ctx, n, Invocation{RequestID: call.RequestID, Payload: payload, ARN: n.qualifiedARN(), TraceID: s.traceOf("", t).String()}); err != nil {
		return nil, err
	}
	return &lambdaapi.InvokeAsyncResponse{Status: new(int64(202))}, nil
}
