package lambda

import (
	"context"
	"fmt"
	"slices"
	"testing"

	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

// events reads an answer to its end.
func events(t *testing.T, out *lambdaapi.InvokeWithResponseStreamResponse) (got []string) {
	t.Helper()
	text := func(s *string) string {
		if s == nil {
			return "-"
		}
		return *s
	}
	err := out.EventStream(func(name string, event any) error {
		switch e := event.(type) {
		case *lambdaapi.InvokeResponseStreamUpdate:
			got = append(got, name+" "+string(e.Payload))
		case *lambdaapi.InvokeWithResponseStreamCompleteEvent:
			got = append(got, fmt.Sprint(name, " ", text(e.ErrorCode), " ", text(e.ErrorDetails), " ", text(e.LogResult)))
		}
		return nil
	})
	if err != nil {
		t.Errorf("the stream ends with %v", err)
	}
	return got
}

func TestInvokeWithResponseStreamHandsOnWhatTheFunctionSays(t *testing.T) {
	for _, tt := range []struct {
		name   string
		in     lambdaapi.InvokeWithResponseStreamRequest
		pieces []string
		out    Outcome
		want   []string
	}{
		{"in pieces", lambdaapi.InvokeWithResponseStreamRequest{}, []string{"one ", "", "two"}, Outcome{LogTail: []byte("START")},
			[]string{"PayloadChunk one ", "PayloadChunk two", "InvokeComplete - - -"}},
		{"with its log", lambdaapi.InvokeWithResponseStreamRequest{LogType: "Tail"}, []string{"all"}, Outcome{LogTail: []byte("START")},
			[]string{"PayloadChunk all", "InvokeComplete - - U1RBUlQ="}},
		{"until it fails", lambdaapi.InvokeWithResponseStreamRequest{}, []string{"half"}, Outcome{Payload: []byte(`{"errorType":"E"}`), FunctionError: "Unhandled"},
			[]string{"PayloadChunk half", `InvokeComplete Unhandled {"errorType":"E"} -`}},
		{"unless it fails at once", lambdaapi.InvokeWithResponseStreamRequest{}, nil, Outcome{Payload: []byte(`{"errorType":"E"}`), FunctionError: "Unhandled"},
			[]string{`InvokeComplete Unhandled {"errorType":"E"} -`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t)
			h.create("f")
			h.sandboxes.set(func() {
				h.sandboxes.invoke = func(_ context.Context, _ Environment, in Invocation) (Outcome, error) {
					if tt.pieces != nil {
						in.Stream.Begin("text/plain")
					}
					buf := make([]byte, 16) // as the sandboxes do, all in one room
					for _, p := range tt.pieces {
						if _, err := in.Stream.Write(buf[:copy(buf, p)]); err != nil {
							t.Error(err)
						}
					}
					return tt.out, nil
				}
			})
			tt.in.FunctionName = "f"
			out := must(h.InvokeWithResponseStream(t.Context(), call, &tt.in))(t)
			if *out.StatusCode != 200 || *out.ExecutedVersion != "$LATEST" {
				t.Errorf("head = %+v", out)
			}
			if got := events(t, out); !slices.Equal(got, tt.want) {
				t.Errorf("events = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestInvokeWithResponseStreamRefuses(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	invoke := func(in lambdaapi.InvokeWithResponseStreamRequest) error {
		_, err := h.InvokeWithResponseStream(t.Context(), call, &in)
		return err
	}
	refused(t, "an unknown function", invoke(lambdaapi.InvokeWithResponseStreamRequest{FunctionName: "nosuch"}),
		"ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:111111111111:function:nosuch:$LATEST")
	if err := invoke(lambdaapi.InvokeWithResponseStreamRequest{FunctionName: "f", Payload: []byte(`{"a":`)}); awserr.Code(err) != "InvalidRequestContentException" {
		t.Errorf("what is no JSON: %v", err)
	}
	must(h.PutFunctionConcurrency(t.Context(), call, &lambdaapi.PutFunctionConcurrencyRequest{FunctionName: "f", ReservedConcurrentExecutions: 0}))(t)
	refused(t, "a function without executions", invoke(lambdaapi.InvokeWithResponseStreamRequest{FunctionName: "f"}),
		"TooManyRequestsException", "Rate Exceeded.")
	h.authz.deny = map[string]bool{"lambda:InvokeFunction": true}
	refused(t, "who may not invoke", invoke(lambdaapi.InvokeWithResponseStreamRequest{FunctionName: "f"}), "AccessDeniedException", "no lambda:InvokeFunction")
	if n := len(h.sandboxes.calls); n != 0 {
		t.Errorf("%d invocations have reached the sandboxes", n)
	}
}

func TestADryRunOfAStreamRunsNothing(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	out := must(h.InvokeWithResponseStream(t.Context(), call, &lambdaapi.InvokeWithResponseStreamRequest{FunctionName: "f", InvocationType: "DryRun"}))(t)
	if *out.StatusCode != 204 || out.EventStream != nil || len(h.sandboxes.calls) != 0 {
		t.Errorf("DryRun = %+v, %d calls", out, len(h.sandboxes.calls))
	}
}

func TestAFunctionGoesOnWhenNobodyReadsItsStream(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	wrote := make(chan error, 1)
	h.sandboxes.set(func() {
		h.sandboxes.invoke = func(_ context.Context, _ Environment, in Invocation) (Outcome, error) {
			in.Stream.Begin("")
			_, err := in.Stream.Write([]byte("for nobody"))
			wrote <- err
			return Outcome{}, nil
		}
	})
	ctx, leave := context.WithCancel(t.Context())
	must(h.InvokeWithResponseStream(ctx, call, &lambdaapi.InvokeWithResponseStreamRequest{FunctionName: "f"}))(t)
	leave()
	if err := <-wrote; err != nil {
		t.Errorf("Write = %v", err)
	}
}
