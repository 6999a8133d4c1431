package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"cloudless/internal/identity/sigv4"
)

func TestASecondServerOnTheSameDataIsRefused(t *testing.T) {
	data := t.TempDir()
	first := start(t, data)
	got := call(t, nil, "start", "--data", data, "--listen", "127.0.0.1:0")
	want := fmt.Sprintf("cloudless: another server, process %d at %s, runs on the data directory %s\n", first.cmd.Process.Pid, first.url, data)
	if got != (result{stderr: want, code: 1}) {
		t.Errorf("got %+v, want %q", got, want)
	}
	if err := isReady(direct, first.url); err != nil {
		t.Errorf("the first one: %v", err)
	}
	first.stop()
	start(t, data).stop()
}

// upload is a PUT of an object that has begun and waits for the rest of its
// content.
type upload struct {
	content *io.PipeWriter
	answer  chan error
}

const uploaded = "all of the content"

func beginUpload(t *testing.T, s *server, target string) *upload {
	t.Helper()
	if err := put(s.url+"/bucket", nil, 0); err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	u := &upload{content: w, answer: make(chan error, 1)}
	// The server says "100 Continue" when it begins to read the body: from then
	// on the request is under way.
	begun := make(chan struct{})
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: func() { close(begun) }})
	go func() {
		u.answer <- putWith(ctx, s.url+target, r, int64(len(uploaded)), http.Header{"Expect": {"100-continue"}})
	}()
	if _, err := io.WriteString(w, uploaded[:5]); err != nil {
		t.Fatal(err)
	}
	select {
	case <-begun:
	case err := <-u.answer:
		t.Fatalf("the upload ended early: %v", err)
	}
	return u
}

// put uploads to S3 as root.
func put(url string, body io.Reader, length int64) error {
	return putWith(context.Background(), url, body, length, nil)
}

func putWith(ctx context.Context, url string, body io.Reader, length int64, header http.Header) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, url, body)
	if err != nil {
		return err
	}
	r.ContentLength = length
	maps.Copy(r.Header, header)
	sigv4.Sign(r, sigv4.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, sigv4.Scope{Region: "us-east-1", Service: "s3"},
		sigv4.UnsignedPayload, time.Now())
	resp, err := direct.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if text, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", resp.Status, text)
	}
	return nil
}

func get(url string) (string, error) {
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	sigv4.Sign(r, sigv4.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, sigv4.Scope{Region: "us-east-1", Service: "s3"},
		sigv4.UnsignedPayload, time.Now())
	resp, err := direct.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, text)
	}
	return string(text), err
}

// awaitDraining waits until the server accepts no more.
func awaitDraining(t *testing.T, s *server) {
	t.Helper()
	address := strings.TrimPrefix(s.url, "http://")
	eventually(t, "the server accepts no more", func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	})
}

func TestStoppingWaitsForTheRequestsUnderWay(t *testing.T) {
	s := start(t, t.TempDir())
	u := beginUpload(t, s, "/bucket/key")
	s.signal(syscall.SIGTERM)
	awaitDraining(t, s)
	if _, err := io.WriteString(u.content, uploaded[5:]); err != nil {
		t.Fatal(err)
	}
	if err := <-u.answer; err != nil {
		t.Errorf("the upload: %v", err)
	}
	if code := s.wait(); code != 0 {
		t.Errorf("exit code %d\n%s", code, s.stderr.String())
	}
	if _, err := os.Stat(filepath.Join(s.data, "server.json")); err == nil {
		t.Error("a stopped server is still announced")
	}
	again := start(t, s.data)
	if got, err := get(again.url + "/bucket/key"); got != uploaded || err != nil {
		t.Errorf("the object is %q, %v", got, err)
	}
	again.stop()
}

func TestASecondSignalStopsAtOnce(t *testing.T) {
	s := start(t, t.TempDir())
	u := beginUpload(t, s, "/bucket/key")
	s.signal(syscall.SIGTERM)
	awaitDraining(t, s)
	s.signal(syscall.SIGINT)
	if code := s.wait(); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	if want := "cloudless: stopping (once more to stop at once)\ncloudless: stopped at once\n"; s.stderr.String() != want {
		t.Errorf("stderr is %q, want %q", s.stderr.String(), want)
	}
	u.content.CloseWithError(io.ErrUnexpectedEOF)
	if err := <-u.answer; err == nil {
		t.Error("the upload succeeded")
	}
}

