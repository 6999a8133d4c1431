//go:build linux

package sandbox

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cloudless/internal/authority"
	"cloudless/internal/clock"
	"cloudless/internal/sandbox/process"
	"cloudless/internal/sandbox/runtime"
)

// TestMain is three programs: the tests, the init of their sandboxes, and, in a
// sandbox, the function whose handlers are in behaviour_test.go.
func TestMain(m *testing.M) {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" {
		runBehaviour(os.Getenv("_HANDLER"))
		return
	}
	code := m.Run()
	for _, f := range atExit {
		f()
	}
	os.Exit(code)
}

// bench is a manager with all that it needs, and what it was heard to say.
type bench struct {
	*Manager
	t     *testing.T
	logs  *memoryLogs
	front *recordingFront
}

// newBench returns a manager that ends with the test. configure may change its
// Config.
func newBench(t *testing.T, configure ...func(*Config)) *bench {
	t.Helper()
	cfg := testConfig(t)
	b := &bench{t: t, logs: &memoryLogs{}, front: cfg.Front.(*recordingFront)}
	cfg.Logs = b.logs
	for _, c := range configure {
		c(&cfg)
	}
	unpackOurselves(t, filepath.Join(cfg.Dir, "code"))
	var err error
	if b.Manager, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := b.Close(ctx); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
	return b
}

