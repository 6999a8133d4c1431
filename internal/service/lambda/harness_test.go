package lambda

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/clock"
	"cloudless/internal/storage/kv"
	"cloudless/internal/storage/memblob"
	"cloudless/internal/storage/memkv"
)

const account, region = "111111111111", "eu-central-1"

// start is when the tests begin.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// call is that of a caller who may do all, unless the authorizer says other.
var call = &api.Call{Account: account, Region: region, Principal: api.Root(account), RequestID: "request-1", BaseURL: "http://127.0.0.1:4566"}

// harness is a service with the parts that a test looks into.
type harness struct {
	*Service
	t         *testing.T
	clock     *fakeClock
	store     kv.Store
	blobs     *memblob.Store
	sandboxes *fakeSandboxes
	authz     *fakeAuthorizer
	objects   fakeObjects
	roles     fakeRoles
	sources   fakeSources
	buckets   *fakeBuckets
}

func newHarness(t *testing.T) *harness {
	h := &harness{
		t: t, clock: &fakeClock{Fake: clock.NewFake(start, 1), waits: make(chan time.Duration, 10000)},
		store: memkv.New(), blobs: memblob.New(), sandboxes: newFakeSandboxes(), authz: &fakeAuthorizer{},
		objects: fakeObjects{}, roles: fakeRoles{}, sources: fakeSources{},
		buckets: &fakeBuckets{objects: map[string]map[string]string{"failures": {}}},
	}
	t.Cleanup(func() {
		h.Close()
		h.store.Close()
	})
	h.open()
	return h
}

// open makes a service on what an earlier one has stored.
func (h *harness) open() {
	h.t.Helper()
	s, err := New(h.t.Context(), Config{
		Store: h.store, Blobs: h.blobs, Authorizer: h.authz, Clock: h.clock, Sandboxes: h.sandboxes,
		Roles: h.roles, Objects: h.objects, Sources: h.sources, Buckets: h.buckets, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		h.t.Fatalf("New: %v", err)
	}
	h.Service = s
}

// restart ends the service and makes another one.
func (h *harness) restart() {
	h.t.Helper()
	h.Close()
	for len(h.clock.waits) > 0 {
		<-h.clock.waits // of those that have ended
	}
	h.open()
}

// create makes a function and waits until it is active.
func (h *harness) create(name string, edit ...func(*lambdaapi.CreateFunctionRequest)) *lambdaapi.FunctionConfiguration {
	h.t.Helper()
	in := creation(name)
	for _, e := range edit {
		e(in)
	}
	out, err := h.CreateFunction(h.t.Context(), call, in)
	if err != nil {
		h.t.Fatalf("CreateFunction(%s): %v", name, err)
	}
	h.awaitSettled(name)
	return out
}

// creation is a request that succeeds.
func creation(name string) *lambdaapi.CreateFunctionRequest {
	return &lambdaapi.CreateFunctionRequest{
		FunctionName: name, Runtime: "nodejs22.x", Handler: new("index.handler"), Role: "arn:aws:iam::" + account + ":role/fn",
		Code: &lambdaapi.FunctionCode{ZipFile: zipOf("index.js", "exports.handler = async () => 1")},
	}
}

// awaitSettled waits until a function is neither created nor updated any more.
func (h *harness) awaitSettled(text string) *function {
	h.t.Helper()
	return h.await(text, func(f *function) bool { return f.Task == "" })
}

// await waits until the function, or the version "f:1", is as wanted.
func (h *harness) await(text string, wanted func(*function) bool) *function {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 10*time.Second)
	defer cancel()
	changes := h.store.Watch(ctx, h.peek(text).key())
	for {
		if f := h.peek(text); wanted(f) {
			return f
		}
		if _, ok := <-changes; !ok {
			h.t.Fatalf("%s does not become as wanted: %+v", text, h.peek(text))
		}
	}
}

// peek returns a function as it is kept.
func (h *harness) peek(text string) *function {
	h.t.Helper()
	n, err := parseName(call, text, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	f, err := h.read(h.t.Context(), n)
	if err != nil {
		h.t.Fatal(err)
	}
	return f
}

// awaitWait waits until somebody waits for d.
func (h *harness) awaitWait(d time.Duration) {
	h.t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		select {
		case waited := <-h.clock.waits:
			if waited == d {
				return
			}
		case <-deadline:
			h.t.Fatalf("nobody waits for %v", d)
		}
	}
}

// advance waits until somebody waits for d, and lets it pass.
func (h *harness) advance(d time.Duration) {
	h.t.Helper()
	h.awaitWait(d)
	h.clock.Advance(d)
}

// count returns how many records of a kind there are.
func (h *harness) count(kind string) int {
	n := 0
	err := h.store.View(h.t.Context(), func(r kv.Reader) error {
		for _, err := range r.Scan(allOf(kind)) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// awaitEmpty waits until no event is queued.
func (h *harness) awaitEmpty() {
	h.t.Helper()
	for range 10000 {
		if h.count("event") == 0 && h.count("queue") == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
	h.t.Fatalf("%d events stay in the queue", h.count("event"))
}

// zipOf makes an archive of one file.
func zipOf(name, content string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err == nil {
		_, err = io.WriteString(f, content)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// refused checks that an error is AWS's, word for word.
func refused(t *testing.T, what string, err error, code, message string) {
	t.Helper()
	e, ok := errors.AsType[*awserr.Error](err)
	if !ok || e.Code != code || e.Message != message {
		t.Errorf("%s:\ngot  %v\nwant %s: %s", what, err, code, message)
	}
}

// must returns what an operation answers, or ends the test.
func must[T any](out T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}
