package sandbox

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// entry is one entry of a zip file.
type entry struct {
	name    string
	mode    fs.FileMode
	content string
}

func zipEntries(t testing.TB, entries ...entry) Package {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		h.SetMode(e.mode)
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return memoryPackage{bytes.NewReader(buf.Bytes())}
}

type memoryPackage struct{ *bytes.Reader }

func (memoryPackage) Close() error { return nil }

func TestUnzipKeepsWhatCountsAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	size, err := unzip(zipEntries(t,
		entry{"lib/", fs.ModeDir | 0o700, ""},
		entry{"lib/index.js", 0o600, "hello"},
		entry{"bin/run", 0o700 | fs.ModeSetuid, "#!"},
		entry{"node_modules/.bin/run", fs.ModeSymlink | 0o777, "../../bin/run"},
	), dir, 5000)
	if err != nil || size != 7 {
		t.Fatalf("unzip = %d, %v; want 7 bytes", size, err)
	}
	for name, want := range map[string]fs.FileMode{"lib": fs.ModeDir | 0o755, "lib/index.js": 0o644, "bin/run": 0o755} {
		info, err := os.Lstat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("mode of %s = %v, want %v", name, info.Mode(), want)
		}
	}
	if data, err := os.ReadFile(filepath.Join(dir, "node_modules/.bin/run")); err != nil || string(data) != "#!" {
		t.Errorf("through the link = %q, %v", data, err)
	}
}

func TestUnzipRefuses(t *testing.T) {
	for _, tt := range []struct {
		name    string
		entries []entry
		want    string
	}{
		{"name that leads up", []entry{{"../x", 0o644, "x"}}, "leads out"},
		{"name that leads up on its way", []entry{{"a/../../x", 0o644, "x"}}, "leads out"},
		{"name from the root", []entry{{"/etc/x", 0o644, "x"}}, "leads out"},
		{"link to nothing", []entry{{"x", fs.ModeSymlink, ""}}, "points nowhere"},
		{"device", []entry{{"x", fs.ModeDevice | 0o644, ""}}, "no entries of the kind"},
		{"fifo", []entry{{"x", fs.ModeNamedPipe | 0o644, ""}}, "no entries of the kind"},
		{"file where a directory is", []entry{{"a/b", 0o644, "x"}, {"a", 0o644, "x"}}, "a"},
		{"bomb", []entry{{"x", 0o644, strings.Repeat("\x00", 5001)}}, "larger than 5000 bytes"},
		{"well", []entry{{strings.Repeat("a/", 129) + "x", 0o644, ""}}, "directories in each other"},
		{"bomb of several", []entry{{"x", 0o644, strings.Repeat("\x00", 5000)}, {"y", 0o644, "1"}}, "larger than 5000 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			parent := t.TempDir()
			dir := filepath.Join(parent, "in")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if _, err := unzip(zipEntries(t, tt.entries...), dir, 5000); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("unzip = %v, want %q", err, tt.want)
			}
			if left, _ := os.ReadDir(parent); len(left) != 1 {
				t.Errorf("something was written outside: %v", left)
			}
		})
	}
}

// TestLinksPointWherePackagesSay has links out of a package, which lead an environment to
// something of its own, and this process nowhere.
func TestLinksPointWherePackagesSay(t *testing.T) {
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	links := map[string]string{"tmp": "/tmp/x", "extensions": outside, "up": "../../etc", "a": "b", "b": "a"}
	var entries []entry
	for name, to := range links {
		entries = append(entries, entry{name, fs.ModeSymlink, to})
	}
	if _, err := unzip(zipEntries(t, append(entries, entry{`lib\of\another system.js`, 0o644, ""})...), dir, 5000); err != nil {
		t.Fatal(err)
	}
	for name, want := range links {
		if got, err := os.Readlink(filepath.Join(dir, name)); got != want {
			t.Errorf("%s points to %q, %v, want %q", name, got, err, want)
		}
	}
	c := contents{task: t.TempDir(), opt: dir}
	if names := c.extensions(); len(names) != 0 {
		t.Errorf("extensions = %q", names)
	}
	for name, want := range map[string]bool{"/opt/tmp": true, "/opt/extensions/secret": false, `/opt/lib\of\another system.js`: true} {
		if got := c.has(name); got != want {
			t.Errorf("has(%q) = %t", name, got)
		}
	}
}

