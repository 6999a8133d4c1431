package apigateway

import (
	"regexp"
	"strings"
	"testing"
	"time"

	agw "cloudless/internal/api/apigateway"
)

// tracedAPI is an API with a function whose stage is traced.
func tracedAPI(w *world) string {
	w.t.Helper()
	id, root := w.makeAPI()
	w.methodOn(id, root, "GET", agw.PutIntegrationRequest{Type: "AWS_PROXY", Uri: new(lambdaURI)})
	w.deploy(id, "prod")
	w.invoker.says(`{"body":"b"}`)
	if st := patchStage(w, id, op("replace", "/tracingEnabled", "true")); !*st.TracingEnabled {
		w.t.Errorf("stage = %s", asJSON(st))
	}
	return id
}

func TestATracedStageTellsWhetherACallIsSampled(t *testing.T) {
	const root = "Root=1-5759e988-bd862e3fe1be46a994272793"
	for _, tt := range []struct{ given, want string }{
		{"", `^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=1$`}, // the first in its second
		{root, `^` + root + `;Parent=[0-9a-f]{16};Sampled=1$`},
		{root + ";Sampled=?", `^` + root + `;Parent=[0-9a-f]{16};Sampled=1$`},
		{root + ";Parent=53995c3f42cd8ad8;Sampled=1", `^` + root + `;Parent=[0-9a-f]{16};Sampled=1$`},
		{root + ";Parent=53995c3f42cd8ad8;Sampled=0", `^` + root + `;Sampled=0$`},
	} {
		w := newWorld(t)
		id := tracedAPI(w)
		var headers []string
		if tt.given != "" {
			headers = []string{"X-Amzn-Trace-Id: " + tt.given}
		}
		got := w.ask(id, "GET", "/prod", "", headers...).Header.Get("X-Amzn-Trace-Id")
		if !regexp.MustCompile(tt.want).MatchString(got) || strings.Contains(got, "53995c3f42cd8ad8") {
			t.Errorf("given %q: %q, want %s", tt.given, got, tt.want)
		}
		if w.invoker.source.TraceID != got || !strings.Contains(w.invoker.payload, `"X-Amzn-Trace-Id":"`+got+`"`) {
			t.Errorf("the function is told %q and %s, the client %q", w.invoker.source.TraceID, w.invoker.payload, got)
		}
	}
}

// X-Ray's default rule is the first call of a second, and 5 % of the others.
func TestOneCallOfASecondIsSampledAndSomeOthers(t *testing.T) {
	var s sampler
	now := time.Unix(1_000_000, 0)
	for _, tt := range []struct {
		after time.Duration
		drawn float64
		want  bool
	}{
		{0, 0.9, true}, {time.Millisecond, 0.9, false}, {500 * time.Millisecond, 0.049, true}, {999 * time.Millisecond, 0.05, false}, {time.Second, 0.9, true},
	} {
		if got := s.take(now.Add(tt.after), tt.drawn); got != tt.want {
			t.Errorf("after %s, drawn %v: %v", tt.after, tt.drawn, got)
		}
	}
}

func TestAStageThatIsNotTracedLeavesTheTraceAlone(t *testing.T) {
	w := newWorld(t)
	id := tracedAPI(w)
	patchStage(w, id, op("replace", "/tracingEnabled", "false"))
	const given = "Self=1-5;Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
	if got := w.ask(id, "GET", "/prod", "", "X-Amzn-Trace-Id: "+given).Header.Get("X-Amzn-Trace-Id"); got != given {
		t.Errorf("trace = %q, want %q", got, given)
	}
}

func TestAnAccessLogMayHaveTheTrace(t *testing.T) {
	w := newWorld(t)
	id := tracedAPI(w)
	do(w, w.UpdateAccount, agw.UpdateAccountRequest{PatchOperations: replace("/cloudwatchRoleArn", "arn:aws:iam::111111111111:role/logs")})
	patchStage(w, id, op("replace", "/accessLogSettings/destinationArn", "arn:aws:logs:us-east-1:111111111111:log-group:access"),
		op("replace", "/accessLogSettings/format", "<$context.xrayTraceId>"))
	w.ask(id, "GET", "/prod", "", "X-Amzn-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793")
	patchStage(w, id, op("replace", "/tracingEnabled", "false"))
	w.ask(id, "GET", "/prod", "")
	w.writeLogs(t.Context())
	got := strings.Join(w.written.lines, "\n")
	if !strings.Contains(got, "<1-5759e988-bd862e3fe1be46a994272793>") || !strings.Contains(got, "<->") {
		t.Errorf("log: %s", got)
	}
}
