package lambda

import (
	"regexp"
	"strings"
	"testing"
	"time"

	lambdaapi "cloudless/internal/api/lambda"
)

func TestABucketGetsTheRecordOfAFailure(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	h.configureEvents(func(in *lambdaapi.PutFunctionEventInvokeConfigRequest) {
		in.DestinationConfig, in.MaximumRetryAttempts = to("", "arn:aws:s3:::failures"), new(int64(0))
	})
	h.sandboxes.answer(Outcome{Payload: []byte(`{"errorMessage":"no"}`), FunctionError: "Unhandled"}, nil)
	h.buckets.mu.Lock()
	h.buckets.fails = 1
	h.buckets.mu.Unlock()
	h.event("f", "r1", `[]`)
	<-h.sandboxes.calls
	h.awaitWait(time.Second) // the bucket is tried again then
	h.restart()              // the record is durable
	h.clock.Advance(time.Second)
	h.awaitEmpty()

	h.buckets.mu.Lock()
	defer h.buckets.mu.Unlock()
	key := regexp.MustCompile(`^aws/lambda/async/f/2026/03/01/2026-03-01T12\.00\.00-[0-9a-f]{8}-[0-9a-f-]{27}$`)
	want := `{"version":"1.0","timestamp":"2026-03-01T12:00:00.000Z","requestContext":{"requestId":"r1","functionArn":"` + arnF + `:$LATEST","condition":"RetriesExhausted","approximateInvokeCount":1},` +
		`"requestPayload":[],"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},"responsePayload":{"errorMessage":"no"}}`
	if len(h.buckets.objects["failures"]) != 1 {
		t.Errorf("the bucket has %v", h.buckets.objects)
	}
	for name, body := range h.buckets.objects["failures"] {
		if !key.MatchString(name) || body != want {
			t.Errorf("%s is\n%s\nwant\n%s", name, body, want)
		}
	}
	if n := len(h.sandboxes.calls); n != 0 {
		t.Errorf("the function was invoked %d times more", n)
	}
}

func TestBucketsThatCannotBeADestination(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	put := func(to *lambdaapi.DestinationConfig) error {
		_, err := h.PutFunctionEventInvokeConfig(t.Context(), call, &lambdaapi.PutFunctionEventInvokeConfigRequest{FunctionName: "f", DestinationConfig: to})
		return err
	}
	refused(t, "for successes", put(to("arn:aws:s3:::failures", "")), "InvalidParameterValueException",
		"The provided destination config DestinationConfig(onSuccess=OnSuccess(destination=arn:aws:s3:::failures), onFailure=null) is invalid.")
	refused(t, "one that is not there", put(to("", "arn:aws:s3:::nosuch")), "InvalidParameterValueException", "The destination ARN arn:aws:s3:::nosuch is invalid.")
	const noRight = "The function's execution role does not have permissions to call PutObject on arn:aws:s3:::"
	refused(t, "one that the role may not list", put(to("", "arn:aws:s3:::closed")), "InvalidParameterValueException", noRight+"closed")
	h.authz.deny = map[string]bool{"s3:PutObject": true}
	refused(t, "one that the role may not write", put(to("", "arn:aws:s3:::failures")), "InvalidParameterValueException", noRight+"failures")
	if asked := strings.Join(h.authz.asked, "\n"); !strings.Contains(asked, "s3:PutObject arn:aws:s3:::failures/*") {
		t.Errorf("asked for\n%s", asked)
	}
}