// testConfig is for a manager without environments that wait: most tests would
// have to make them for nothing.
func testConfig(t testing.TB) Config {
	t.Helper()
	ca, err := authority.New(clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	return Config{Dir: t.TempDir(), Front: &recordingFront{}, Authority: ca, Runtimes: packs(), MaxSpares: -1}
}

// newIsolatedBench skips the test where this machine does not isolate.
func newIsolatedBench(t *testing.T, configure ...func(*Config)) *bench {
	t.Helper()
	b := newBench(t, configure...)
	if !b.cfg.Driver.Isolated() {
		t.Skip("this machine has no namespaces for this user: nothing to attack")
	}
	return b
}

// withProcesses chooses the driver without isolation.
func withProcesses(t *testing.T) func(*Config) {
	return func(c *Config) {
		d, err := process.New(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		c.Driver = d
	}
}

// packs are the runtime packs that the tests share with this user's servers.
var packs = sync.OnceValue(func() *runtime.Packs {
	dir := os.Getenv("CLOUDLESS_RUNTIMES")
	if dir == "" {
		var err error
		if dir, err = runtime.DefaultDir(); err != nil {
			dir = filepath.Join(os.TempDir(), "cloudless-runtimes") // a user without a home
		}
	}
	return runtime.NewPacks(dir)
})

// needRuntime makes sure that a runtime is installed, and skips the test where
// its pack cannot be fetched.
func needRuntime(t *testing.T, b *bench, identifier string) {
	t.Helper()
	if ok, err := b.Installed(identifier); ok && err == nil {
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	if err := b.Install(ctx, identifier, func(line string) { t.Log(line) }); err != nil {
		if os.Getenv("CLOUDLESS_NEED_RUNTIMES") != "" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED for want of the npm registry (set CLOUDLESS_NEED_RUNTIMES to fail instead): %v", err)
	}
}

// invoke invokes a function and expects that it is reached.
func (b *bench) invoke(fn Function, payload string) Result {
	b.t.Helper()
	r, err := b.Invoke(b.t.Context(), fn, event(payload))
	if err != nil {
		b.t.Fatalf("Invoke = %v", err)
	}
	return r
}

// wantFailure invokes a function that fails with an answer and a log that match.
func (b *bench) wantFailure(fn Function, want, log string) {
	b.t.Helper()
	r := b.invoke(fn, `{}`)
	if r.FunctionError != "Unhandled" || !regexp.MustCompile(want).Match(r.Payload) {
		b.t.Errorf("result = %q %s, want %s", r.FunctionError, r.Payload, want)
	}
	if !regexp.MustCompile(log).Match(r.LogTail) {
		b.t.Errorf("log = %s, want %s", r.LogTail, log)
	}
}

const requestID = "8f507cfc-xmpl-4697-b07a-ac58fc914c95"

func event(payload string) Invocation {
	return Invocation{
		RequestID: requestID, Payload: []byte(payload),
		InvokedFunctionARN: "arn:aws:lambda:us-east-1:000000000000:function:f",
	}
}

// node returns a function of one or more files: name, content, name, content …
func node(runtime string, files ...string) Function {
	return function(runtime, "index.handler", zipOf(files...))
}

func function(runtime, handler string, code []byte) Function {
	return Function{
		ID: handler, Revision: fmt.Sprintf("%p", &code[0]), Name: "f", Version: "$LATEST", Region: "us-east-1", Account: "000000000000",
		Runtime: runtime, Handler: handler, MemoryMB: 256, Timeout: 10 * time.Second, LogGroup: "/aws/lambda/f",
		Code: codeOf(code),
		Credentials: func(context.Context) (Credentials, error) {
			return Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret", SessionToken: "token"}, nil
		},
	}
}

func codeOf(data []byte) Code {
	return Code{
		SHA256: fmt.Sprintf("%p", &data[0]),
		Open:   func(context.Context) (Package, error) { return memoryPackage{bytes.NewReader(data)}, nil },
	}
}

func zipOf(files ...string) []byte {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err != nil {
			panic(err)
		}
		if _, err := io.WriteString(w, files[i+1]); err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

// ourselves is a package whose bootstrap is this test program.
var ourselves = sync.OnceValue(func() []byte {
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		panic(err)
	}
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	h := &zip.FileHeader{Name: "bootstrap", Method: zip.Store}
	h.SetMode(fs.FileMode(0o755))
	w, err := z.CreateHeader(h)
	if err != nil {
		panic(err)
	}
	if _, err := w.Write(self); err != nil {
		panic(err)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return buf.Bytes()
})

// unpackOurselves puts that package into a cache before its manager is made, as
// one more name of the same file: to copy this program takes a second under the
// race detector, and most tests need it.
func unpackOurselves(t *testing.T, cache string) {
	t.Helper()
	dir := filepath.Join(cache, codeOf(ourselves()).name())
	if err := os.MkdirAll(filepath.Join(dir, treeDir), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(copyOfOurselves(), filepath.Join(dir, treeDir, "bootstrap")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, sizeFile), []byte("1"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// copyOfOurselves is this program in a place where links to it can be made.
var copyOfOurselves = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp("", "cloudless-sandbox-test-")
	if err != nil {
		panic(err)
	}
	atExit = append(atExit, func() { os.RemoveAll(dir) })
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		panic(err)
	}
	name := filepath.Join(dir, "bootstrap")
	if err := os.WriteFile(name, self, 0o755); err != nil {
		panic(err)
	}
	return name
})

// atExit is done when all tests have ended.
var atExit []func()

// behaviour is a function that does what behaviour_test.go has under a name.
func behaviour(name string) Function {
	return function("provided.al2023", name, ourselves())
}

// text closes the manager and returns all that was logged.
func (b *bench) text() string {
	b.t.Helper()
	if err := b.Close(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	b.logs.mu.Lock()
	defer b.logs.mu.Unlock()
	var text strings.Builder
	for _, e := range b.logs.events {
		text.WriteString(e.Message)
	}
	return text.String()
}

// recordingFront answers everything with {} and remembers what it was asked.
type recordingFront struct {
	mu       sync.Mutex
	requests []string // scheme, host, target, body
	headers  []http.Header
}

func (f *recordingFront) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	f.mu.Lock()
	f.requests = append(f.requests, fmt.Sprintf("%s %s %s %s", scheme, r.Host, r.Header.Get("X-Amz-Target"), body))
	f.headers = append(f.headers, r.Header)
	f.mu.Unlock()
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_, _ = io.WriteString(w, "{}")
}

// all returns what it was asked so far.
func (f *recordingFront) all() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.requests)
}
