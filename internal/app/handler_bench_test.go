package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/xml"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"cloudless/internal/front"
	"cloudless/internal/identity/sigv4"
)

// BenchmarkHandler calls the handler behind the socket, so that what net/http
// takes is left out, and nobody else's allocations are counted. The root is
// faster than others, whose keys and policies have to be found.
func BenchmarkHandler(b *testing.B) {
	h := newHandler(b)
	root := sigv4.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}
	h.once(b, root, "CreateTable", createPathTable)
	for _, call := range pathCalls() {
		h.benchmark(b, call.operation, root, call)
	}
	get := pathCalls()[1]
	h.benchmark(b, "GetItemByUser", h.user(b, root), get)
	h.benchmark(b, "GetItemBySession", h.session(b, root), get)
}

// handler is the front door of a server whose store is in memory.
type handler struct{ http.Handler }

const mayReadItems = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query"],` +
	`"Resource":"arn:aws:dynamodb:*:*:table/bench"}]}`

// user makes a user with a policy and a key.
func (h handler) user(b *testing.B, root sigv4.Credentials) sigv4.Credentials {
	h.form(b, root, "iam", "CreateUser", "UserName", "alice")
	h.form(b, root, "iam", "PutUserPolicy", "UserName", "alice", "PolicyName", "p", "PolicyDocument", mayReadItems)
	return h.form(b, root, "iam", "CreateAccessKey", "UserName", "alice")
}

// session makes a role with policies and assumes it.
func (h handler) session(b *testing.B, root sigv4.Credentials) sigv4.Credentials {
	h.form(b, root, "iam", "CreateRole", "RoleName", "reader", "AssumeRolePolicyDocument",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}]}`)
	h.form(b, root, "iam", "PutRolePolicy", "RoleName", "reader", "PolicyName", "p", "PolicyDocument", mayReadItems)
	h.form(b, root, "iam", "AttachRolePolicy", "RoleName", "reader", "PolicyArn", "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
	h.form(b, root, "iam", "CreateUser", "UserName", "bob")
	h.form(b, root, "iam", "PutUserPolicy", "UserName", "bob", "PolicyName", "p", "PolicyDocument",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}`)
	bob := h.form(b, root, "iam", "CreateAccessKey", "UserName", "bob")
	return h.form(b, bob, "sts", "AssumeRole", "RoleArn", "arn:aws:iam::000000000000:role/reader", "RoleSessionName", "session")
}

// form calls IAM or STS, and returns the key in the answer, if there is one.
func (h handler) form(b *testing.B, by sigv4.Credentials, service, action string, params ...string) sigv4.Credentials {
	values := url.Values{"Action": {action}, "Version": {map[string]string{"iam": "2010-05-08", "sts": "2011-06-15"}[service]}}
	for i := 0; i < len(params); i += 2 {
		values.Set(params[i], params[i+1])
	}
	type key struct{ AccessKeyId, SecretAccessKey, SessionToken string }
	var answer struct {
		Created key `xml:"CreateAccessKeyResult>AccessKey"`
		Assumed key `xml:"AssumeRoleResult>Credentials"`
	}
	if err := xml.Unmarshal(h.once(b, by, "form:"+service, values.Encode()), &answer); err != nil {
		b.Fatal(err)
	}
	if answer.Created != (key{}) {
		answer.Assumed = answer.Created
	}
	return sigv4.Credentials{AccessKeyID: answer.Assumed.AccessKeyId, SecretAccessKey: answer.Assumed.SecretAccessKey, SessionToken: answer.Assumed.SessionToken}
}

// once sends a request that has to succeed, and returns the answer's body.
func (h handler) once(b *testing.B, by sigv4.Credentials, operation, body string) []byte {
	b.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, received(b, by, operation, body))
	if w.Code != http.StatusOK {
		b.Fatalf("%s: %d %s", operation, w.Code, w.Body)
	}
	return w.Body.Bytes()
}

func (h handler) benchmark(b *testing.B, name string, by sigv4.Credentials, call pathCall) {
	bodies := call.bodies(0)
	var requests []*http.Request
	for _, body := range bodies {
		h.once(b, by, call.operation, body)
		requests = append(requests, received(b, by, call.operation, body))
	}
	w := &discardWriter{header: http.Header{}}
	body := &replayed{}
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		for turn := 0; b.Loop(); turn++ {
			clear(w.header)
			body.Reset(bodies[turn%len(bodies)])
			once := *requests[turn%len(requests)]
			once.Body = body
			h.ServeHTTP(w, &once)
			if w.status != http.StatusOK {
				b.Fatalf("status %d", w.status)
			}
		}
	})
}

// received returns a request as the handler gets it from net/http.
func received(b *testing.B, by sigv4.Credentials, operation, body string) *http.Request {
	raw := signedBy(b, by, "http://127.0.0.1:4566", operation, body)
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		b.Fatal(err)
	}
	r.RemoteAddr = "127.0.0.1:1"
	local := net.Addr(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4566})
	return r.WithContext(context.WithValue(b.Context(), http.LocalAddrContextKey, local))
}

// newHandler returns the front door of a server whose store is in memory.
func newHandler(b *testing.B) handler {
	cfg := Config{Log: slog.New(slog.DiscardHandler)}.withDefaults()
	a := &App{failed: make(chan error, 1), done: make(chan struct{})}
	b.Cleanup(a.Stop)
	stores, err := a.openStores(cfg)
	if err != nil {
		b.Fatal(err)
	}
	ca, err := openAuthority(cfg)
	if err != nil {
		b.Fatal(err)
	}
	door, err := a.build(b.Context(), cfg, stores, ca)
	if err != nil {
		b.Fatal(err)
	}
	return handler{door.Handler(front.Door{WellKnownKey: true})}
}

// replayed is a body that can be sent again.
type replayed struct{ strings.Reader }

func (*replayed) Close() error { return nil }

// discardWriter forgets what is written.
type discardWriter struct {
	header http.Header
	status int
}

func (w *discardWriter) Header() http.Header         { return w.header }
func (w *discardWriter) WriteHeader(status int)      { w.status = status }
func (w *discardWriter) Write(p []byte) (int, error) { return len(p), nil }

func (w *discardWriter) SetReadDeadline(time.Time) error { return nil }
