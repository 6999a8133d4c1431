package lambda

import (
	"fmt"
	"testing"

	lambdaapi "cloudless/internal/api/lambda"
)

func TestInvocationsSeeWhatHasChanged(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	invoke := func(text string) invoked {
		t.Helper()
		must(h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: text}))(t)
		return <-h.sandboxes.calls
	}
	first := invoke("f")
	must(h.PublishVersion(t.Context(), call, &lambdaapi.PublishVersionRequest{FunctionName: "f"}))(t)
	must(h.UpdateFunctionConfiguration(t.Context(), call, &lambdaapi.UpdateFunctionConfigurationRequest{FunctionName: "f", Timeout: new(int64(7))}))(t)
	h.awaitSettled("f")
	second := invoke("f")
	if second.Timeout == first.Timeout || second.Environment.ID == first.Environment.ID {
		t.Errorf("after the update the environment is %s with a timeout of %v, as before", second.Environment.ID, second.Timeout)
	}
	if published := invoke("f:1"); published.Timeout != first.Timeout {
		t.Errorf("version 1 has a timeout of %v, want %v", published.Timeout, first.Timeout)
	}
	must(h.DeleteFunction(t.Context(), call, &lambdaapi.DeleteFunctionRequest{FunctionName: "f"}))(t)
	_, err := h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f"})
	refused(t, "a deleted function", err, "ResourceNotFoundException", "Function not found: "+first.Environment.ARN+":$LATEST")
}

func TestNoMoreIsRecalledThanABound(t *testing.T) {
	var c recall
	for i := range 3*maxRecalled + 1 {
		c.keep([]byte(fmt.Sprint(i)), &recalled{})
		if len(c.known) > maxRecalled {
			t.Fatalf("%d functions are kept", len(c.known))
		}
	}
	if c.find([]byte(fmt.Sprint(3*maxRecalled))) == nil {
		t.Error("the last one is not there")
	}
}
