package lambda

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"testing"

	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

func TestInvokeAnswersWithWhatTheFunctionSaid(t *testing.T) {
	h := newHarness(t)
	h.create("f", func(in *lambdaapi.CreateFunctionRequest) {
		in.Environment = &lambdaapi.Environment{Variables: map[string]string{"A": "b"}}
	})
	h.sandboxes.answer(Outcome{Payload: []byte(`{"errorMessage":"no"}`), FunctionError: "Unhandled", LogTail: []byte("START")}, nil)
	out := must(h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{
		FunctionName: "f", Payload: []byte("[1]"), LogType: "Tail", ClientContext: new(base64.StdEncoding.EncodeToString([]byte(`{"custom":{}}`))),
	}))(t)
	if *out.StatusCode != 200 || *out.FunctionError != "Unhandled" || string(out.Payload) != `{"errorMessage":"no"}` || *out.LogResult != "U1RBUlQ=" || *out.ExecutedVersion != "$LATEST" {
		t.Errorf("Invoke = %+v", out)
	}
	got := <-h.sandboxes.calls
	if got.RequestID != "request-1" || string(got.Payload) != "[1]" || got.ClientContext != `{"custom":{}}` || got.Invocation.ARN != "arn:aws:lambda:eu-central-1:111111111111:function:f" {
		t.Errorf("invoked with %+v", got.Invocation)
	}
	e := got.Environment
	if e.Handler != "index.handler" || e.MemoryMB != 128 || e.Timeout.Seconds() != 3 || e.Variables["A"] != "b" || e.Version != "$LATEST" || e.LogGroup != "/aws/lambda/f" {
		t.Errorf("in %+v", e)
	}
	if key, err := e.Credentials(t.Context()); err != nil || key.ID != "f" || key.Principal.SourceFunctionARN != got.Invocation.ARN {
		t.Errorf("with credentials %+v, %v", key, err)
	}
	code, err := e.Code(t.Context())
	if err != nil || code.Size() != h.peek("f").Code.Size {
		t.Errorf("with code %v, %v", code, err)
	}
}

func TestAFunctionGetsAnEmptyObjectWhenNothingIsSent(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	must(h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f"}))(t)
	if got := <-h.sandboxes.calls; string(got.Payload) != "{}" {
		t.Errorf("it gets %q", got.Payload)
	}
}

func TestInvokeRefuses(t *testing.T) {
	for _, tt := range []struct {
		name          string
		in            lambdaapi.InvocationRequest
		code, message string
	}{
		{"an unknown function", lambdaapi.InvocationRequest{FunctionName: "doesnotexist"},
			"ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:111111111111:function:doesnotexist:$LATEST"},
		{"an unknown version", lambdaapi.InvocationRequest{FunctionName: "f", Qualifier: new("1221")},
			"ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:111111111111:function:f:1221"},
		{"a version beyond all numbers", lambdaapi.InvocationRequest{FunctionName: "f", Qualifier: new("99999999999999999999")},
			"ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:111111111111:function:f:99999999999999999999"},
		{"an unknown alias", lambdaapi.InvocationRequest{FunctionName: "f:noalias"},
			"ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:111111111111:function:f:noalias"},
		{"two qualifiers", lambdaapi.InvocationRequest{FunctionName: "f:1", Qualifier: new("2")},
			"InvalidParameterValueException", "The derived qualifier from the function name does not match the specified qualifier."},
		{"a large payload", lambdaapi.InvocationRequest{FunctionName: "f", Payload: make([]byte, maxPayloadBytes+1)},
			"RequestEntityTooLargeException", "Request must be smaller than 6291456 bytes for the InvokeFunction operation"},
		{"a large event", lambdaapi.InvocationRequest{FunctionName: "f", InvocationType: "Event", Payload: make([]byte, maxEventBytes+1)},
			"RequestEntityTooLargeException", "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)"},
		{"an event that is too large for anything", lambdaapi.InvocationRequest{FunctionName: "f", InvocationType: "Event", Payload: make([]byte, maxPayloadBytes+1)},
			"RequestEntityTooLargeException", "Request must be smaller than 6291456 bytes for the InvokeFunction operation"},
		{"a context that is no JSON", lambdaapi.InvocationRequest{FunctionName: "f", ClientContext: new("e30")},
			"InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t)
			h.create("f")
			_, err := h.Invoke(t.Context(), call, &tt.in)
			refused(t, "Invoke", err, tt.code, tt.message)
			if n := len(h.sandboxes.calls); n != 0 {
				t.Error("it was invoked")
			}
		})
	}
}

