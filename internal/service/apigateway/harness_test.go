package apigateway

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
	"cloudless/internal/clock"
	"cloudless/internal/storage/memkv"
)

const (
	testAccount = "111111111111"
	functionARN = "arn:aws:lambda:us-east-1:111111111111:function:f"
	lambdaURI   = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + functionARN + "/invocations"
)

// world is a service with all that it is built of.
type world struct {
	*Service
	t       *testing.T
	clock   *clock.Fake
	invoker *fakeInvoker
	authz   *fakeAuthorizer
	aws     *fakeServices
	written *fakeLogs
	objects fakeObjects
	call    *api.Call

	signer      api.Principal // who signed the calls of deployed APIs; nobody by default
	signerError error
}

func newWorld(t *testing.T) *world {
	w := &world{
		t: t, clock: clock.NewFake(time.Date(2026, 1, 2, 3, 4, 5, 600, time.UTC), 1),
		invoker: &fakeInvoker{}, authz: &fakeAuthorizer{}, aws: &fakeServices{}, written: &fakeLogs{}, objects: fakeObjects{},
		call: &api.Call{Account: testAccount, Region: "us-east-1", RequestID: "5e1f0a39-0000-4000-8000-000000000001",
			Principal: api.Root(testAccount), SourceIP: "127.0.0.1", UserAgent: "test/1"},
	}
	store := memkv.New()
	w.Service = New(Config{Store: store, Authorizer: w.authz, Clock: w.clock, Invoker: w.invoker, Documents: fakeDocuments{}, Services: w.aws, Tokens: fakeTokens{}, Logs: w.written, Objects: w.objects, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { _ = store.Close() })
	return w
}

// fakeAuthorizer remembers what it was asked, and refuses what it was told to.
type fakeAuthorizer struct {
	mu    sync.Mutex
	asked []string // "action resource"
	deny  string   // the action that is refused
}

func (f *fakeAuthorizer) Authorize(_ context.Context, _ *api.Call, action, resource string, _ ...api.Fact) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, action+" "+resource)
	if action == f.deny {
		return awserr.AccessDenied("no " + action)
	}
	return nil
}

// fakeDocuments takes every document but those that say that they are wrong.
type fakeDocuments struct{}

func (fakeDocuments) Check(document string) error {
	if strings.Contains(document, "wrong") {
		return errors.New("wrong")
	}
	return nil
}

// Judge knows documents that are one word.
func (fakeDocuments) Judge(_ context.Context, _ *api.Call, document string, _ bool, action, _ string) (Verdict, error) {
	switch strings.Trim(document, `"`) {
	case "only-invoke":
		if action == actionInvoke {
			return Allows, nil
		}
		return Silent, nil
	case "allow":
		return Allows, nil
	case "deny":
		return Denies, nil
	case "silent":
		return Silent, nil
	}
	return Silent, errors.New("no policy")
}

// fakeTokens takes tokens that are claims, of pools that begin with "arn:pool".
type fakeTokens struct{}

func (fakeTokens) IsPool(arn string) bool { return strings.HasPrefix(arn, "arn:pool") }

func (fakeTokens) Claims(_ context.Context, token string, _ []string) (map[string]any, error) {
	switch token {
	case "expired":
		return nil, ErrExpiredToken
	case "unreachable":
		return nil, errors.New("nobody there")
	}
	var claims map[string]any
	d := json.NewDecoder(strings.NewReader(token))
	d.UseNumber()
	if d.Decode(&claims) != nil {
		return nil, ErrBadToken
	}
	return claims, nil
}

// fakeLogs keeps what is written.
type fakeLogs struct{ lines []string }

func (f *fakeLogs) Append(_ context.Context, from Source, group, _ string, events []LogEvent) error {
	for _, e := range events {
		f.lines = append(f.lines, from.Role+" "+group+" "+e.Message)
	}
	return nil
}

// fakeObjects are what S3 has, by bucket, key and version.
type fakeObjects map[string]string

func (f fakeObjects) Open(_ context.Context, _ *api.Call, bucket, key, version string) (io.ReadCloser, error) {
	content, ok := f[bucket+"/"+key+"?"+version]
	if !ok {
		return nil, &awserr.Error{Code: "NoSuchKey", Status: 404, Message: "The specified key does not exist."}
	}
	return io.NopCloser(strings.NewReader(content)), nil
}

// fakeServices answers as it was told to, and remembers what it was asked.
type fakeServices struct {
	answer func(r *http.Request) *http.Response
	to     Endpoint
	from   Source
	asked  *http.Request
	body   string
}

func (f *fakeServices) Serves(service string) (here, byAction bool) {
	return service == "dynamodb" || service == "s3", service == "dynamodb"
}

func (f *fakeServices) Call(_ context.Context, to Endpoint, from Source, r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(from.Role, "/untrusting") {
		return nil, errors.New("may not be assumed")
	}
	body, err := io.ReadAll(r.Body)
	f.to, f.from, f.asked, f.body = to, from, r, string(body)
	return f.answer(r), err
}

// fakeInvoker answers as it was told to, and remembers what it was asked.
type fakeInvoker struct {
	mu      sync.Mutex
	answer  func(ctx context.Context, event []byte) (Answer, error)
	arn     string
	source  Source
	payload string
}

