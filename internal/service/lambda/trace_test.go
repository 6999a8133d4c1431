package lambda

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

var traceForm = regexp.MustCompile(`^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01]$`)

const (
	traceRoot   = "1-5759e988-bd862e3fe1be46a994272793"
	traceParent = "53995c3f42cd8ad8"
)

func TestATraceGoesOn(t *testing.T) {
	h := newHarness(t)
	for _, tt := range []struct{ given, begin, end string }{
		{"", "Root=1-69a42a40-", ";Sampled=0"}, // the second in which the tests begin
		{"Root=" + traceRoot + ";Parent=" + traceParent + ";Sampled=1", "Root=" + traceRoot + ";Parent=" + traceParent + ";", ";Sampled=1"},
		{"Sampled=1;Root=" + traceRoot, "Root=" + traceRoot + ";Parent=", ";Sampled=1"},
		{"Root=" + traceRoot + ";Sampled=?", "Root=" + traceRoot + ";Parent=", ";Sampled=0"},
		{"Root=1-5759e988-bd862e3fe1be46a99427279G;Parent=x;Self=1", "Root=1-69a42a40-", ";Sampled=0"},
	} {
		if got := h.traceOf(tt.given); !traceForm.MatchString(got) || !strings.HasPrefix(got, tt.begin) || !strings.HasSuffix(got, tt.end) {
			t.Errorf("traceOf(%q) = %q", tt.given, got)
		}
	}
}

func TestEveryInvocationIsPartOfATrace(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	given := "Root=" + traceRoot + ";Parent=" + traceParent + ";Sampled=1"
	expect := func(how, want string) {
		t.Helper()
		if got := (<-h.sandboxes.calls).TraceID; got != want {
			t.Errorf("%s: the function gets %q, want %q", how, got, want)
		}
	}
	out := must(h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f"}))(t)
	if !traceForm.MatchString(*out.TraceId) {
		t.Errorf("the caller is told %q", *out.TraceId)
	}
	expect("Invoke", *out.TraceId)
	out = must(h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f", TraceId: &given}))(t)
	if *out.TraceId != given || *out.RemappedContentLength != "0" {
		t.Errorf("the caller is told %q and %q", *out.TraceId, *out.RemappedContentLength)
	}
	expect("Invoke with a trace", given)
	must(h.InvokeWithResponseStream(t.Context(), call, &lambdaapi.InvokeWithResponseStreamRequest{FunctionName: "f", TraceId: &given}))(t)
	expect("InvokeWithResponseStream", given)
	event := must(h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f", InvocationType: "Event", TraceId: &given}))(t)
	if *event.TraceId != given {
		t.Errorf("the sender of an event is told %q", *event.TraceId)
	}
	expect("an event", given)
	must(h.InvokeFor(t.Context(), Source{Service: "s3.amazonaws.com", Account: account}, arnF, nil))(t)
	if got := (<-h.sandboxes.calls).TraceID; !traceForm.MatchString(got) {
		t.Errorf("InvokeFor: the function gets %q", got)
	}
}

func TestAURLPassesTheTraceOn(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	id := h.createURL()
	must(h.AddPermission(t.Context(), call, &addition{FunctionName: "f", StatementId: "s", Action: "lambda:InvokeFunctionUrl", Principal: "*", FunctionUrlAuthType: "NONE"}))(t)
	r := httptest.NewRequest("GET", "/", nil)
	h.ServeURL(httptest.NewRecorder(), r, &api.Call{RequestID: "r"}, id, nil)
	got := <-h.sandboxes.calls
	if !traceForm.MatchString(got.TraceID) || !strings.Contains(string(got.Payload), `"x-amzn-trace-id":"Root=1-`) {
		t.Errorf("the function gets %q and %s", got.TraceID, got.Payload)
	}
	r = httptest.NewRequest("GET", "/", nil)
	r.Header = http.Header{"X-Amzn-Trace-Id": {"Root=" + traceRoot}}
	answer := httptest.NewRecorder()
	h.ServeURL(answer, r, &api.Call{RequestID: "r"}, id, nil)
	if told := answer.Header().Get("X-Amzn-Trace-Id"); !strings.HasPrefix(told, "Root="+traceRoot+";Parent=") {
		t.Errorf("the client is told %q", told)
	}
	if got = <-h.sandboxes.calls; !strings.HasPrefix(got.TraceID, "Root="+traceRoot+";") || !strings.Contains(string(got.Payload), `"x-amzn-trace-id":"Root=`+traceRoot) {
		t.Errorf("the function gets %q and %s", got.TraceID, got.Payload)
	}
}

// A client context is for who waits: so AWS documents it.
func TestEventsHaveNoClientContext(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	given := "eyJjdXN0b20iOnt9fQ==" // {"custom":{}}
	must(h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f", InvocationType: "Event", ClientContext: &given}))(t)
	if got := (<-h.sandboxes.calls).ClientContext; got != "" {
		t.Errorf("an event has the client context %s", got)
	}
	must(h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f", ClientContext: &given}))(t)
	if got := (<-h.sandboxes.calls).ClientContext; got != `{"custom":{}}` {
		t.Errorf("the client context is %q", got)
	}
	for _, text := range []string{"WzFd", "bnVsbA==", "MQ==", "%%%"} { // [1], null, 1
		_, err := h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f", ClientContext: &text})
		refused(t, text, err, "InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object.")
	}
}

// FuzzParseTrace checks that whatever a header says, what is passed on is a
// trace.
func FuzzParseTrace(f *testing.F) {
	for _, seed := range []string{"", "Root=" + traceRoot, "Root=" + traceRoot + ";Parent=" + traceParent + ";Sampled=1;Lineage=a:0", ";;=;Root", "Root=1--"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		p := parseTrace(header)
		if p.Root == "" {
			p.Root = traceRoot
		}
		if p.Parent == "" {
			p.Parent = traceParent
		}
		if p.Sampled == "" {
			p.Sampled = "0"
		}
		if !traceForm.MatchString(p.String()) {
			t.Errorf("%q is read as %q", header, p)
		}
	})
}
