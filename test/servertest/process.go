package servertest

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"cloudless/internal/client"
)

// Build compiles the command and returns its path.
func Build(t testing.TB) (binary string) {
	t.Helper()
	dependOnSources(t)
	binary = filepath.Join(t.TempDir(), "cloudless")
	out, err := exec.Command("go", "build", "-o", binary, "cloudless/cmd/cloudless").CombinedOutput()
	if err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// dependOnSources looks at the files that the command is made of. The go tool
// notes what a test looks at, and takes its result from the cache only while
// that is as it was; it does not know of a build within the test.
func dependOnSources(t testing.TB) {
	t.Helper()
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join(strings.TrimSpace(string(root)), dir), func(_ string, _ fs.DirEntry, err error) error { return err })
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Process is a running command, which a test may kill.
type Process struct {
	client.Server

	cmd    *exec.Cmd
	stderr bytes.Buffer // to be read once it has ended
	ended  chan struct{}
}

// Launch starts the command on a data directory, on a free port of the
// loopback, and waits until it is ready.
func Launch(t testing.TB, binary, data string) *Process {
	t.Helper()
	_ = os.Remove(filepath.Join(data, "server.json")) // what a killed server has left
	p := &Process{ended: make(chan struct{})}
	p.cmd = exec.Command(binary, "start", "--data", data, "--listen", "127.0.0.1:0")
	p.cmd.Stderr = &p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); <-p.ended })
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		var err error
		if p.Server, _, err = client.Find(data); err == nil {
			return p
		}
		select {
		case <-p.ended:
			t.Fatalf("the server ended: %s", &p.stderr)
		default:
		}
	}
	t.Fatal("the server did not start")
	return nil
}

// Kill ends the process as kill -9 does. A server that has ended by itself
// fails the test.
func (p *Process) Kill(t testing.TB) {
	t.Helper()
	select {
	case <-p.ended:
		t.Fatalf("the server ended before it was killed: %s", &p.stderr)
	default:
	}
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-p.ended
}

// SDK configures clients of the process.
func (p *Process) SDK() aws.Config { return SDK(p.Region, p.URLs[0], "test", "test") }
