package runtime

import (
	"os"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"testing"
	"time"
)

// left are what is in the directory of some packs, but for what is ours to begin with.
func left(t *testing.T, dir string) (names []string) {
	t.Helper()
	for _, pattern := range []string{".*", "nodejs22.x/*"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range found {
			name, err := filepath.Rel(dir, name)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func TestSweepRemovesWhatNobodyUses(t *testing.T) {
	p := NewPacks(t.TempDir())
	long := time.Now().Add(-2 * sweptAfter)
	for name, changed := range map[string]time.Time{
		".bootstrap-node-used/index.js":               long,
		".bootstrap-node-old/index.js":                long,
		".bootstrap-python-new/bootstrap.py":          time.Now(),
		".new-bootstrap-1/index.js":                   long,
		".new-bootstrap-2/index.js":                   time.Now(),
		".swept-bootstrap-node-x/index.js":            long,
		"nodejs22.x/compiled-bootstrap-node-used":     long,
		"nodejs22.x/compiled-bootstrap-node-old":      long,
		"nodejs22.x/compiled-bootstrap-node-new":      time.Now(),
		"nodejs22.x/pack.json":                        long,
		"nodejs22.x/node_modules/compiled-bootstrap-": long,
	} {
		file := filepath.Join(p.dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, f := range []string{file, filepath.Dir(file)} {
			if err := os.Chtimes(f, changed, changed); err != nil {
				t.Fatal(err)
			}
		}
	}
	ours, err := p.bootstrap("python")
	if err != nil {
		t.Fatal(err)
	}
	used := filepath.Join(p.dir, ".bootstrap-node-used")
	other := NewPacks(p.dir)
	if err := other.hold(used); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{ours, used} { // for long
		if err := os.Chtimes(dir, long, long); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Sweep(); err != nil {
		t.Fatal(err)
	}
	want := []string{
		filepath.Base(ours), ".bootstrap-node-used", ".bootstrap-python-new", ".new-bootstrap-2",
		"nodejs22.x/compiled-bootstrap-node-new", "nodejs22.x/compiled-bootstrap-node-used",
		"nodejs22.x/node_modules", "nodejs22.x/pack.json",
	}
	slices.Sort(want)
	goruntime.KeepAlive(other)
	if got := left(t, p.dir); !slices.Equal(got, want) {
		t.Errorf("what is left is\n%q, want\n%q", got, want)
	}
}

func TestABootstrapThatWasRemovedIsWrittenAgain(t *testing.T) {
	p := NewPacks(t.TempDir())
	for range 2 {
		dir, err := p.bootstrap("node")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(dir, "index.js")); err != nil {
			t.Error(err)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAServerThatComesToUseABootstrapKeepsIt(t *testing.T) {
	p := NewPacks(t.TempDir())
	dir := filepath.Join(p.dir, ".bootstrap-node-x")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-2 * sweptAfter)
	if err := os.Chtimes(dir, long, long); err != nil {
		t.Fatal(err)
	}
	if err := p.hold(dir); err != nil {
		t.Fatal(err)
	}
	p.held[dir].Close() // the server ends
	if err := NewPacks(p.dir).Sweep(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Errorf("what was used just now is gone: %v", err)
	}
}
