package lambda

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"cloudless/internal/api"
	"cloudless/internal/awserr"
	"cloudless/internal/clock"
)

// fakeClock tells how long others wait.
type fakeClock struct {
	*clock.Fake
	waits chan time.Duration
}

func (c *fakeClock) After(d time.Duration) <-chan time.Time {
	ch := c.Fake.After(d)
	c.waits <- d
	return ch
}

// invoked is what reached the sandboxes.
type invoked struct {
	Environment
	Invocation
}

// fakeSandboxes prepare and invoke as the test says.
type fakeSandboxes struct {
	calls   chan invoked
	retired chan string

	mu      sync.Mutex
	prepare func(ctx context.Context, e Environment) error
	invoke  func(ctx context.Context, e Environment, in Invocation) (Outcome, error)
}

func newFakeSandboxes() *fakeSandboxes {
	return &fakeSandboxes{
		calls:   make(chan invoked, 1000),
		retired: make(chan string, 1000),
		prepare: func(context.Context, Environment) error { return nil },
		invoke: func(context.Context, Environment, Invocation) (Outcome, error) {
			return Outcome{Payload: []byte("1")}, nil
		},
	}
}

func (f *fakeSandboxes) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// answer makes every invocation end so.
func (f *fakeSandboxes) answer(out Outcome, err error) {
	f.set(func() {
		f.invoke = func(context.Context, Environment, Invocation) (Outcome, error) { return out, err }
	})
}

func (f *fakeSandboxes) Runtimes() []string {
	return []string{"nodejs6.10", "nodejs22.x", "python3.12"}
}

func (f *fakeSandboxes) Prepare(ctx context.Context, e Environment) error {
	f.mu.Lock()
	prepare := f.prepare
	f.mu.Unlock()
	return prepare(ctx, e)
}

func (f *fakeSandboxes) Invoke(ctx context.Context, e Environment, in Invocation) (Outcome, error) {
	f.mu.Lock()
	invoke := f.invoke
	f.mu.Unlock()
	f.calls <- invoked{e, in}
	ended := make(chan runEnd, 1)
	go func() {
		out, err := invoke(ctx, e, in)
		in.Over()
		ended <- runEnd{out, err}
	}()
	select {
	case end := <-ended:
		return end.Outcome, end.err
	case <-ctx.Done():
		return Outcome{}, ctx.Err()
	}
}

func (f *fakeSandboxes) Retire(id string) { f.retired <- id }

// fakeAuthorizer allows all but what it is told to deny, and remembers.
type fakeAuthorizer struct {
	mu    sync.Mutex
	deny  map[string]bool // by action
	asked []string        // "action resource"
	facts [][]api.Fact    // of each question
}

// last returns the facts of the last question.
func (a *fakeAuthorizer) last() []api.Fact {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.facts[len(a.facts)-1]
}

func (a *fakeAuthorizer) Authorize(_ context.Context, _ *api.Call, action, resource string, facts ...api.Fact) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, action+" "+resource)
	a.facts = append(a.facts, facts)
	if a.deny[action] {
		return awserr.AccessDenied("no " + action)
	}
	return nil
}

// fakeRoles knows every role but those of its keys.
type fakeRoles map[string]error

func (r fakeRoles) Credentials(_ context.Context, roleARN, session string) (api.Key, error) {
	return api.Key{ID: session}, r[roleARN]
}

func (r fakeRoles) FunctionCredentials(_ context.Context, roleARN, session, functionARN string) (api.Key, error) {
	return api.Key{ID: session, Principal: api.Principal{SourceFunctionARN: functionARN}}, r[roleARN]
}

// fakeSources knows every source but those that it is told of.
type fakeSources map[string]error

func (s fakeSources) Check(_ context.Context, _ *api.Call, arn string) error { return s[arn] }

// fakeBuckets are objects by bucket and key. "closed" is one that nobody may look into.
type fakeBuckets struct {
	mu      sync.Mutex
	objects map[string]map[string]string
	fails   int // so many times Put will
	as      api.Principal
}

func (b *fakeBuckets) Check(_ context.Context, _ *api.Call, bucket string) error {
	if bucket == "closed" {
		return awserr.AccessDenied("no")
	}
	if b.objects[bucket] == nil {
		return &awserr.Error{Code: "NotFound", Status: 404}
	}
	return nil
}

func (b *fakeBuckets) Put(_ context.Context, call *api.Call, bucket, key string, body []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails--; b.fails >= 0 {
		return errors.New("not now")
	}
	b.as = call.Principal
	b.objects[bucket][key] = string(body)
	return nil
}

// fakeObjects are objects by bucket/key/version.
type fakeObjects map[string][]byte

func (o fakeObjects) Open(_ context.Context, _ *api.Call, bucket, key, version string) (io.ReadCloser, error) {
	body, ok := o[bucket+"/"+key+"/"+version]
	if !ok {
		return nil, &awserr.Error{Code: "NoSuchKey", Status: 404, Message: "The specified key does not exist."}
	}
	return io.NopCloser(bytes.NewReader(body)), nil
}
