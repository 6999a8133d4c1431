package lambda

import (
	"context"
	"testing"

	lambdaapi "cloudless/internal/api/lambda"
)

func (h *harness) reserve(function string, n int64) error {
	_, err := h.PutFunctionConcurrency(h.t.Context(), call, &lambdaapi.PutFunctionConcurrencyRequest{FunctionName: function, ReservedConcurrentExecutions: n})
	return err
}

func TestReservationsLeaveTheOthersSome(t *testing.T) {
	const tooMuch = "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100]."
	h := newHarness(t)
	h.create("f")
	h.create("g")
	refused(t, "901", h.reserve("f", 901), "InvalidParameterValueException", tooMuch)
	for _, step := range []struct {
		function string
		n        int64
	}{{"f", 900}, {"f", 500}, {"g", 400}, {"f", 500}} {
		if err := h.reserve(step.function, step.n); err != nil {
			t.Fatalf("%+v: %v", step, err)
		}
	}
	refused(t, "one more", h.reserve("g", 401), "InvalidParameterValueException", tooMuch)
	refused(t, "a version", h.reserve("f:1", 1), "InvalidParameterValueException",
		"This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.")

	got := must(h.GetFunctionConcurrency(t.Context(), call, &lambdaapi.GetFunctionConcurrencyRequest{FunctionName: "g"}))(t)
	if *got.ReservedConcurrentExecutions != 400 {
		t.Errorf("GetFunctionConcurrency = %d", *got.ReservedConcurrentExecutions)
	}
	if out := must(h.GetFunction(t.Context(), call, &lambdaapi.GetFunctionRequest{FunctionName: "g"}))(t); *out.Concurrency.ReservedConcurrentExecutions != 400 {
		t.Errorf("GetFunction = %+v", out.Concurrency)
	}
	settings := must(h.GetAccountSettings(t.Context(), call, &lambdaapi.GetAccountSettingsRequest{}))(t)
	if *settings.AccountLimit.ConcurrentExecutions != 1000 || *settings.AccountLimit.UnreservedConcurrentExecutions != 100 || *settings.AccountUsage.FunctionCount != 2 ||
		*settings.AccountUsage.TotalCodeSize != 2*h.peek("f").Code.Size {
		t.Errorf("GetAccountSettings = %+v, %+v", settings.AccountLimit, settings.AccountUsage)
	}
	must(h.DeleteFunctionConcurrency(t.Context(), call, &lambdaapi.DeleteFunctionConcurrencyRequest{FunctionName: "g"}))(t)
	if got := must(h.GetFunctionConcurrency(t.Context(), call, &lambdaapi.GetFunctionConcurrencyRequest{FunctionName: "g"}))(t); got.ReservedConcurrentExecutions != nil {
		t.Errorf("GetFunctionConcurrency = %d", *got.ReservedConcurrentExecutions)
	}
	if err := h.reserve("f", 900); err != nil {
		t.Errorf("what was given back cannot be had: %v", err)
	}
}

func TestAReservationBoundsAllVersionsTogether(t *testing.T) {
	h := newHarness(t)
	h.withVersions()
	h.create("g")
	if err := h.reserve("f", 2); err != nil {
		t.Fatal(err)
	}
	release, ended := make(chan struct{}), make(chan error)
	h.sandboxes.set(func() {
		h.sandboxes.invoke = func(context.Context, Environment, Invocation) (Outcome, error) { <-release; return Outcome{}, nil }
	})
	for _, text := range []string{"f", "f:1"} {
		go func() {
			_, err := h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: text})
			ended <- err
		}()
		<-h.sandboxes.calls
	}
	_, err := h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f:2"})
	throttledFor(t, err, "ReservedFunctionConcurrentInvocationLimitExceeded")
	close(release)
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	for _, text := range []string{"f:2", "g"} {
		if _, err := h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: text}); err != nil {
			t.Errorf("then, %s: %v", text, err)
		}
	}
	if err := h.reserve("f", 0); err != nil {
		t.Fatal(err)
	}
	_, err = h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f"})
	throttledFor(t, err, "ReservedFunctionConcurrentInvocationLimitExceeded")
}

func TestFunctionsWithoutReservationShareTheRest(t *testing.T) {
	s := slots{busy: map[slotOwner]int64{}}
	f, g := &function{Account: account, Region: region, Name: "f"}, &function{Account: account, Region: region, Name: "g"}
	for range 100 {
		if _, err := s.take(target{function: f, reserved: 900}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.take(target{function: g, reserved: 900})
	throttledFor(t, err, "ConcurrentInvocationLimitExceeded")
	release, err := s.take(target{function: g, limit: new(int64(1)), reserved: 900})
	if err != nil {
		t.Fatal(err)
	}
	release()
	if _, busy := s.busy[slotOwner{account, region, "g", ""}]; busy {
		t.Error("a function that does not run is remembered")
	}
	elsewhere := &function{Account: account, Region: "us-east-1", Name: "f"}
	if _, err := s.take(target{function: elsewhere}); err != nil {
		t.Errorf("in another region: %v", err)
	}
}
