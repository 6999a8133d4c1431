package lambda

import (
	"context"
	"strings"
	"testing"
	"time"

	lambdaapi "cloudless/internal/api/lambda"
)

const arnF = "arn:aws:lambda:eu-central-1:111111111111:function:f"

// configureEvents gives f a configuration of its events.
func (h *harness) configureEvents(edit func(*lambdaapi.PutFunctionEventInvokeConfigRequest)) {
	h.t.Helper()
	in := &lambdaapi.PutFunctionEventInvokeConfigRequest{FunctionName: "f"}
	edit(in)
	must(h.PutFunctionEventInvokeConfig(h.t.Context(), call, in))(h.t)
}

// to is a destination configuration; "" is none.
func to(success, failure string) *lambdaapi.DestinationConfig {
	c := &lambdaapi.DestinationConfig{}
	if success != "" {
		c.OnSuccess = &lambdaapi.OnSuccess{Destination: &success}
	}
	if failure != "" {
		c.OnFailure = &lambdaapi.OnFailure{Destination: &failure}
	}
	return c
}

func TestAnEventInvokeConfigIsKept(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	put := must(h.PutFunctionEventInvokeConfig(t.Context(), call, &lambdaapi.PutFunctionEventInvokeConfigRequest{FunctionName: "f", MaximumRetryAttempts: new(int64(0))}))(t)
	if *put.FunctionArn != arnF+":$LATEST" || *put.MaximumRetryAttempts != 0 || put.MaximumEventAgeInSeconds != nil ||
		put.DestinationConfig.OnFailure == nil || put.DestinationConfig.OnSuccess == nil {
		t.Errorf("Put = %+v", put)
	}
	// Another Put forgets what was, an Update adds to it.
	must(h.PutFunctionEventInvokeConfig(t.Context(), call, &lambdaapi.PutFunctionEventInvokeConfigRequest{FunctionName: "f", MaximumEventAgeInSeconds: new(int64(60))}))(t)
	must(h.UpdateFunctionEventInvokeConfig(t.Context(), call, &lambdaapi.UpdateFunctionEventInvokeConfigRequest{FunctionName: "f:$LATEST", MaximumRetryAttempts: new(int64(1))}))(t)
	got := must(h.GetFunctionEventInvokeConfig(t.Context(), call, &lambdaapi.GetFunctionEventInvokeConfigRequest{FunctionName: "f", Qualifier: new("$LATEST")}))(t)
	if *got.MaximumRetryAttempts != 1 || *got.MaximumEventAgeInSeconds != 60 || !got.LastModified.Equal(start) {
		t.Errorf("Get = %+v", got)
	}
	must(h.PublishVersion(t.Context(), call, &lambdaapi.PublishVersionRequest{FunctionName: "f"}))(t)
	must(h.PutFunctionEventInvokeConfig(t.Context(), call, &lambdaapi.PutFunctionEventInvokeConfigRequest{FunctionName: "f:1", MaximumEventAgeInSeconds: new(int64(120))}))(t)
	list := must(h.ListFunctionEventInvokeConfigs(t.Context(), call, &lambdaapi.ListFunctionEventInvokeConfigsRequest{FunctionName: "f", MaxItems: new(int64(1))}))(t)
	if len(list.FunctionEventInvokeConfigs) != 1 || list.NextMarker == nil {
		t.Fatalf("List = %+v", list)
	}
	list = must(h.ListFunctionEventInvokeConfigs(t.Context(), call, &lambdaapi.ListFunctionEventInvokeConfigsRequest{FunctionName: "f", Marker: list.NextMarker}))(t)
	if len(list.FunctionEventInvokeConfigs) != 1 || *list.FunctionEventInvokeConfigs[0].FunctionArn != arnF+":1" || list.NextMarker != nil {
		t.Errorf("second page = %+v", list)
	}
	must(h.DeleteFunctionEventInvokeConfig(t.Context(), call, &lambdaapi.DeleteFunctionEventInvokeConfigRequest{FunctionName: "f"}))(t)
	_, err := h.DeleteFunctionEventInvokeConfig(t.Context(), call, &lambdaapi.DeleteFunctionEventInvokeConfigRequest{FunctionName: "f"})
	refused(t, "a second Delete", err, "ResourceNotFoundException", "The function "+arnF+":$LATEST doesn't have an EventInvokeConfig")
	must(h.DeleteFunction(t.Context(), call, &lambdaapi.DeleteFunctionRequest{FunctionName: "f"}))(t)
	if n := h.count("invokeconfig"); n != 0 {
		t.Errorf("%d stay behind", n)
	}
}

