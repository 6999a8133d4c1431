// Package command tells what users of the command see: texts, exit codes,
// signals, files. It drives the real binary, built once, and nothing else of
// the repository's but what clients of AWS need.
package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// binary is the command under test.
var binary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "cloudless-command-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // some tests run the command as nobody
		panic(err)
	}
	if binary = os.Getenv("CLOUDLESS_TEST_BINARY"); binary == "" { // set for a test inside of a namespace
		binary = filepath.Join(dir, "cloudless")
		if out, err := exec.Command("go", "build", "-o", binary, "../../cmd/cloudless").CombinedOutput(); err != nil {
			panic(fmt.Sprintf("%v\n%s", err, out))
		}
	}
	return m.Run()
}

// direct is a client that asks no proxy.
var direct = &http.Client{Transport: &http.Transport{}}

// longest is how long anything may take that has to happen. Slow machines are
// no failure.
const longest = time.Minute

// command prepares a call of the binary in an environment of its own, where
// env adds to.
func command(t testing.TB, env []string, args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), 2*longest)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = append([]string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}, env...)
	return cmd
}

// result is what a call of the binary gave.
type result struct {
	stdout, stderr string
	code           int
}

// call runs the binary to its end.
func call(t testing.TB, env []string, args ...string) result {
	t.Helper()
	cmd := command(t, env, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatal(err)
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// server is a running "cloudless start".
type server struct {
	t      testing.TB
	cmd    *exec.Cmd
	data   string // the data directory
	url    string
	stdout *lines

	stderr bytes.Buffer // to be read after wait
	ended  chan struct{}
}

// start starts a server on a data directory, on a free port of the loopback if
// args do not say where. It is killed when the test ends, if it still runs.
func start(t testing.TB, data string, args ...string) *server {
	t.Helper()
	args = append([]string{"start", "--data", data}, args...)
	if !strings.Contains(strings.Join(args, " "), "--listen") {
		args = append(args, "--listen", "127.0.0.1:0")
	}
	return await(t, command(t, []string{"TMPDIR=" + t.TempDir()}, args...), data)
}

// await starts a server by its command and waits until it is ready.
func await(t testing.TB, cmd *exec.Cmd, data string) *server {
	t.Helper()
	s := &server{t: t, cmd: cmd, data: data, ended: make(chan struct{})}
	s.cmd.Stderr = &s.stderr
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	switch err := s.cmd.Start(); {
	case errors.Is(err, syscall.EPERM) && s.cmd.SysProcAttr != nil:
		t.Skipf("skipped: this machine has no namespaces for everybody: %v", err)
	case err != nil:
		t.Fatal(err)
	}
	s.stdout = readLines(out)
	go func() {
		defer close(s.ended)
		<-s.stdout.done
		_ = s.cmd.Wait() // ProcessState tells
	}()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		<-s.ended
	})
	greeting, ok := s.stdout.next()
	_, rest, found := strings.Cut(greeting, " is ready at ")
	if !ok || !found {
		<-s.ended
		t.Fatalf("the server said %q\n%s", greeting, s.stderr.String())
	}
	s.url, _, _ = strings.Cut(rest, " ")
	return s
}

func (s *server) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// wait returns the exit code, -1 if a signal ended the server.
func (s *server) wait() int {
	s.t.Helper()
	select {
	case <-s.ended:
	case <-time.After(longest):
		s.t.Fatal("the server does not end")
	}
	return s.cmd.ProcessState.ExitCode()
}

// stop lets the server end in its own way.
func (s *server) stop() {
	s.t.Helper()
	s.signal(syscall.SIGTERM)
	if code := s.wait(); code != 0 {
		s.t.Fatalf("exit code %d\n%s", code, s.stderr.String())
	}
}

// lines are those that a process prints.
type lines struct {
	ch   chan string
	done chan struct{} // closed when there are no more
}

func readLines(r io.Reader) *lines {
	l := &lines{ch: make(chan string, 1000), done: make(chan struct{})}
	go func() {
		defer close(l.done)
		defer close(l.ch)
		for scan := bufio.NewScanner(r); scan.Scan(); {
			l.ch <- scan.Text()
		}
	}()
	return l
}

// next waits for a line; false if there are no more.
func (l *lines) next() (string, bool) {
	select {
	case line, ok := <-l.ch:
		return line, ok
	case <-time.After(longest):
		return "", false
	}
}

// find waits for a line that has text.
func (l *lines) find(t testing.TB, text string) string {
	t.Helper()
	var seen []string
	for {
		line, ok := l.next()
		if strings.Contains(line, text) {
			return line
		}
		if !ok {
			t.Fatalf("no line has %q:\n%s", text, strings.Join(seen, "\n"))
		}
		seen = append(seen, line)
	}
}

// eventually waits until something holds that nobody tells of.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(longest); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in %v: %s", longest, what)
		}
	}
}

// isReady tells whether a server at a URL says that it is.
func isReady(c *http.Client, url string) error {
	resp, err := c.Get(url + "/_cloudless/health")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var health struct{ Status string }
	if err := json.NewDecoder(resp.Body).Decode(&health); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK || health.Status != "ready" {
		return fmt.Errorf("%s %+v", resp.Status, health)
	}
	return nil
}

// readJSON reads a file of the data directory.
func (s *server) readJSON(name string, v any) {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.data, name))
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}
