package apigateway

import (
	"context"
	"encoding/json"
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

// proxyAPI is an API that hands all below its root to a function.
func proxyAPI(w *world, binaryMediaTypes ...string) string {
	w.t.Helper()
	a := do(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "proxy", BinaryMediaTypes: binaryMediaTypes})
	id, root := *a.Id, *a.RootResourceId
	w.methodOn(id, w.below(id, root, "{proxy+}"), "ANY", agw.PutIntegrationRequest{Type: "AWS_PROXY", Uri: new(lambdaURI)})
	do(w, w.CreateDeployment, agw.CreateDeploymentRequest{RestApiId: id, StageName: new("stage"), Variables: map[string]string{"v": "1"}})
	return id
}

// The whole event, against a golden file: what AWS sends, less what only
// CloudFront knows.
func TestTheProxyEventIsAWSs(t *testing.T) {
	w := newWorld(t)
	id := proxyAPI(w)
	w.invoker.says(`{}`)
	w.call.Start = w.clock.Now()
	w.ask(id, "POST", "http://"+id+".execute-api.localhost:4566/stage/a/b?one=1&many=x&many=y", `{"message": "hello world"}`,
		"Authorization: random-value", "Accept: text/html", "Accept: text/plain", "Te: trailers", "User-Agent: test/1", "X-Forwarded-For: 10.0.0.1")

	var event any
	if err := json.Unmarshal([]byte(w.invoker.payload), &event); err != nil {
		t.Fatalf("event is no JSON: %v", err)
	}
	got, _ := json.MarshalIndent(event, "", "  ")
	golden(t, "proxyevent.json", string(got)+"\n")
}

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs, -update accepts it:\n%s", file, got)
	}
}

