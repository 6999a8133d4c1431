package dirblob

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"cloudless/internal/storage/blob"
	"cloudless/internal/storage/blob/blobtest"

	"pgregory.net/rapid"
)

func TestPromises(t *testing.T) {
	blobtest.Run(t,
		func(t *testing.T) blob.Store { return openStore(t, t.TempDir()) },
		blobtest.Options{Reopen: func(t *testing.T, s blob.Store) blob.Store { return openStore(t, s.(*Store).root) }})
}

func openStore(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryNameHasAFileOfItsOwn(t *testing.T) {
	s := &Store{root: filepath.Join("any", "where")}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-z0-9_-][a-z0-9_.-]{0,20}(/[a-z0-9_-][a-z0-9_.-]{0,20}){0,5}`).Draw(t, "name")
		file := s.file(name)
		if rel, err := filepath.Rel(s.root, file); err != nil || strings.Count(rel, string(filepath.Separator)) != 1 {
			t.Fatalf("%q lies in %q, which is not in a directory of the store", name, file)
		}
		if got, ok := nameOf(filepath.Base(file)); !ok || got != name {
			t.Fatalf("the file of %q is read as %q, %v", name, got, ok)
		}
	})
}

// TestPlacesStayAsTheyAre holds files still: older versions have put them
// there.
func TestPlacesStayAsTheyAre(t *testing.T) {
	s := &Store{root: "root"}
	for name, want := range map[string]string{
		"a":                  "root/2c/a",
		"a/b":                "root/c1/a+b",
		"s3/bucket/01.2-3_4": "root/73/s3+bucket+01.2-3_4",
	} {
		if got := filepath.ToSlash(s.file(name)); got != want {
			t.Errorf("file(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestOpenSweepsWhatACrashHasLeft(t *testing.T) {
	dir := t.TempDir()
	openStore(t, dir)
	half := filepath.Join(dir, passing, "17")
	if err := os.WriteFile(half, []byte("half a bl"), 0o600); err != nil {
		t.Fatal(err)
	}
	openStore(t, dir)
	if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Stat of a file that was half written = %v, want that it does not exist", err)
	}
}

func TestAFailedPutLeavesNoFile(t *testing.T) {
	s := openStore(t, t.TempDir())
	if _, err := s.Put(t.Context(), "b", iotest.ErrReader(io.ErrUnexpectedEOF)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Put = %v, want the error of its source", err)
	}
	left, err := os.ReadDir(filepath.Join(s.root, passing))
	if err != nil || len(left) > 0 {
		t.Errorf("files left: %v, %v", left, err)
	}
}

func TestNamesPassOverStrangeFiles(t *testing.T) {
	s := openStore(t, t.TempDir())
	if err := os.WriteFile(filepath.Join(s.fanOutDir(0), ".DS_Store"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, err := range s.Names(t.Context(), "") {
		t.Errorf("Names gives %q, %v, want nothing", name, err)
	}
}

// killDir names the directory in which a process of its own puts blobs until it
// is killed.
const killDir = "DIRBLOB_KILL_DIR"

// TestKilledProcessLeavesWholeBlobs kills a process that puts blobs, as kill -9
// does. Those it has acknowledged are there, and each that is there is whole:
// a blob is named after the hash of its content, or is one of the contents that
// replace each other. The process is this test, run again.
func TestKilledProcessLeavesWholeBlobs(t *testing.T) {
	if dir := os.Getenv(killDir); dir != "" {
		putUntilKilled(t, dir)
	}
	dir := t.TempDir()
	told := map[string]bool{}
	for range 3 {
		runAndKill(t, dir, 100, told)
		s := openStore(t, dir)
		listed := map[string]bool{}
		for name, err := range s.Names(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			listed[name] = true
			checkWhole(t, s, name)
		}
		for name := range told {
			if !listed[name] {
				t.Errorf("%s was acknowledged and is not there", name)
			}
		}
		if left, err := os.ReadDir(filepath.Join(dir, passing)); err != nil || len(left) > 0 {
			t.Errorf("files left after the sweep: %v, %v", left, err)
		}
	}
}

// runAndKill lets a process put blobs in dir, kills it after so many, and notes
// the names that it has acknowledged.
func runAndKill(t *testing.T, dir string, lines int, told map[string]bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledProcessLeavesWholeBlobs$")
	cmd.Env = append(os.Environ(), killDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for in := bufio.NewScanner(out); in.Scan(); seen++ {
		var name string
		if n, _ := fmt.Sscanf(in.Text(), "put %s done", &name); n == 1 && strings.HasSuffix(in.Text(), " done") {
			told[name] = true
		}
		if seen == lines {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // killed, which is an error
	if seen < lines {
		t.Fatalf("the process ended by itself after %d lines", seen)
	}
}

func putUntilKilled(t *testing.T, dir string) {
	s := openStore(t, dir)
	var wg sync.WaitGroup
	var n atomic.Int64
	for range 4 {
		wg.Go(func() {
			for {
				content := bytes.Repeat(fmt.Appendf(nil, "%d of %d ", n.Add(1), os.Getpid()), 5000)
				for _, name := range []string{fmt.Sprintf("h/%x", sha256.Sum256(content)), "replaced"} {
					if _, err := s.Put(t.Context(), name, bytes.NewReader(content)); err != nil {
						t.Errorf("Put = %v", err)
						return
					}
					_, _ = fmt.Printf("put %s done\n", name)
				}
			}
		})
	}
	wg.Wait()
}

func checkWhole(t *testing.T, s *Store, name string) {
	t.Helper()
	b, err := s.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	content, err := io.ReadAll(b)
	if err != nil {
		t.Fatal(err)
	}
	if hash, ok := strings.CutPrefix(name, "h/"); ok && hash != fmt.Sprintf("%x", sha256.Sum256(content)) {
		t.Errorf("%s is not whole: %d bytes", name, len(content))
	}
	if unit := len(content) / 5000; len(content) == 0 || !bytes.Equal(content, bytes.Repeat(content[:unit], 5000)) {
		t.Errorf("%s is not whole: %d bytes", name, len(content))
	}
}
