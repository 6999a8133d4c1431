package lambda

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

// request calls a URL of f, signed by nobody.
func (h *harness) request(id string, r *http.Request) *http.Response {
	return h.requestAs(id, r, func([]byte) (api.Principal, error) { return api.Principal{Type: api.PrincipalAnonymous}, nil })
}

func (h *harness) requestAs(id string, r *http.Request, signer Signer) *http.Response {
	h.t.Helper()
	outside := &api.Call{
		Account: "000000000000", Region: "us-east-1", Principal: api.Principal{Type: api.PrincipalAnonymous}, RequestID: "r1",
		Start: start, SourceIP: "192.0.2.7", BaseURL: "http://x.lambda-url.eu-central-1.localhost:4566",
	}
	r.Host = id + ".lambda-url.eu-central-1.localhost:4566"
	w := httptest.NewRecorder()
	h.ServeURL(w, r.WithContext(h.t.Context()), outside, id, signer)
	return w.Result()
}

func bodyOf(t *testing.T, r *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAFunctionGetsTheRequestToItsURL(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	id := h.createURL()
	r := httptest.NewRequest("POST", "/pa%2Fth/1?q=query&multi=foo&multi=%2Fbar", strings.NewReader(`{"foo":"bär"}`))
	r.Header = http.Header{"Content-Type": {"application/json"}, "Extra": {"With WeiRd CapS", "twice"}, "Cookie": {"a=1; b=2"}, "User-Agent": {"test/echo"},
		"X-Amzn-Trace-Id": {"Root=" + traceRoot + ";Parent=" + traceParent + ";Sampled=1"}}
	if got := h.request(id, r); got.StatusCode != 200 || got.Header.Get("X-Amzn-Requestid") != "r1" {
		t.Errorf("answered %+v", got)
	}
	got := <-h.sandboxes.calls
	want := `{"version":"2.0","routeKey":"$default","rawPath":"/pa%2Fth/1","rawQueryString":"q=query&multi=foo&multi=%2Fbar","cookies":["a=1","b=2"],` +
		`"headers":{"content-type":"application/json","extra":"With WeiRd CapS,twice","host":"` + id + `.lambda-url.eu-central-1.localhost","user-agent":"test/echo",` +
		`"x-amzn-trace-id":"Root=` + traceRoot + `;Parent=` + traceParent + `;Sampled=1","x-forwarded-for":"192.0.2.7","x-forwarded-port":"4566","x-forwarded-proto":"http"},"queryStringParameters":{"multi":"foo,/bar","q":"query"},` +
		`"requestContext":{"accountId":"anonymous","apiId":"` + id + `","domainName":"` + id + `.lambda-url.eu-central-1.localhost","domainPrefix":"` + id + `",` +
		`"http":{"method":"POST","path":"/pa/th/1","protocol":"HTTP/1.1","sourceIp":"192.0.2.7","userAgent":"test/echo"},"requestId":"r1","routeKey":"$default","stage":"$default",` +
		`"time":"01/Mar/2026:12:00:00 +0000","timeEpoch":1772366400000},"body":"{\"foo\":\"bär\"}","isBase64Encoded":false}`
	if string(got.Payload) != want {
		t.Errorf("the function got\n%s\nwant\n%s", got.Payload, want)
	}
	if got.RequestID != "r1" || got.Invocation.ARN != arnF {
		t.Errorf("invoked %+v", got.Invocation)
	}
}

func TestBodiesThatAreNoTextComeInBase64(t *testing.T) {
	for _, tt := range []struct {
		contentType, body, want string
		encoded                 bool
	}{
		{"text/plain; charset=utf-8", "a", "a", false},
		{"application/vnd.api+json", "{}", "{}", false},
		{"application/x-www-form-urlencoded", "a=b", "YT1i", true},
		{"multipart/form-data; boundary=x", "--x", "LS14", true},
		{"application/octet-stream", "\x00", "AA==", true},
		{"text/plain", "\xff", "/w==", true},
		{"", "a", "YQ==", true},
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("Content-Type", tt.contentType)
		e := eventOf(&functionURL{}, r, call, "", []byte(tt.body))
		if *e.Body != tt.want || e.IsBase64Encoded != tt.encoded {
			t.Errorf("%q of %s: %q, base64: %v", tt.body, tt.contentType, *e.Body, e.IsBase64Encoded)
		}
	}
}

func TestWhatAFunctionAnswersToItsURL(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	id := h.createURL()
	for _, tt := range []struct {
		name    string
		out     Outcome
		err     error
		status  int
		headers map[string]string
		body    string
	}{
		{"text", Outcome{Payload: []byte(`"hello"`)}, nil, 200, map[string]string{"Content-Type": "application/json", "Content-Length": "5"}, "hello"},
		{"a number", Outcome{Payload: []byte(`3`)}, nil, 200, nil, "3"},
		{"a list", Outcome{Payload: []byte(`["hello", 3, true]`)}, nil, 200, map[string]string{"Content-Length": "16"}, `["hello",3,true]`},
		{"nothing", Outcome{Payload: []byte(`null`)}, nil, 200, nil, "null"},
		{"an object without a status", Outcome{Payload: []byte(`{"body":"x"}`)}, nil, 200, nil, `{"body":"x"}`},
		{"a body alone", Outcome{Payload: []byte(`{"statusCode":200,"body":"body123"}`)}, nil, 200, map[string]string{"Content-Type": "application/json", "Content-Length": "7"}, "body123"},
		{"all parts", Outcome{Payload: []byte(`{"statusCode":"201","headers":{"Content-Type":"text/html","X-N":7,"Content-Length":"999"},"cookies":["a=1","b=2"],"body":"PGI+","isBase64Encoded":true}`)}, nil,
			201, map[string]string{"Content-Type": "text/html", "X-N": "7", "Content-Length": "3", "Set-Cookie": "a=1"}, "<b>"},
		{"headers that are not the function's", Outcome{Payload: []byte(`{"statusCode":401,"headers":{"WWW-Authenticate":"Basic","Date":"d","Server":"s","Content-Length":"9","Connection":"close","Transfer-Encoding":"x"}}`)}, nil,
			401, map[string]string{"X-Amzn-Remapped-Www-Authenticate": "Basic", "Www-Authenticate": "", "X-Amzn-Remapped-Date": "d", "X-Amzn-Remapped-Server": "s",
				"X-Amzn-Remapped-Content-Length": "9", "X-Amzn-Remapped-Connection": "close", "Connection": "", "Transfer-Encoding": "", "Server": ""}, ""},
		{"a status that is none", Outcome{Payload: []byte(`{"statusCode":9}`)}, nil, 502, nil, "Internal Server Error"},
		{"no base64", Outcome{Payload: []byte(`{"statusCode":200,"body":"?","isBase64Encoded":true}`)}, nil, 502, nil, "Internal Server Error"},
		{"an error", Outcome{Payload: []byte(`{"errorMessage":"no"}`), FunctionError: "Unhandled"}, nil, 502, nil, "Internal Server Error"},
		{"not now", Outcome{}, ErrNoCapacity, 429, map[string]string{"X-Amzn-Errortype": "TooManyRequestsException"},
			`{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h.sandboxes.answer(tt.out, tt.err)
			got := h.request(id, httptest.NewRequest("GET", "/", nil))
			if body := bodyOf(t, got); got.StatusCode != tt.status || body != tt.body {
				t.Errorf("answered %d %q, want %d %q", got.StatusCode, body, tt.status, tt.body)
			}
			for name, value := range tt.headers {
				if got.Header.Get(name) != value {
					t.Errorf("%s: %s, want %s", name, got.Header.Get(name), value)
				}
			}
		})
	}
}

func TestWhoMayCallAURL(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	open := h.createURL()
	must(h.AddPermission(t.Context(), call, &lambdaapi.AddPermissionRequest{FunctionName: "f", StatementId: "s", Action: "lambda:InvokeFunctionUrl", Principal: "*", FunctionUrlAuthType: authNone}))(t)
	before := len(h.authz.asked)
	h.request(open, httptest.NewRequest("GET", "/", nil))
	<-h.sandboxes.calls
	if asked := h.authz.asked[before:]; !slices.Equal(asked, []string{"lambda:InvokeFunctionUrl " + arnF, "lambda:InvokeFunction " + arnF}) {
		t.Errorf("asked for %s", asked)
	}
	for i, want := range [][]string{{"lambda:FunctionArn=" + arnF, "lambda:FunctionUrlAuthType=NONE"}, {"lambda:InvokedViaFunctionUrl=true"}} {
		facts := h.authz.facts[before+i]
		if !slices.Equal(keysOf(facts), want) || !strings.Contains(facts[len(facts)-1].ResourcePolicy, `"lambda:FunctionUrlAuthType":"NONE"`) {
			t.Errorf("asked for %s with %+v", h.authz.asked[before+i], facts)
		}
	}

	const message = `{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}`
	var got *http.Response
	for _, action := range []string{"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"} {
		h.authz.deny = map[string]bool{action: true}
		got = h.request(open, httptest.NewRequest("GET", "/", nil))
		if body := bodyOf(t, got); got.StatusCode != 403 || body != message || got.Header.Get("x-amzn-ErrorType") != "AccessDeniedException" {
			t.Errorf("forbidden without %s: %d %s", action, got.StatusCode, body)
		}
	}
	h.authz.deny = nil

	got = h.request("nosuch", httptest.NewRequest("GET", "/", nil))
	if body := bodyOf(t, got); got.StatusCode != 404 || body != `{"Message":null}` {
		t.Errorf("no such URL: %d %s", got.StatusCode, body)
	}

	must(h.UpdateFunctionUrlConfig(t.Context(), call, &lambdaapi.UpdateFunctionUrlConfigRequest{FunctionName: "f", AuthType: authIAM}))(t)
	alice := api.Principal{Type: api.PrincipalUser, Account: account, ARN: "arn:aws:iam::111111111111:user/alice", ID: "AIDA1", AccessKeyID: "AKIA1"}
	h.requestAs(open, httptest.NewRequest("POST", "/", strings.NewReader("body")), func(body []byte) (api.Principal, error) {
		if string(body) != "body" {
			t.Errorf("the signature is held against %q", body)
		}
		return alice, nil
	})
	var event struct {
		RequestContext struct {
			AccountID  string `json:"accountId"`
			Authorizer struct {
				IAM map[string]any `json:"iam"`
			} `json:"authorizer"`
		} `json:"requestContext"`
	}
	if err := json.Unmarshal((<-h.sandboxes.calls).Payload, &event); err != nil {
		t.Fatal(err)
	}
	if iam := event.RequestContext.Authorizer.IAM; event.RequestContext.AccountID != account || iam["userArn"] != alice.ARN || iam["accessKey"] != "AKIA1" || iam["callerId"] != "AIDA1" {
		t.Errorf("the function is told of %+v", event.RequestContext)
	}
	got = h.requestAs(open, httptest.NewRequest("GET", "/", nil), func([]byte) (api.Principal, error) {
		return api.Principal{}, &awserr.Error{Code: "InvalidSignatureException", Status: 403, Message: "no"}
	})
	if body := bodyOf(t, got); got.StatusCode != 403 || body != `{"Message":"no"}` {
		t.Errorf("a wrong signature: %d %s", got.StatusCode, body)
	}
}

func TestAURLOfADeletedAliasIsForbidden(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	must(h.PublishVersion(t.Context(), call, &lambdaapi.PublishVersionRequest{FunctionName: "f"}))(t)
	must(h.CreateAlias(t.Context(), call, &lambdaapi.CreateAliasRequest{FunctionName: "f", Name: "a", FunctionVersion: "1"}))(t)
	id := h.createURL(func(in *lambdaapi.CreateFunctionUrlConfigRequest) { in.Qualifier = new("a") })
	if got := h.request(id, httptest.NewRequest("GET", "/", nil)); got.StatusCode != 200 {
		t.Errorf("before: %d", got.StatusCode)
	}
	if got := <-h.sandboxes.calls; got.Version != "1" || got.Invocation.ARN != arnF+":a" {
		t.Errorf("invoked %+v", got)
	}
	must(h.DeleteAlias(t.Context(), call, &lambdaapi.DeleteAliasRequest{FunctionName: "f", Name: "a"}))(t)
	if got := h.request(id, httptest.NewRequest("GET", "/", nil)); got.StatusCode != 403 {
		t.Errorf("after: %d", got.StatusCode)
	}
}

func TestAURLAnswersBrowsers(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	id := h.createURL(func(in *lambdaapi.CreateFunctionUrlConfigRequest) {
		in.Cors = &lambdaapi.Cors{AllowOrigins: []string{"https://a.test"}, AllowMethods: []string{"GET", "POST"}, AllowHeaders: []string{"x-a"},
			ExposeHeaders: []string{"x-b"}, MaxAge: new(int64(60)), AllowCredentials: new(true)}
	})
	ask := func(origin, method string) http.Header {
		r := httptest.NewRequest("OPTIONS", "/", nil)
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", method)
		return h.request(id, r).Header
	}
	got := ask("https://a.test", "POST")
	for name, want := range map[string]string{"Origin": "https://a.test", "Methods": "GET,POST", "Headers": "x-a", "Credentials": "true"} {
		if got.Get("Access-Control-Allow-"+name) != want {
			t.Errorf("Access-Control-Allow-%s: %s, want %s", name, got.Get("Access-Control-Allow-"+name), want)
		}
	}
	if got.Get("Access-Control-Max-Age") != "60" {
		t.Errorf("Access-Control-Max-Age: %s", got.Get("Access-Control-Max-Age"))
	}
	for _, no := range []http.Header{ask("https://b.test", "GET"), ask("https://a.test", "PUT")} {
		if no.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("allowed: %v", no)
		}
	}
	if n := len(h.sandboxes.calls); n != 0 {
		t.Errorf("the function heard of %d questions", n)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Origin", "https://a.test")
	if got := h.request(id, r).Header; got.Get("Access-Control-Allow-Origin") != "https://a.test" || got.Get("Access-Control-Expose-Headers") != "x-b" {
		t.Errorf("a request's answer has %v", got)
	}
}

func TestAnAnswerThatStreams(t *testing.T) {
	h := newHarness(t)
	h.create("f")
	id := h.createURL(func(in *lambdaapi.CreateFunctionUrlConfigRequest) { in.InvokeMode = modeStream })
	for _, tt := range []struct {
		name        string
		contentType string
		pieces      []string
		status      int
		wantType    string
		body        string
	}{
		{"as it is", "text/plain", []string{"Hello, ", "world!"}, 200, "text/plain", "Hello, world!"},
		{"with its head", preludeType, []string{`{"statusCode":404,"headers":{"Content-Type":"text/html"}`, "}\x00\x00\x00\x00", "\x00\x00\x00\x00no", "thing"}, 404, "text/html", "nothing"},
		{"with a head that is none", preludeType, []string{"?\x00\x00\x00\x00\x00\x00\x00\x00x"}, 502, "application/json", "Internal Server Error"},
		{"without an end of its head", preludeType, []string{`{"statusCode":200}`}, 502, "application/json", "Internal Server Error"},
		{"in one piece", "", nil, 200, "application/octet-stream", `{"statusCode":201}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h.sandboxes.set(func() {
				h.sandboxes.invoke = func(_ context.Context, _ Environment, in Invocation) (Outcome, error) {
					if tt.pieces == nil {
						return Outcome{Payload: []byte(`{"statusCode":201}`)}, nil
					}
					in.Stream.Begin(tt.contentType)
					for _, p := range tt.pieces {
						_, _ = io.WriteString(in.Stream, p)
					}
					return Outcome{}, nil
				}
			})
			got := h.request(id, httptest.NewRequest("GET", "/", nil))
			if body := bodyOf(t, got); got.StatusCode != tt.status || body != tt.body || got.Header.Get("Content-Type") != tt.wantType {
				t.Errorf("answered %d %s %q, want %d %s %q", got.StatusCode, got.Header.Get("Content-Type"), body, tt.status, tt.wantType, tt.body)
			}
		})
	}
}

// Whatever a function answers, it is either refused or can be sent.
func FuzzURLAnswer(f *testing.F) {
	for _, seed := range []string{`"a"`, `3`, `null`, `{}`, `{"statusCode":200}`, `{"statusCode":"200","headers":{"a":"b\r\nc: d"},"cookies":["x"],"body":null}`,
		`{"statusCode":1e3}`, `{"statusCode":200,"headers":{"":"","transfer-encoding":"x"},"body":{"a":1}}`, `{"statusCode":200,"body":"a","isBase64Encoded":true}`, `[`, ``} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		for _, read := range []func([]byte) (*urlAnswer, error){readURLAnswer, readPrelude} {
			a, err := read(payload)
			if err != nil {
				continue
			}
			if a.Status < 200 || a.Status > 599 {
				t.Fatalf("status %d", a.Status)
			}
			a.write(httptest.NewRecorder())
		}
	})
}