func TestADryRunOfAnInvocationRunsNothing(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	out := must(h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f", InvocationType: "DryRun"}))(t)
	if *out.StatusCode != 204 || len(h.sandboxes.calls) != 0 {
		t.Errorf("Invoke = %+v, with %d invocations", out, len(h.sandboxes.calls))
	}
}

func TestAFunctionIsASecretToThoseWhoMayNotInvokeIt(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	h.authz.deny = map[string]bool{"lambda:InvokeFunction": true}
	for _, name := range []string{"f", "nosuch"} {
		_, err := h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: name})
		refused(t, "Invoke of "+name, err, "AccessDeniedException", "no lambda:InvokeFunction")
	}
}

func TestBusySandboxesThrottle(t *testing.T) {
	for err, reason := range map[error]string{
		ErrNoCapacity:          "ConcurrentInvocationLimitExceeded",
		ErrTooManyEnvironments: "ReservedFunctionConcurrentInvocationLimitExceeded",
	} {
		h := newHarness(t)
		h.create("f")
		h.sandboxes.answer(Outcome{}, err)
		_, got := h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f"})
		throttledFor(t, got, reason)
	}
}

// throttledFor checks that an error is AWS's throttling.
func throttledFor(t *testing.T, err error, reason string) {
	t.Helper()
	refused(t, "Invoke", err, "TooManyRequestsException", "Rate Exceeded.")
	e, _ := errors.AsType[*awserr.Error](err)
	if e == nil || e.Status != 429 {
		t.Errorf("refused with %+v", e)
		return
	}
	if d, ok := e.Detail.(*lambdaapi.TooManyRequestsExceptionDetail); !ok || d.Reason != reason || *d.Type != "User" {
		t.Errorf("detail %+v, want %s", e.Detail, reason)
	}
}

func TestInvokeForAsksThePolicyOfTheFunction(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	must(h.AddPermission(t.Context(), call, &lambdaapi.AddPermissionRequest{FunctionName: "f", StatementId: "s", Action: "lambda:InvokeFunction", Principal: "apigateway.amazonaws.com"}))(t)
	from := Source{Service: "apigateway.amazonaws.com", ARN: "arn:aws:execute-api:eu-central-1:111111111111:a/*/POST/", Account: account, RequestID: "r9"}
	out, err := h.InvokeFor(t.Context(), from, h.peek("f").arn(), []byte("{}"))
	if err != nil || string(out.Payload) != "1" {
		t.Fatalf("InvokeFor = %+v, %v", out, err)
	}
	if got := <-h.sandboxes.calls; got.RequestID != "r9" || string(got.Payload) != "{}" {
		t.Errorf("invoked with %+v", got.Invocation)
	}
	facts := map[string][]string{}
	var document string
	for _, f := range h.authz.last() {
		facts[f.Key] = f.Values
		document += f.ResourcePolicy
	}
	if !slices.Equal(facts["aws:SourceArn"], []string{from.ARN}) || !slices.Equal(facts["aws:SourceAccount"], []string{account}) || document == "" {
		t.Errorf("decided by %+v", h.authz.last())
	}
}

func TestInvokeForRefuses(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	from := Source{Service: "apigateway.amazonaws.com", Account: account}
	_, err := h.InvokeFor(t.Context(), from, h.peek("f").arn(), []byte("{a"))
	refused(t, "a broken payload", err, "InvalidRequestContentException", "Could not parse request body into json: Could not parse payload into json: Unexpected character ('a' (code 97)): was expecting double-quote to start field name\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 2]")
	_, err = h.InvokeFor(t.Context(), from, "arn:aws:lambda:eu-central-1:111111111111:function:g", nil)
	refused(t, "an unknown function", err, "ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:111111111111:function:g:$LATEST")
	_, err = h.InvokeFor(t.Context(), from, "no ARN", nil)
	refused(t, "no name", err, "ResourceNotFoundException", "Function not found: no ARN")
}

func TestACallerWhoLeavesDoesNotFreeTheSlot(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	must(h.PutFunctionConcurrency(t.Context(), call, &lambdaapi.PutFunctionConcurrencyRequest{FunctionName: "f", ReservedConcurrentExecutions: 1}))(t)
	release := make(chan struct{})
	h.sandboxes.set(func() {
		h.sandboxes.invoke = func(ctx context.Context, _ Environment, _ Invocation) (Outcome, error) {
			<-release
			return Outcome{}, ctx.Err()
		}
	})
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := h.Invoke(ctx, call, &lambdaapi.InvocationRequest{FunctionName: "f"})
		left <- err
	}()
	<-h.sandboxes.calls
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("Invoke = %v", err)
	}
	_, err := h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f"})
	throttledFor(t, err, "ReservedFunctionConcurrentInvocationLimitExceeded")
	close(release)
}