// TestUnzipCountsDirectories has a package whose few entries lie in many.
func TestUnzipCountsDirectories(t *testing.T) {
	z, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	u := unzipper{root: z, places: 250, dirs: make(map[string]bool)}
	for _, name := range []string{strings.Repeat("a/", 100) + "x", strings.Repeat("a/", 100) + "y", strings.Repeat("b/", 100) + "x"} {
		if err := u.mkdir(name); err != nil {
			t.Fatalf("mkdir(%q) = %v", name, err)
		}
	}
	if err := u.mkdir(strings.Repeat("c/", 100) + "x"); !errors.Is(err, errEntries) {
		t.Errorf("the directory after the last = %v, want %v", err, errEntries)
	}
}

// TestUnzipNeverWritesThroughALink makes a link and then a file below its name.
func TestUnzipNeverWritesThroughALink(t *testing.T) {
	dir := t.TempDir()
	_, err := unzip(zipEntries(t, entry{"a", fs.ModeSymlink, "b"}, entry{"a/x", 0o644, "x"}), dir, 5000)
	if err == nil {
		t.Error("unzip made a link and a directory of one name")
	}
}

func FuzzUnzip(f *testing.F) {
	for _, e := range []entry{{"a/b.js", 0o644, "x"}, {"../x", 0o644, "x"}, {"l", fs.ModeSymlink, "a"}} {
		p := zipEntries(f, e).(memoryPackage)
		data, err := io.ReadAll(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		parent := t.TempDir()
		dir := filepath.Join(parent, "in")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		size, err := unzip(memoryPackage{bytes.NewReader(data)}, dir, 1<<20)
		if err == nil && (size < 0 || size > 1<<20) {
			t.Errorf("unzip = %d bytes", size)
		}
		if left, _ := os.ReadDir(parent); len(left) != 1 {
			t.Errorf("something was written outside: %v", left)
		}
	})
}

// get returns the directory of a package, unpacking it if needed. The directory
// stays until release is called.
func (c *codeCache) get(ctx context.Context, code Code) (dir string, release func(), err error) {
	h, err := c.hold(ctx, code.name(), func(tree string) (int64, error) { return code.unpack(ctx, tree) })
	return h.dir, h.release, err
}

func TestCodeIsUnpackedOnceAndKeptWhileItIsUsed(t *testing.T) {
	dir := t.TempDir()
	c, err := newCodeCache(dir, 10)
	if err != nil {
		t.Fatal(err)
	}
	opened := 0
	code := func(name, content string) Code {
		return Code{SHA256: name, Open: func(context.Context) (Package, error) {
			opened++
			return zipEntries(t, entry{"f", 0o644, content}), nil
		}}
	}
	big := code("big", "more than ten bytes")
	var wg sync.WaitGroup
	releases := make(chan func(), 8)
	for range 8 {
		wg.Go(func() {
			tree, release, err := c.get(t.Context(), big)
			if err != nil {
				t.Error(err)
				return
			}
			if data, err := os.ReadFile(filepath.Join(tree, "f")); string(data) != "more than ten bytes" {
				t.Errorf("f = %q, %v", data, err)
			}
			releases <- release
		})
	}
	wg.Wait()
	close(releases)
	if opened != 1 {
		t.Errorf("the package was opened %d times, want once", opened)
	}
	for release := range releases {
		release()
		release() // a second time does nothing
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("%d packages are kept, want none: there is no room for it", len(left))
	}
	_, release, err := c.get(t.Context(), code("small", "tiny"))
	if err != nil {
		t.Fatal(err)
	}
	release()
	again, err := newCodeCache(dir, 10)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := again.get(t.Context(), code("small", "")); err != nil || opened != 2 {
		t.Errorf("after a restart: %v, opened %d times, want twice in all", err, opened)
	}
}

func TestCodeThatCouldNotBeFetchedIsTriedAgain(t *testing.T) {
	c, err := newCodeCache(t.TempDir(), 10)
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	code := Code{SHA256: "x", Open: func(context.Context) (Package, error) { return nil, broken }}
	if _, _, err := c.get(t.Context(), code); !errors.Is(err, broken) {
		t.Errorf("get = %v, want %v", err, broken)
	}
	code.Open = func(context.Context) (Package, error) { return zipEntries(t), nil }
	if _, _, err := c.get(t.Context(), code); err != nil {
		t.Errorf("get = %v the second time", err)
	}
}

func TestCodeThatWasHalfUnpackedIsRemoved(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{halfMade + "1", "without-a-size"} {
		if err := os.MkdirAll(filepath.Join(dir, name, treeDir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := newCodeCache(dir, 10); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("%v are left", left)
	}
}
