package lambda

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

var traceForm = regexp.MustCompile(`^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01](;Lineage=1:[0-9a-f]{8}:[0-9]+(,1:[0-9a-f]{8}:[0-9]+)*)?$`)

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
		if got := h.traceOf(tt.given, target{function: &function{}}).String(); !traceForm.MatchString(got) || !strings.HasPrefix(got, tt.begin) || !strings.HasSuffix(got, tt.end) {
			t.Errorf("traceOf(%q) = %q", tt.given, got)
		}
	}
}

// TestEveryInvocationHasATrace holds the form that AWS's were recorded in.
func TestEveryInvocationHasATrace(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	invoke := func() string {
		must(h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f"}))(t)
		return (<-h.sandboxes.calls).TraceID
	}
	one, two := invoke(), invoke()
	form := regexp.MustCompile(`^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=1:[0-9a-f]{8}:0$`)
	if !form.MatchString(one) || !form.MatchString(two) || one == two {
		t.Errorf("traces are %s and %s", one, two)
	}
}

func TestEveryInvocationIsPartOfATrace(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	given := "Root=" + traceRoot + ";Parent=" + traceParent + ";Sampled=1"
	inside := given + ";Lineage=1:" + h.peek("f").ID[:8] + ":0"
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
	if *out.TraceId != inside || *out.RemappedContentLength != "0" {
		t.Errorf("the caller is told %q and %q", *out.TraceId, *out.RemappedContentLength)
	}
	expect("Invoke with a trace", inside)
	must(h.InvokeWithResponseStream(t.Context(), call, &lambdaapi.InvokeWithResponseStreamRequest{FunctionName: "f", TraceId: &given}))(t)
	expect("InvokeWithResponseStream", inside)
	event := must(h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f", InvocationType: "Event", TraceId: &given}))(t)
	if *event.TraceId != given {
		t.Errorf("the sender of an event is told %q", *event.TraceId)
	}
	expect("an event", inside)
	must(h.InvokeFor(t.Context(), Source{Service: "s3.amazonaws.com", Account: account, TraceID: given}, arnF, nil))(t)
	expect("InvokeFor", inside)
	h.awaitEmpty()
}

// A function that invokes itself, or others that lead back to it, hands its trace
// on, as the SDKs do.
func TestALoopOfFunctionsIsStopped(t *testing.T) {
	const stopped = "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services resources and stopped your function's invocation."
	h := newHarness(t)
	h.create("f")
	h.create("g")
	seen := ""
	invoke := func(function string) error {
		out, err := h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: function, TraceId: &seen})
		if err == nil {
			seen = (<-h.sandboxes.calls).TraceID
			if seen != *out.TraceId {
				t.Errorf("the caller is told %q, the function %q", *out.TraceId, seen)
			}
		}
		return err
	}
	for i := range 16 {
		for _, function := range []string{"f", "g"} {
			if err := invoke(function); err != nil {
				t.Fatalf("round %d: %v", i, err)
			}
		}
	}
	refused(t, "the 17th time", invoke("f"), "RecursiveInvocationException", stopped)
	_, err := h.InvokeWithResponseStream(t.Context(), call, &lambdaapi.InvokeWithResponseStreamRequest{FunctionName: "f", TraceId: &seen})
	refused(t, "the 17th time as a stream", err, "RecursiveInvocationException", stopped)

	// Events are dropped, and told of.
	h.create("d")
	h.configureEvents(func(in *lambdaapi.PutFunctionEventInvokeConfigRequest) { in.DestinationConfig = to("", arnD) })
	must(h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f", InvocationType: "Event", TraceId: &seen}))(t)
	if got := <-h.sandboxes.calls; got.FunctionName != "d" || !strings.Contains(string(got.Payload), `"condition":"RecursiveInvocation","approximateInvokeCount":0}`) {
		t.Errorf("%s got %s", got.FunctionName, got.Payload)
	}
	h.awaitEmpty()

	must(h.PutFunctionRecursionConfig(t.Context(), call, &lambdaapi.PutFunctionRecursionConfigRequest{FunctionName: "f", RecursiveLoop: "Allow"}))(t)
	for range 5 {
		if err := invoke("f"); err != nil {
			t.Fatalf("where loops are allowed: %v", err)
		}
	}
	// Calls that do not follow one another are no loop.
	for range 50 {
		must(h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "g", TraceId: new("Root=" + traceRoot)}))(t)
		<-h.sandboxes.calls
	}
}

func TestALineageHasABound(t *testing.T) {
	var l lineage
	for i := range 100 {
		l = l.with(fmt.Sprintf("%08x", i))
	}
	if l = parseLineage(l.String()); len(l) != maxAncestors || l[maxAncestors-1].Function != "00000063" {
		t.Errorf("it has %d functions: %v", len(l), l)
	}
	if l := parseLineage(strings.Repeat("1:00000000:1,", 1000)); len(l) != maxAncestors {
		t.Errorf("one that was given has %d", len(l))
	}
	for _, text := range []string{"", "1:0000000:0", "1:0000000g:0", "2:00000000:0", "1:00000000:-1", "1:00000000:99999", "1:00000000"} {
		if l := parseLineage(text); len(l) != 0 {
			t.Errorf("%q is read as %v", text, l)
		}
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

func TestATracedFunctionIsToldWhatIsSampled(t *testing.T) {
	h := newHarness(t)
	h.create("f", func(in *lambdaapi.CreateFunctionRequest) { in.TracingConfig = &lambdaapi.TracingConfig{Mode: "Active"} })
	sampled := func(given string) bool {
		out := must(h.Invoke(t.Context(), call, &lambdaapi.InvocationRequest{FunctionName: "f", TraceId: &given}))(t)
		<-h.sandboxes.calls
		return strings.Contains(*out.TraceId, ";Sampled=1")
	}
	if sampled("Sampled=0") || !sampled("Sampled=1") {
		t.Error("the caller's word does not hold")
	}
	n := 0
	for range 400 { // within a second
		if sampled("") {
			n++
		}
	}
	if n < 5 || n > 60 { // of 21
		t.Errorf("%d of 400 are sampled", n)
	}
	h.clock.Advance(time.Second)
	if !sampled("") {
		t.Error("the first of a second is not sampled")
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
	for _, seed := range []string{"", "Root=" + traceRoot, "Root=" + traceRoot + ";Parent=" + traceParent + ";Sampled=1;Lineage=a:0", ";;=;Root", "Root=1--", "Lineage=1:00000000:1,1:ffffffff:2"} {
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
