package lambda

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// Conditions under which an event ends, as its record names them.
const (
	conditionSuccess = "Success"
	conditionRetries = "RetriesExhausted"
	conditionAge     = "EventAgeExceeded"
	conditionZero    = "ZeroReservedConcurrency"
	conditionLoop    = "RecursiveInvocation" // AWS does not document its word for it

	conditionGone = "" // with the function go its destinations
)

// invocationRecord is what a destination gets, in the order of members in
// which AWS writes it.
type invocationRecord struct {
	Version         string           `json:"version"`
	Timestamp       string           `json:"timestamp"`
	RequestContext  requestContext   `json:"requestContext"`
	RequestPayload  json.RawMessage  `json:"requestPayload"`
	ResponseContext *responseContext `json:"responseContext,omitempty"` // nil if the event has not reached the function
	ResponsePayload json.RawMessage  `json:"responsePayload,omitempty"`
}

type requestContext struct {
	RequestID              string `json:"requestId"`
	FunctionARN            string `json:"functionArn"` // with its qualifier
	Condition              string `json:"condition"`
	ApproximateInvokeCount int    `json:"approximateInvokeCount"`
}

type responseContext struct {
	StatusCode      int    `json:"statusCode"`
	ExecutedVersion string `json:"executedVersion"`
	FunctionError   string `json:"functionError,omitempty"`
}

// ending is how an event has ended.
type ending struct {
	condition string
	invoked   int // how often the function was
	last      *attempt
}

// record returns what the destination is told of an event's end.
func (e *event) record(end ending, now time.Time) []byte {
	r := invocationRecord{
		Version: "1.0", Timestamp: now.UTC().Format("2006-01-02T15:04:05.000Z"),
		RequestContext: requestContext{
			RequestID: e.ID, FunctionARN: e.name().orLatest().qualifiedARN(), Condition: end.condition, ApproximateInvokeCount: end.invoked,
		},
		RequestPayload: asJSON(e.Payload),
	}
	if len(e.Payload) == 0 {
		r.RequestPayload = json.RawMessage("{}") // what the function got
	}
	if end.last != nil && end.last.err == nil {
		r.ResponseContext = &responseContext{StatusCode: 200, ExecutedVersion: end.last.version, FunctionError: end.last.outcome.FunctionError}
		r.ResponsePayload = asJSON(end.last.outcome.Payload)
	}
	return []byte(plainJSON(r))
}

// asJSON returns a payload as it is, or as a JSON string if it is no JSON,
// which functions with a runtime of their own may answer.
func asJSON(payload []byte) json.RawMessage {
	switch {
	case len(payload) == 0:
		return json.RawMessage("null")
	case json.Valid(payload):
		return payload
	}
	return json.RawMessage(plainJSON(string(payload)))
}

// followUp returns the event that an ended event causes: the record of it, for
// the function that is its destination; nil if there is none, or if the role
// of the function may not invoke that one.
func (s *Service) followUp(ctx context.Context, e *event, c *invokeConfig, end ending) *event {
	destination := c.OnFailure
	if end.condition == conditionSuccess {
		destination = c.OnSuccess
	}
	if destination == "" || end.condition == conditionGone {
		return nil
	}
	if strings.HasPrefix(destination, bucketARN) {
		return s.deliverToBucket(e, destination, e.record(end, s.clock.Now()))
	}
	next, err := s.deliver(ctx, e, destination, e.record(end, s.clock.Now()))
	if err != nil {
		s.log.Warn("record not delivered", "function", e.name().qualifiedARN(), "request_id", e.ID, "destination", destination, "err", err)
		return nil
	}
	return next
}

