package s3

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
	"cloudless/internal/clock"
	"cloudless/internal/storage/blob"
	"cloudless/internal/storage/kv"
	"cloudless/internal/storage/memblob"
	"cloudless/internal/storage/memkv"
)

// start is when the tests begin.
var start = time.Date(2025, 6, 1, 12, 0, 0, 123456789, time.UTC)

// harness is a service with the parts that a test looks into.
type harness struct {
	*Service
	t     *testing.T
	clock *clock.Fake
	kv    *kvStore
	blobs *blobStore
	authz *authorizer
}

// newHarness makes a service with the bucket "bucket".
func newHarness(t *testing.T) *harness {
	h := &harness{t: t, clock: clock.NewFake(start, 1), kv: &kvStore{Store: memkv.New()},
		blobs: &blobStore{Store: memblob.New(), deleted: make(chan struct{}, 100)}, authz: &authorizer{}}
	t.Cleanup(func() { h.kv.Close() })
	h.restart()
	h.createBucket("bucket")
	return h
}

// restart makes a new service on what the old one has stored.
func (h *harness) restart() {
	h.Service = New(Config{Store: h.kv, Blobs: h.blobs, Authorizer: h.authz, Clock: h.clock})
}

func (h *harness) createBucket(name string) {
	h.t.Helper()
	if _, err := h.CreateBucket(h.t.Context(), root, &s3api.CreateBucketRequest{Bucket: name}); err != nil {
		h.t.Fatalf("CreateBucket(%s): %v", name, err)
	}
}

// put stores an object and returns the answer.
func (h *harness) put(key, body string, edit ...func(*s3api.PutObjectRequest)) *s3api.PutObjectOutput {
	h.t.Helper()
	out, err := h.tryPut(key, body, edit...)
	if err != nil {
		h.t.Fatalf("PutObject(%s): %v", key, err)
	}
	return out
}

func (h *harness) tryPut(key, body string, edit ...func(*s3api.PutObjectRequest)) (*s3api.PutObjectOutput, error) {
	in := &s3api.PutObjectRequest{Bucket: "bucket", Key: key, Body: stream(body), ContentLength: new(int64(len(body)))}
	for _, e := range edit {
		e(in)
	}
	return h.PutObject(h.t.Context(), root, in)
}

// get reads an object, whole.
func (h *harness) get(key string, edit ...func(*s3api.GetObjectRequest)) (string, *s3api.GetObjectOutput) {
	h.t.Helper()
	in := &s3api.GetObjectRequest{Bucket: "bucket", Key: key}
	for _, e := range edit {
		e(in)
	}
	out, err := h.GetObject(h.t.Context(), root, in)
	if err != nil {
		h.t.Fatalf("GetObject(%s): %v", key, err)
	}
	return h.read(out.Body), out
}

// written is get for a body that writes itself.
func (h *harness) written(key string, edit func(*s3api.GetObjectRequest)) string {
	h.t.Helper()
	in := &s3api.GetObjectRequest{Bucket: "bucket", Key: key}
	edit(in)
	out, err := h.GetObject(h.t.Context(), root, in)
	if err != nil {
		h.t.Fatalf("GetObject(%s): %v", key, err)
	}
	var b strings.Builder
	n, err := out.Body.(io.WriterTo).WriteTo(&b)
	if err = errors.Join(err, out.Body.Close()); err != nil || n != int64(b.Len()) {
		h.t.Fatalf("WriteTo = %d, %v; it wrote %d bytes", n, err, b.Len())
	}
	return b.String()
}

func (h *harness) read(body io.ReadCloser) string {
	h.t.Helper()
	b, err := io.ReadAll(body)
	if err = errors.Join(err, body.Close()); err != nil {
		h.t.Fatalf("body: %v", err)
	}
	return string(b)
}

// missing fails the test unless there is no object at key.
func (h *harness) missing(key string) {
	h.t.Helper()
	_, err := h.HeadObject(h.t.Context(), root, &s3api.HeadObjectRequest{Bucket: "bucket", Key: key})
	wantCode(h.t, err, "NoSuchKey")
}

func stream(body string) io.ReadCloser { return io.NopCloser(strings.NewReader(body)) }

// trailed is a body with trailers.
type trailed struct {
	io.Reader
	trailer http.Header
}

func (trailed) Close() error           { return nil }
func (b trailed) Trailer() http.Header { return b.trailer }

var (
	root      = &api.Call{Account: "111111111111", Region: "us-east-1", Principal: api.Root("111111111111"), BaseURL: "http://127.0.0.1:4566"}
	stranger  = &api.Call{Account: "222222222222", Region: "us-east-1", Principal: api.Root("222222222222")}
	anonymous = &api.Call{Account: "111111111111", Region: "us-east-1", Principal: api.Principal{Type: api.PrincipalAnonymous}}
)

func inRegion(region string) *api.Call {
	call := *root
	call.Region = region
	return &call
}

// authorizer allows what deny does not forbid, and remembers what it was asked.
type authorizer struct {
	mu    sync.Mutex
	deny  map[string]bool // by action
	asked []string        // "action resource"
	facts []api.Fact      // of the last question
}

func (a *authorizer) Authorize(_ context.Context, _ *api.Call, action, resource string, facts ...api.Fact) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, action+" "+resource)
	a.facts = facts
	if a.deny[action] {
		return awserr.AccessDenied("not authorized to perform: " + action)
	}
	return nil
}

// blobStore is a blob store that a test can look into and interfere with.
type blobStore struct {
	blob.Store
	opening func()        // called before a blob is opened; may be nil
	deleted chan struct{} // receives after a deletion
}

func (b *blobStore) Open(ctx context.Context, name string) (blob.Blob, error) {
	if b.opening != nil {
		b.opening()
	}
	return b.Store.Open(ctx, name)
}

func (b *blobStore) Delete(ctx context.Context, name string) error {
	err := b.Store.Delete(ctx, name)
	select {
	case b.deleted <- struct{}{}:
	default:
	}
	return err
}

func (b *blobStore) names() (names []string) {
	for name := range b.Names(context.Background(), "") {
		names = append(names, name)
	}
	return names
}

// kvStore is a store that a test can interfere with.
type kvStore struct {
	kv.Store
	committed error // what Update returns of what it has committed; may be nil
}

func (s *kvStore) Update(ctx context.Context, claims kv.Claims, f func(kv.Tx) error) error {
	if err := s.Store.Update(ctx, claims, f); err != nil {
		return err
	}
	return s.committed
}

// wantCode fails the test unless err is a refusal with this code.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if got := awserr.Code(err); got != code {
		t.Errorf("error = %v, want %s", err, code)
	}
}

// wantRefusal fails the test unless err is this refusal, word for word.
func wantRefusal(t *testing.T, err error, status int, code, message string, detail any) {
	t.Helper()
	e, ok := errors.AsType[*awserr.Error](err)
	if !ok {
		t.Errorf("error = %v, want %s", err, code)
		return
	}
	if e.Status != status || e.Code != code || e.Message != message {
		t.Errorf("refusal = %d %s: %s\n   want   %d %s: %s", e.Status, e.Code, e.Message, status, code, message)
	}
	if detail != nil && !reflect.DeepEqual(e.Detail, detail) {
		t.Errorf("detail of %s = %+v, want %+v", code, e.Detail, detail)
	}
}

func want[T comparable](t *testing.T, what string, got *T, due T) {
	t.Helper()
	if got == nil {
		t.Errorf("%s is absent, want %v", what, due)
		return
	}
	if *got != due {
		t.Errorf("%s = %v, want %v", what, *got, due)
	}
}