func TestListensOnSeveralAddresses(t *testing.T) {
	if l, err := net.Listen("tcp", "[::1]:0"); err != nil {
		t.Skipf("no IPv6 here: %v", err)
	} else {
		_ = l.Close()
	}
	s := start(t, t.TempDir(), "--listen", "127.0.0.1:0", "--listen", "[::1]:0")
	second := strings.TrimPrefix(s.stdout.find(t, "and at"), "  and at ")
	if !strings.HasPrefix(second, "http://[::1]:") {
		t.Errorf("the second address is %q", second)
	}
	for _, url := range []string{s.url, second} {
		if err := isReady(direct, url); err != nil {
			t.Errorf("%s: %v", url, err)
		}
		if err := put(url+"/bucket", nil, 0); err != nil {
			t.Errorf("the well-known key at %s: %v", url, err)
		}
	}
	var told struct{ URLs []string }
	if s.readJSON("server.json", &told); len(told.URLs) != 2 || told.URLs[0] != s.url || told.URLs[1] != second {
		t.Errorf("server.json has %v", told.URLs)
	}
	s.stop()
}

func TestAnAddressInUseIsRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	data := t.TempDir()
	got := call(t, nil, "start", "--data", data, "--listen", l.Addr().String())
	if want := "cloudless: another program listens on " + l.Addr().String() + " already\n"; got != (result{stderr: want, code: 1}) {
		t.Errorf("got %+v, want %q", got, want)
	}
	start(t, data).stop() // nothing holds the data
}

func TestMemoryKeepsNothing(t *testing.T) {
	s := start(t, ":memory:")
	s.stdout.find(t, "nothing is kept")
	if err := put(s.url+"/bucket", nil, 0); err != nil {
		t.Error(err)
	}
	s.stop()
	for _, pair := range s.cmd.Env {
		if dir, ok := strings.CutPrefix(pair, "TMPDIR="); ok {
			if left, err := os.ReadDir(dir); len(left) != 0 || err != nil {
				t.Errorf("left in the directory for temporary files: %v, %v", left, err)
			}
		}
	}
	if _, err := get(start(t, ":memory:").url + "/bucket"); err == nil || !strings.Contains(err.Error(), "NoSuchBucket") {
		t.Errorf("after a restart: %v", err)
	}
}

func TestAServerThatWasKilled(t *testing.T) {
	s := start(t, t.TempDir())
	if err := put(s.url+"/bucket", nil, 0); err != nil {
		t.Fatal(err)
	}
	keyBefore, err := os.ReadFile(filepath.Join(s.data, "root-key.json"))
	if err != nil {
		t.Fatal(err)
	}
	s.signal(syscall.SIGKILL)
	s.wait()

	for _, args := range [][]string{{"status"}, {"env"}, {"run", "true"}, {"logs", "f"}} {
		got := call(t, nil, append([]string{"--data", s.data}, args...)...)
		if got.code != 1 || got.stdout != "" || !strings.HasPrefix(got.stderr, "cloudless: the server at "+s.url+" does not answer (start one with: cloudless start)") {
			t.Errorf("%v: %+v", args, got)
		}
	}
	again := start(t, s.data)
	if _, err := get(again.url + "/bucket"); err != nil {
		t.Errorf("after a restart: %v", err)
	}
	if key, err := os.ReadFile(filepath.Join(s.data, "root-key.json")); err != nil || !bytes.Equal(key, keyBefore) {
		t.Errorf("the root key has changed, %v", err)
	}
	if got := call(t, nil, "--data", s.data, "status"); got.code != 0 {
		t.Errorf("status: %+v", got)
	}
	again.stop()
}

func TestDataIsForItsOwnerAlone(t *testing.T) {
	data := t.TempDir()
	if err := os.Chmod(data, 0o755); err != nil { // as somebody made it
		t.Fatal(err)
	}
	s := start(t, data)
	for name, want := range map[string]fs.FileMode{
		"root-key.json": 0o600, "server.json": 0o600, "store": fs.ModeDir | 0o700, "blobs": fs.ModeDir | 0o700,
		"authority": fs.ModeDir | 0o700, "authority/ca-key.pem": 0o600,
	} {
		if info, err := os.Stat(filepath.Join(data, name)); err != nil || info.Mode() != want {
			t.Errorf("%s is %v, want %v; %v", name, info.Mode(), want, err)
		}
	}
	s.stop()
	fresh := start(t, filepath.Join(data, "a", "b"))
	if info, err := os.Stat(fresh.data); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("a new data directory is %v, %v", info.Mode(), err)
	}
	fresh.stop()
}

// BenchmarkReady measures from the start of the process to its greeting.
func BenchmarkReady(b *testing.B) {
	kept := b.TempDir()
	start(b, kept).stop()
	fresh := b.TempDir()
	n := 0
	for _, bb := range []struct {
		name string
		data func() string
	}{
		{"fresh", func() string { n++; return filepath.Join(fresh, fmt.Sprint(n)) }},
		{"reopened", func() string { return kept }},
		{"memory", func() string { return ":memory:" }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			for b.Loop() {
				s := start(b, bb.data())
				b.StopTimer()
				s.stop()
				b.StartTimer()
			}
		})
	}
}