// deliver makes the event that brings a record to a function, as the role of
// the function that it tells of.
func (s *Service) deliver(ctx context.Context, e *event, destination string, record []byte) (*event, error) {
	if len(record) > maxEventBytes {
		return nil, fmt.Errorf("the record is larger than %d bytes", maxEventBytes)
	}
	call, err := s.asRole(ctx, e.name())
	if err != nil {
		return nil, err
	}
	n, err := parseName(call, destination, nil)
	if err != nil {
		return nil, err
	}
	t, err := s.permitted(ctx, call, n)
	if err != nil {
		return nil, err
	}
	next := s.newEvent(n, Invocation{RequestID: call.RequestID, Payload: record})
	next.FunctionID = t.id
	return next, nil
}

// asRole is a call made by the role of a function.
func (s *Service) asRole(ctx context.Context, n name) (*api.Call, error) {
	f, err := s.read(ctx, n)
	if err != nil {
		return nil, err
	}
	key, err := s.roles.Credentials(ctx, f.running().Settings.Role, f.Name)
	if err != nil {
		return nil, err
	}
	return &api.Call{
		Account: n.account, Region: n.region, Principal: key.Principal, RequestID: s.newID(),
		Start: s.clock.Now(), Service: "lambda.amazonaws.com", Secure: true,
	}, nil
}

// checkDestinations refuses destinations that are not there, that are of a
// kind that is not here, or that the function's role may not use.
func (s *Service) checkDestinations(ctx context.Context, n name, in *lambdaapi.DestinationConfig) error {
	if in == nil {
		return nil
	}
	var success, failure string
	if in.OnSuccess != nil {
		success = valueOf(in.OnSuccess.Destination)
	}
	if in.OnFailure != nil {
		failure = valueOf(in.OnFailure.Destination)
	}
	for _, destination := range []string{failure, success} {
		switch kind := serviceOf(destination); {
		case kind == "":
		case kind == "sqs" || kind == "sns" || kind == "events":
			return awserr.Unsupported("destinations of the service " + kind)
		case kind == "lambda":
			if err := s.checkDestination(ctx, n, destination); err != nil {
				return err
			}
		case kind == "s3" && destination != success: // AWS keeps only failures there
			if err := s.checkBucket(ctx, n, destination); err != nil {
				return err
			}
		default:
			return lambdaapi.InvalidParameterValueException(fmt.Sprintf("The provided destination config DestinationConfig(onSuccess=%s, onFailure=%s) is invalid.",
				shown("OnSuccess", success), shown("OnFailure", failure)))
		}
	}
	return nil
}

// shown writes a destination as AWS's refusal does.
func shown(kind, destination string) string {
	if destination == "" {
		return "null"
	}
	return kind + "(destination=" + destination + ")"
}

// checkDestination refuses a function that cannot be the destination.
func (s *Service) checkDestination(ctx context.Context, n name, destination string) error {
	invalid := lambdaapi.InvalidParameterValueException("The destination ARN " + destination + " is invalid.")
	to, err := parseName(&api.Call{Account: n.account, Region: n.region}, destination, nil)
	if err != nil {
		return invalid.Because(err)
	}
	if to.unqualified() == n.unqualified() {
		return lambdaapi.InvalidParameterValueException("You can't specify the function as a destination for itself.")
	}
	err = s.store.View(ctx, func(r kv.Reader) error { _, err := readHolder(r, to); return err })
	if awserr.Code(err) == "ResourceNotFoundException" {
		return invalid.Because(err)
	}
	if err != nil {
		return err
	}
	call, err := s.asRole(ctx, n)
	if awserr.Code(err) == "ResourceNotFoundException" {
		return nil // there is no such function, which the caller finds out
	}
	if err == nil {
		_, err = s.permitted(ctx, call, to)
	}
	if err == nil || isOurs(err) {
		return err
	}
	return lambdaapi.InvalidParameterValueException("The function's execution role does not have permissions to call InvokeFunction on " + destination).Because(err)
}

// serviceOf returns the service that an ARN names, or what stands in its place.
func serviceOf(arn string) string {
	parts := strings.SplitN(arn, ":", 4)
	if len(parts) < 4 {
		return arn
	}
	return parts[2]
}