func TestEventInvokeConfigsThatAreRefused(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	for _, tt := range []struct {
		name, function string
		to             *lambdaapi.DestinationConfig
		code, message  string
	}{
		{"nothing to change", "f", nil, "InvalidParameterValueException", "You must specify at least one of error handling or destination setting."},
		{"no such function", "g", to("", ""), "ResourceNotFoundException", "The function doesn't exist."},
		{"no such version", "f:7", to("", ""), "ResourceNotFoundException", "The function doesn't exist."},
		{"itself", "f", to(arnF, ""), "InvalidParameterValueException", "You can't specify the function as a destination for itself."},
		{"a destination that is not there", "f", to("", strings.Replace(arnF, ":f", ":g", 1)+"x"), "InvalidParameterValueException", "The destination ARN " + strings.Replace(arnF, ":f", ":g", 1) + "x is invalid."},
		{"a service that cannot be one", "f", to("", "arn:aws:iam::111111111111:role/x"), "InvalidParameterValueException",
			"The provided destination config DestinationConfig(onSuccess=null, onFailure=OnFailure(destination=arn:aws:iam::111111111111:role/x)) is invalid."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := h.PutFunctionEventInvokeConfig(t.Context(), call, &lambdaapi.PutFunctionEventInvokeConfigRequest{FunctionName: tt.function, DestinationConfig: tt.to})
			refused(t, "Put", err, tt.code, tt.message)
		})
	}
	for _, kind := range []string{"sqs", "sns", "events"} {
		_, err := h.PutFunctionEventInvokeConfig(t.Context(), call, &lambdaapi.PutFunctionEventInvokeConfigRequest{FunctionName: "f", DestinationConfig: to("arn:aws:"+kind+":eu-central-1:111111111111:x", "")})
		if err == nil || !strings.Contains(err.Error(), kind) {
			t.Errorf("a destination of %s: %v", kind, err)
		}
	}
	h.create("d")
	h.authz.deny = map[string]bool{"lambda:InvokeFunction": true}
	_, err := h.PutFunctionEventInvokeConfig(t.Context(), call, &lambdaapi.PutFunctionEventInvokeConfigRequest{FunctionName: "f", DestinationConfig: to("", arnD)})
	refused(t, "a destination that the role may not invoke", err, "InvalidParameterValueException", "The function's execution role does not have permissions to call InvokeFunction on "+arnD)
}

const arnD = "arn:aws:lambda:eu-central-1:111111111111:function:d"

func TestADestinationGetsTheRecordOfASuccess(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	h.create("d")
	h.configureEvents(func(in *lambdaapi.PutFunctionEventInvokeConfigRequest) { in.DestinationConfig = to(arnD, "") })
	h.sandboxes.answer(Outcome{Payload: []byte(`{"hello":"<world>"}`)}, nil)
	h.event("f", "r1", `{"mode":"success"}`)
	<-h.sandboxes.calls
	got := <-h.sandboxes.calls
	want := `{"version":"1.0","timestamp":"2026-03-01T12:00:00.000Z","requestContext":{"requestId":"r1","functionArn":"` + arnF + `:$LATEST","condition":"Success","approximateInvokeCount":1},` +
		`"requestPayload":{"mode":"success"},"responseContext":{"statusCode":200,"executedVersion":"$LATEST"},"responsePayload":{"hello":"<world>"}}`
	if got.FunctionName != "d" || string(got.Payload) != want {
		t.Errorf("%s got\n%s\nwant\n%s", got.FunctionName, got.Payload, want)
	}
	if got.RequestID == "r1" {
		t.Error("the destination runs under the id of the event")
	}
	h.awaitEmpty()
}

