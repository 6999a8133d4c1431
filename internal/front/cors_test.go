package front

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// page is where a page of this machine comes from.
const page = "http://localhost:3000"

func TestPagesOfThisMachineMayCall(t *testing.T) {
	f := newFixture()
	f.front.cfg.Origins = []string{"https://app.example.test"}
	for _, tt := range []struct {
		origin string
		may    bool
	}{
		{page, true}, {"http://127.0.0.1:8080", true}, {"https://[::1]:8080", true}, {"http://app.localhost", true},
		{"https://app.example.test", true},
		{"http://app.example.test", false}, {"https://app.example.test.evil.example", false}, {"https://evil.example", false},
		{"http://localhost.evil.example", false}, {"null", false}, {"http://192.0.2.7", false}, {"http://[::1", false}, {"localhost", false},
	} {
		t.Run(tt.origin, func(t *testing.T) {
			w := f.serve(request("OPTIONS", "http://127.0.0.1:4566/", "", "Origin", tt.origin, "Access-Control-Request-Method", "POST",
				"Access-Control-Request-Headers", "authorization,x-amz-target", "Access-Control-Request-Private-Network", "true"))
			want := map[string]string{"Vary": "Origin"}
			status := http.StatusForbidden
			if tt.may {
				status = http.StatusNoContent
				want["Access-Control-Allow-Origin"] = tt.origin
				want["Access-Control-Allow-Headers"] = "authorization,x-amz-target"
				want["Access-Control-Allow-Methods"] = "GET, PUT, POST, DELETE, PATCH, HEAD"
				want["Access-Control-Allow-Private-Network"] = "true"
			}
			if w.Code != status {
				t.Errorf("status %d, want %d", w.Code, status)
			}
			for _, name := range []string{"Vary", "Access-Control-Allow-Origin", "Access-Control-Allow-Headers", "Access-Control-Allow-Methods", "Access-Control-Allow-Private-Network"} {
				if got := w.Header().Get(name); got != want[name] {
					t.Errorf("%s: %q, want %q", name, got, want[name])
				}
			}
			if f.seen.operation != "" {
				t.Errorf("%s ran", f.seen.operation)
			}
		})
	}
}

func TestPagesReadAnswersAndRefusals(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	f := newFixture()
	for _, tt := range []struct {
		name    string
		service string
		request func(headers ...string) *http.Request
		refused string // in the answer to another key
	}{
		{"awsJson", "dynamodb", func(h ...string) *http.Request {
			return request("POST", "http://127.0.0.1:4566/", "{}", append(h, target, "DynamoDB_20120810.ListTables")...)
		}, "UnrecognizedClientException"},
		{"restJson", "lambda", func(h ...string) *http.Request {
			return request("GET", "http://127.0.0.1:4566/2015-03-31/functions/", "", h...)
		}, "UnrecognizedClientException"},
		{"restXml", "s3", func(h ...string) *http.Request { return request("GET", "http://127.0.0.1:4566/", "", h...) }, "InvalidAccessKeyId"},
		{"awsQuery", "sts", func(h ...string) *http.Request {
			return request("POST", "http://127.0.0.1:4566/", "Action=GetCallerIdentity&Version=2011-06-15", append(h, "Content-Type", form)...)
		}, "InvalidClientTokenId"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			served := f.serve(sign(tt.request("Origin", page), "test", "test", tt.service))
			refused := f.serve(sign(tt.request("Origin", page), "AKIANOBODY", "secret", tt.service))
			if served.Code != 200 || refused.Code < 400 || !strings.Contains(refused.Body.String()+refused.Header().Get("X-Amzn-ErrorType"), tt.refused) {
				t.Errorf("answers %d %s and %d %s", served.Code, served.Body, refused.Code, refused.Body)
			}
			for _, w := range []*httptest.ResponseRecorder{served, refused} {
				h := w.Header()
				if h.Get("Access-Control-Allow-Origin") != page || !strings.Contains(h.Get("Access-Control-Expose-Headers"), "x-amzn-RequestId") || h.Get("Vary") != "Origin" {
					t.Errorf("status %d with %v", w.Code, h)
				}
			}
			foreign := f.serve(sign(tt.request("Origin", "https://evil.example"), "AKIAALICE", "secret", tt.service))
			if foreign.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("a foreign page may read: %v", foreign.Header())
			}
		})
	}
}

func TestDeployedAPIsAnswerBrowsersThemselves(t *testing.T) {
	f := newFixture()
	w := f.serve(request("OPTIONS", "http://a1b2c3.execute-api.localhost:4566/prod/", "", "Origin", page, "Access-Control-Request-Method", "POST"))
	if f.seen.operation != "execute" || len(w.Header()["Access-Control-Allow-Origin"]) != 0 {
		t.Errorf("%q ran, answer %d %v", f.seen.operation, w.Code, w.Header())
	}
}
