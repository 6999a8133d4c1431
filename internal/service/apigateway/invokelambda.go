package apigateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"cloudless/internal/awserr"
)

// invokeLambda answers through an integration of type AWS with a function: a
// template makes the event, and a response of the integration makes the
// answer.
func (s *Service) invokeLambda(ctx context.Context, x *exchange) (*reply, error) {
	event, err := s.integrationBody(x)
	if err != nil {
		return nil, err
	}
	later, err := x.invokesLater()
	if err != nil {
		return nil, err
	}
	out, err := s.invoke(ctx, x, event, later)
	if err != nil {
		return nil, err
	}
	answer := backendAnswer{status: http.StatusOK, header: http.Header{"X-Amzn-Trace-Id": {x.traceID}}, body: out.Payload}
	if out.FunctionError != "" {
		answer.selector = errorMessage(out.Payload)
	}
	reply, err := s.respond(x, answer)
	if err != nil {
		return nil, err
	}
	reply.header["X-Amzn-Trace-Id"] = []string{x.traceID}
	return reply, nil
}

// invocationType is the header that says whether somebody waits for the
// function.
const invocationType = "X-Amz-Invocation-Type"

// invokesLater reports whether the function is to get the event later: the
// mappings of the request say "Event".
func (x *exchange) invokesLater() (bool, error) {
	if len(x.method.MethodIntegration.RequestParameters) == 0 && x.context == nil {
		return false, nil
	}
	switch kind := x.mapRequestParameters().header.Get(invocationType); kind {
	case "", "RequestResponse":
		return false, nil
	case "Event":
		return true, nil
	default:
		return false, internalError().because(errors.New("unknown invocation type " + kind))
	}
}

// invoke runs the function of the integration, or only accepts the event for
// it.
func (s *Service) invoke(ctx context.Context, x *exchange, event []byte, later bool) (Answer, error) {
	i := x.method.MethodIntegration
	target, err := parseAWSTarget(x.expandStageVariables(deref(i.Uri)))
	if err != nil {
		return Answer{}, internalError().because(err)
	}
	function, ok := target.function()
	if !ok || deref(i.HttpMethod) != http.MethodPost {
		return Answer{}, internalError().because(errors.New("integration leads to no function: " + deref(i.HttpMethod) + " " + deref(i.Uri)))
	}
	if len(event) == 0 {
		event = []byte("{}") // what a function gets when nothing is sent to it
	}
	from := x.source(x.sourceARN())
	from.Later = later
	if err := x.lendCredentials(&from); err != nil {
		return Answer{}, err
	}
	x.noteEndpointRequest("https://lambda."+target.region+".amazonaws.com/2015-03-31/functions/"+function+"/invocations", nil, event)
	out, err := s.invoker.Invoke(ctx, function, from, event)
	if err == nil {
		x.noteEndpointResponse(http.StatusOK, nil, out.Payload)
		x.integrated.requestID = from.RequestID
	}
	switch {
	case err == nil:
		return out, nil
	case context.Cause(ctx) == errTimedOut:
		return Answer{}, timedOut()
	case awserr.Code(err) == "InvalidRequestContentException":
		return Answer{}, badRequest(awserr.From(err).Message)
	}
	return Answer{}, internalError().because(err)
}

// source says for whom a function is invoked.
func (x *exchange) source(arn string) Source {
	return Source{SourceARN: arn, Account: x.call.Account, Region: x.call.Region, RequestID: x.call.RequestID, TraceID: x.traceID}
}

// errorMessage is what a function that failed says of it, which the selection
// patterns of the integration are held against.
func errorMessage(payload []byte) string {
	var failure struct {
		ErrorMessage string `json:"errorMessage"`
	}
	_ = json.Unmarshal(payload, &failure) // what is no failure has no message
	return failure.ErrorMessage
}
