package lambda

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

// The quotas of payloads, in bytes.
const (
	maxPayloadBytes = 6 << 20
	maxEventBytes   = 1 << 20
)

// Invoke runs a function and waits for its answer, or, as an Event, accepts
// the payload for later, or, as a DryRun, only checks.
func (s *Service) Invoke(ctx context.Context, call *api.Call, in *lambdaapi.InvocationRequest) (*lambdaapi.InvocationResponse, error) {
	n, err := parseName(call, in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	f, err := s.invocable(ctx, call, n)
	if err != nil {
		return nil, err
	}
	if err := checkPayload(in); err != nil {
		return nil, err
	}
	if in.DurableExecutionName != nil || in.TenantId != nil {
		return nil, awserr.Unsupported("durable executions and tenants")
	}
	r := Invocation{RequestID: call.RequestID, Payload: in.Payload, ARN: n.qualifiedARN()}
	if r.ClientContext, err = clientContext(in.ClientContext); err != nil {
		return nil, err
	}
	switch in.InvocationType {
	case "DryRun":
		return &lambdaapi.InvocationResponse{StatusCode: new(int64(204))}, nil
	case "Event":
		if err := s.queue(ctx, f, r); err != nil {
			return nil, err
		}
		return &lambdaapi.InvocationResponse{StatusCode: new(int64(202))}, nil
	}
	out, err := s.run(ctx, f, r)
	if err != nil {
		return nil, err
	}
	return answer(out, in.LogType == "Tail"), nil
}

// invocable returns the function if the caller may invoke it and it can run.
// What its policy allows, it allows also to those who have no other right; an
// unknown function is a secret to those who may not invoke it.
func (s *Service) invocable(ctx context.Context, call *api.Call, n name, facts ...api.Fact) (*function, error) {
	f, err := s.read(ctx, n)
	if awserr.Code(err) == "ResourceNotFoundException" {
		if denied := s.authorize(ctx, call, "InvokeFunction", n, facts...); denied != nil {
			return nil, denied
		}
		if n.qualifier == "" {
			n.qualifier = latest
		}
		return nil, notFound(n.qualifiedARN())
	}
	if err != nil {
		return nil, err
	}
	if document := f.Policy.document(); document != "" {
		facts = append(facts, api.WithResourcePolicy(document))
	}
	if err := s.authorize(ctx, call, "InvokeFunction", n, facts...); err != nil {
		return nil, err
	}
	if f.State != stateActive {
		return nil, lambdaapi.ResourceConflictException("The operation cannot be performed at this time. The function is currently in the following state: " + f.State)
	}
	return f, nil
}

func checkPayload(in *lambdaapi.InvocationRequest) error {
	limit := maxPayloadBytes
	if in.InvocationType == "Event" {
		limit = maxEventBytes
	}
	if len(in.Payload) > limit {
		return &awserr.Error{Code: awserr.CodeRequestTooLarge, Status: 413,
			Message: fmt.Sprintf("Request must be smaller than %d bytes for the InvokeFunction operation", limit)}
	}
	if len(in.Payload) == 0 {
		return nil
	}
	var payload json.RawMessage
	err := json.Unmarshal(in.Payload, &payload)
	if err == nil && utf8.Valid(in.Payload) {
		return nil
	}
	return lambdaapi.InvalidRequestContentException("Could not parse request body into json: Could not parse payload into json: " + parseComplaint(in.Payload, err))
}

// parseComplaint says where a payload stops to be JSON, much as AWS does.
func parseComplaint(payload []byte, err error) string {
	const source = "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: %d, column: %d]"
	offset := len(payload)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = int(syntax.Offset)
	}
	line, column := 1, 1
	for _, c := range payload[:max(0, min(offset-1, len(payload)))] {
		if column++; c == '\n' {
			line, column = line+1, 1
		}
	}
	if offset == 0 || offset >= len(payload)+1 || err == nil {
		return fmt.Sprintf("Unexpected end-of-input"+source, line, column)
	}
	return fmt.Sprintf("Unexpected character (%q (code %d)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"+source,
		payload[offset-1], payload[offset-1], line, column)
}

// clientContext decodes what the client says of itself: JSON in base64.
func clientContext(given *string) (string, error) {
	if given == nil {
		return "", nil
	}
	text, err := base64.StdEncoding.DecodeString(*given)
	if err != nil || !json.Valid(text) {
		return "", lambdaapi.InvalidRequestContentException("Client context must be a valid Base64-encoded JSON object.")
	}
	return string(text), nil
}

func answer(out Outcome, tail bool) *lambdaapi.InvocationResponse {
	resp := &lambdaapi.InvocationResponse{StatusCode: new(int64(200)), ExecutedVersion: new(latest), Payload: out.Payload}
	if out.FunctionError != "" {
		resp.FunctionError = new(out.FunctionError)
	}
	if tail {
		resp.LogResult = new(base64.StdEncoding.EncodeToString(out.LogTail))
	}
	return resp
}