func TestADestinationGetsTheRecordOfAFailure(t *testing.T) {
	failure := Outcome{Payload: []byte(`{"errorMessage":"no"}`), FunctionError: "Unhandled"}
	response := `,"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},"responsePayload":{"errorMessage":"no"}}`
	for _, tt := range []struct {
		name      string
		configure func(*lambdaapi.PutFunctionEventInvokeConfigRequest)
		waits     []time.Duration
		condition string
		count     string
	}{
		{"with the attempts that are the default", func(*lambdaapi.PutFunctionEventInvokeConfigRequest) {}, []time.Duration{time.Minute, 2 * time.Minute}, "RetriesExhausted", "3"},
		{"without retries", func(in *lambdaapi.PutFunctionEventInvokeConfigRequest) { in.MaximumRetryAttempts = new(int64(0)) }, nil, "RetriesExhausted", "1"},
		{"too old to be tried again", func(in *lambdaapi.PutFunctionEventInvokeConfigRequest) { in.MaximumEventAgeInSeconds = new(int64(90)) }, []time.Duration{time.Minute}, "EventAgeExceeded", "2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t)
			h.create("f")
			h.create("d")
			h.configureEvents(func(in *lambdaapi.PutFunctionEventInvokeConfigRequest) {
				in.DestinationConfig = to("", arnD)
				tt.configure(in)
			})
			h.sandboxes.answer(failure, nil)
			h.event("f", "r1", `[]`)
			for _, wait := range tt.waits {
				<-h.sandboxes.calls
				h.advance(wait)
			}
			<-h.sandboxes.calls
			got := <-h.sandboxes.calls
			want := `"condition":"` + tt.condition + `","approximateInvokeCount":` + tt.count + `},"requestPayload":[]` + response
			if got.FunctionName != "d" || !strings.HasSuffix(string(got.Payload), want) {
				t.Errorf("%s got\n%s\nwant\n…%s", got.FunctionName, got.Payload, want)
			}
		})
	}
}

func TestAFunctionThatMayNotRunSendsItsEventsToItsDestination(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	h.create("d")
	h.configureEvents(func(in *lambdaapi.PutFunctionEventInvokeConfigRequest) { in.DestinationConfig = to("", arnD) })
	must(h.PutFunctionConcurrency(t.Context(), call, &lambdaapi.PutFunctionConcurrencyRequest{FunctionName: "f", ReservedConcurrentExecutions: 0}))(t)
	h.event("f", "r1", `1`)
	got := <-h.sandboxes.calls
	if want := `"condition":"ZeroReservedConcurrency","approximateInvokeCount":0},"requestPayload":1}`; got.FunctionName != "d" || !strings.HasSuffix(string(got.Payload), want) {
		t.Errorf("%s got %s, want …%s", got.FunctionName, got.Payload, want)
	}
	h.awaitEmpty()
}

func TestARoleThatMayNotInvokeTheDestinationDeliversNothing(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	h.create("d")
	h.configureEvents(func(in *lambdaapi.PutFunctionEventInvokeConfigRequest) { in.DestinationConfig = to(arnD, "") })
	h.event("f", "r1", `1`)
	<-h.sandboxes.calls
	<-h.sandboxes.calls // allowed
	release := make(chan struct{})
	h.sandboxes.set(func() {
		h.sandboxes.invoke = func(context.Context, Environment, Invocation) (Outcome, error) { <-release; return Outcome{}, nil }
	})
	h.event("f", "r2", `2`)
	<-h.sandboxes.calls
	h.authz.mu.Lock()
	h.authz.deny = map[string]bool{"lambda:InvokeFunction": true}
	h.authz.mu.Unlock()
	close(release)
	h.awaitEmpty()
	if n := len(h.sandboxes.calls); n != 0 {
		t.Errorf("%d invocations more", n)
	}
}