func (f *fakeInvoker) Invoke(ctx context.Context, functionARN string, from Source, payload []byte) (Answer, error) {
	f.mu.Lock()
	f.arn, f.source, f.payload = functionARN, from, string(payload)
	answer := f.answer
	f.mu.Unlock()
	if answer == nil {
		return Answer{}, errors.New("nobody said what to answer")
	}
	return answer(ctx, payload)
}

// says makes the function answer with payload.
func (f *fakeInvoker) says(payload string) {
	f.answer = func(context.Context, []byte) (Answer, error) { return Answer{Payload: []byte(payload)}, nil }
}

// fails makes the function fail with payload.
func (f *fakeInvoker) fails(payload string) {
	f.answer = func(context.Context, []byte) (Answer, error) {
		return Answer{Payload: []byte(payload), FunctionError: "Unhandled"}, nil
	}
}

// do runs an operation that has to succeed.
func do[In, Out any](w *world, op func(context.Context, *api.Call, *In) (*Out, error), in In) *Out {
	w.t.Helper()
	out, err := op(w.t.Context(), w.call, &in)
	if err != nil {
		w.t.Fatalf("%T: %v", in, err)
	}
	return out
}

// refused runs an operation that has to be refused with that code and message.
func refused[In, Out any](w *world, op func(context.Context, *api.Call, *In) (*Out, error), in In, code, message string) {
	w.t.Helper()
	_, err := op(w.t.Context(), w.call, &in)
	if err == nil {
		w.t.Errorf("%T: no error, want %s: %s", in, code, message)
		return
	}
	if e := awserr.From(err); e.Code != code || e.Message != message {
		w.t.Errorf("%T:\n got %s: %s\nwant %s: %s", in, e.Code, e.Message, code, message)
	}
}

// newAPI makes an API and returns its id and that of its root.
func (w *world) makeAPI() (id, root string) {
	w.t.Helper()
	a := do(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "api"})
	return *a.Id, *a.RootResourceId
}

// below makes a resource.
func (w *world) below(apiID, parent, part string) string {
	w.t.Helper()
	return *do(w, w.CreateResource, agw.CreateResourceRequest{RestApiId: apiID, ParentId: parent, PathPart: part}).Id
}

// method makes a method that answers 200, with an integration.
func (w *world) methodOn(apiID, resourceID, httpMethod string, i agw.PutIntegrationRequest) {
	w.t.Helper()
	do(w, w.PutMethod, agw.PutMethodRequest{RestApiId: apiID, ResourceId: resourceID, HttpMethod: httpMethod, AuthorizationType: "NONE"})
	i.RestApiId, i.ResourceId, i.HttpMethod = apiID, resourceID, httpMethod
	if i.Type != "MOCK" && i.IntegrationHttpMethod == nil {
		i.IntegrationHttpMethod = new("POST")
	}
	do(w, w.PutIntegration, i)
	do(w, w.PutMethodResponse, agw.PutMethodResponseRequest{RestApiId: apiID, ResourceId: resourceID, HttpMethod: httpMethod, StatusCode: "200"})
}

// respondWith puts an integration response.
func (w *world) respondWith(apiID, resourceID, httpMethod string, r agw.PutIntegrationResponseRequest) {
	w.t.Helper()
	r.RestApiId, r.ResourceId, r.HttpMethod = apiID, resourceID, httpMethod
	do(w, w.PutIntegrationResponse, r)
}

// deploy deploys to a stage.
func (w *world) deploy(apiID, stage string) string {
	w.t.Helper()
	return *do(w, w.CreateDeployment, agw.CreateDeploymentRequest{RestApiId: apiID, StageName: new(stage)}).Id
}

// ask calls a deployed API. headers are "Name: value".
func (w *world) ask(apiID, method, target, body string, headers ...string) *http.Response {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), method, target, strings.NewReader(body))
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	return w.serveRequest(apiID, r)
}

func (w *world) serveRequest(apiID string, r *http.Request) *http.Response {
	rec := httptest.NewRecorder()
	call := *w.call
	call.Principal = api.Principal{Type: api.PrincipalAnonymous}
	w.ServeAPI(rec, r, &call, apiID, func([]byte) (api.Principal, error) { return w.signer, w.signerError })
	return rec.Result()
}

// wantAnswer checks status and body of an answer.
func wantAnswer(t *testing.T, r *http.Response, status int, body string) {
	t.Helper()
	got, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != status || string(got) != body {
		t.Errorf("answer:\n got %d %s\nwant %d %s", r.StatusCode, got, status, body)
	}
}

// wantHeader checks a header by the exact name that was written.
func wantHeader(t *testing.T, r *http.Response, name, value string) {
	t.Helper()
	if got := strings.Join(r.Header[name], ", "); got != value {
		t.Errorf("header %s = %q, want %q; all: %v", name, got, value, r.Header)
	}
}

// op is one patch operation.
func op(o, path, value string) agw.PatchOperation {
	return agw.PatchOperation{Op: o, Path: &path, Value: &value}
}

// replace is a patch of one operation.
func replace(path, value string) []agw.PatchOperation {
	return []agw.PatchOperation{op("replace", path, value)}
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