// The paths and queries, and what became of them, are recorded from AWS.
func TestTheProxyEventKeepsPathAndQueryAsAWSDoes(t *testing.T) {
	w := newWorld(t)
	id := proxyAPI(w)
	w.invoker.says(`{}`)
	for _, tt := range []struct {
		name, target                string
		path, fullPath, proxy       string
		parameters, multiParameters string
	}{
		{"plain", "/stage/proxy-value", "/proxy-value", "/stage/proxy-value", "proxy-value", `null`, `null`},
		{"trailing slash", "/stage/proxy-value/?urlparam=test", "/proxy-value/", "/stage/proxy-value/", "proxy-value", `{"urlparam":"test"}`, `{"urlparam":["test"]}`},
		{"two slashes before the resource", "/stage//proxy-value", "/proxy-value", "/stage//proxy-value", "proxy-value", `null`, `null`},
		{"two slashes before the stage", "//stage/proxy-value", "/proxy-value", "/stage/proxy-value", "proxy-value", `null`, `null`},
		{"two slashes within", "/stage/proxy-value//double-slash", "/proxy-value//double-slash", "/stage/proxy-value//double-slash", "proxy-value//double-slash", `null`, `null`},
		{"an escaped path", "/stage/proxy-value/api/user/test%2Balias@gmail.com/plus/test+alias@gmail.com",
			"/proxy-value/api/user/test%2Balias@gmail.com/plus/test+alias@gmail.com", "/stage/proxy-value/api/user/test%2Balias@gmail.com/plus/test+alias@gmail.com",
			"proxy-value/api/user/test%2Balias@gmail.com/plus/test+alias@gmail.com", `null`, `null`},
		{"an escaped query", "/stage/p?email=test%2Balias@gmail.com&plus=test+alias@gmail.com&url=https://www.google.com/&whitespace=foo%20bar", "/p", "/stage/p", "p",
			`{"email":"test+alias@gmail.com","plus":"test alias@gmail.com","url":"https://www.google.com/","whitespace":"foo bar"}`,
			`{"email":["test+alias@gmail.com"],"plus":["test alias@gmail.com"],"url":["https://www.google.com/"],"whitespace":["foo bar"]}`},
		{"many values", "/stage/p?category=electronics&category=books&price=10&price=20&price=30", "/p", "/stage/p", "p",
			`{"category":"books","price":"30"}`, `{"category":["electronics","books"],"price":["10","20","30"]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), "GET", "http://h"+tt.target, nil)
			w.serveRequest(id, r)
			var e proxyEvent
			if err := json.Unmarshal([]byte(w.invoker.payload), &e); err != nil {
				t.Fatal(err)
			}
			if e.Path != tt.path || e.RequestContext.Path != tt.fullPath || e.PathParameters["proxy"] != tt.proxy {
				t.Errorf("path %s, full path %s, proxy %s", e.Path, e.RequestContext.Path, e.PathParameters["proxy"])
			}
			if got := asJSON(e.QueryStringParameters); got != tt.parameters {
				t.Errorf("parameters = %s, want %s", got, tt.parameters)
			}
			if got := asJSON(e.MultiValueQueryStringParameters); got != tt.multiParameters {
				t.Errorf("multi parameters = %s, want %s", got, tt.multiParameters)
			}
			if e.Body != nil {
				t.Errorf("body = %q, want null", *e.Body)
			}
		})
	}
}

func TestProxyAnswers(t *testing.T) {
	const malformed = `{"message": "Internal server error"}`
	for _, tt := range []struct {
		name, payload string
		status        int
		body          string
		header, value string
	}{
		{"nothing at all", `{}`, 200, "", "Content-Type", "application/json"},
		{"no body", `{"statusCode": 200}`, 200, "", "Content-Type", "application/json"},
		{"only headers", `{"headers": {"test-header": "value"}}`, 200, "", "test-header", "value"},
		{"a status as text", `{"statusCode": "201"}`, 201, "", "Content-Type", "application/json"},
		{"a header that is a boolean", `{"headers": {"header-bool": true}}`, 200, "", "header-bool", "true"},
		{"a header that is null", `{"headers": {"test-header": null}}`, 200, "", "test-header", ""},
		{"many values", `{"multiValueHeaders": {"test-multi": ["value1", "value2"]}}`, 200, "", "test-multi", "value1, value2"},
		{"one value beside many", `{"headers": {"test-multi": "value-solo"}, "multiValueHeaders": {"test-multi": ["value-multi"]}}`, 200, "", "test-multi", "value-multi, value-solo"},
		{"names that differ in case", `{"headers": {"test-multi": "value-solo"}, "multiValueHeaders": {"tesT-Multi": ["value-multi"]}}`, 200, "", "tesT-Multi", "value-multi, value-solo"},
		{"a type in lower case", `{"headers": {"content-type": "text/plain"}, "body": "x"}`, 200, "x", "Content-Type", "text/plain"},
		{"the gateway's own headers", `{"headers": {"Date": "then", "Server": "mine", "Transfer-Encoding": "chunked"}}`, 200, "", "x-amzn-Remapped-Date", "then"},
		{"base64 that nobody asked to decode", `{"isBase64Encoded": true, "body": "dGVzdC1kYXRh"}`, 200, "dGVzdC1kYXRh", "Content-Type", "application/json"},

		{"an unknown member", `{"statusCode": 200, "wrongValue": "value"}`, 502, malformed, "x-amzn-ErrorType", "InternalServerErrorException"},
		{"a text", `"just a string"`, 502, malformed, "", ""},
		{"null", `null`, 502, malformed, "", ""},
		{"nothing", ``, 502, malformed, "", ""},
		{"a status that is none", `{"statusCode": "2xx"}`, 502, malformed, "", ""},
		{"a status out of range", `{"statusCode": 1000}`, 502, malformed, "", ""},
		{"many values that are one", `{"multiValueHeaders": {"test-multi": "value1"}}`, 502, malformed, "", ""},
		{"a header with a line break", `{"headers": {"a": "b\r\nc: d"}}`, 502, malformed, "", ""},
		{"a body that is an object", `{"body": {"a": 1}}`, 502, malformed, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			id := proxyAPI(w)
			w.invoker.says(tt.payload)
			answer := w.ask(id, "GET", "/stage/x", "")
			wantAnswer(t, answer, tt.status, tt.body)
			if tt.header != "" {
				wantHeader(t, answer, tt.header, tt.value)
			}
		})
	}
}

func TestAFunctionThatFailsBehindAProxyIsABadGateway(t *testing.T) {
	w := newWorld(t)
	id := proxyAPI(w)
	w.invoker.fails(`{"errorMessage": "no"}`)
	wantAnswer(t, w.ask(id, "GET", "/stage/x", ""), 502, `{"message": "Internal server error"}`)
}

func TestBinaryBodiesGoThroughAsBase64(t *testing.T) {
	w := newWorld(t)
	id := proxyAPI(w, "image/*")
	w.invoker.says(`{"isBase64Encoded": true, "body": "AP8=", "headers": {"Content-Type": "image/png"}}`)
	answer := w.ask(id, "POST", "/stage/x", "\x00\xff", "Content-Type: image/png", "Accept: image/png, */*")
	wantAnswer(t, answer, 200, "\x00\xff")
	if !strings.Contains(w.invoker.payload, `"body":"AP8=","isBase64Encoded":true`) {
		t.Errorf("event = %s", w.invoker.payload)
	}
	wantAnswer(t, w.ask(id, "GET", "/stage/x", "", "Accept: text/plain"), 200, "AP8=")
}

func TestAFunctionThatTakesTooLongIsAGatewayTimeout(t *testing.T) {
	w := newWorld(t)
	id := proxyAPI(w)
	w.invoker.answer = func(ctx context.Context, _ []byte) (Answer, error) {
		w.clock.Advance(defaultTimeoutInMillis * 1e6)
		<-ctx.Done()
		return Answer{}, ctx.Err()
	}
	answer := w.ask(id, "GET", "/stage/x", "")
	wantAnswer(t, answer, 504, `{"message": "Endpoint request timed out"}`)
	wantHeader(t, answer, "x-amzn-ErrorType", "InternalServerErrorException")
}

func TestABodyThatIsTooLongIsRefused(t *testing.T) {
	w := newWorld(t)
	id := proxyAPI(w)
	wantAnswer(t, w.ask(id, "POST", "/stage/x", strings.Repeat("x", maxPayload+1)), 413, `{"message":"Request Too Long"}`)
}

func FuzzProxyAnswer(f *testing.F) {
	f.Add([]byte(`{"statusCode": 200, "headers": {"a": "b"}, "multiValueHeaders": {"A": ["c"]}, "body": "x", "isBase64Encoded": true}`))
	f.Add([]byte(`{"statusCode": "1e3"}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		x := &exchange{request: httptest.NewRequest("GET", "/", nil), deployed: &deployed{binaryMediaTypes: []string{"*/*"}}}
		r, err := x.proxyAnswer(payload)
		if err != nil {
			return
		}
		if r.status < 200 || r.status > 599 {
			t.Errorf("status %d", r.status)
		}
		// Whatever came through can be written.
		r.write(httptest.NewRecorder())
	})
}
