package pebblekv

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"cloudless/internal/storage/kv"
)

// keptStore makes a store whose one key lies in a table of its own, and returns
// its directory.
func keptStore(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, key := range []string{"a", "b"} { // a second opening writes what the first has logged into a table
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		set(t, s, key)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// each calls do for the files of dir that match, of which there has to be one.
func each(t *testing.T, dir, pattern string, do func(file string) error) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v, %v", pattern, files, err)
	}
	for _, file := range files {
		if err := do(file); err != nil {
			t.Fatal(err)
		}
	}
}

func truncate(file string) error { return os.Truncate(file, 0) }

// overwrite changes a file and leaves its size.
func overwrite(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for i := range text {
		text[i] ^= 0xff
	}
	return os.WriteFile(file, text, 0o600)
}

func TestOpenTellsOfDamage(t *testing.T) {
	for _, tt := range []struct {
		name, pattern string
		do            func(string) error
	}{
		{"an empty manifest", "MANIFEST-*", truncate},
		{"a manifest that is gone", "MANIFEST-*", os.Remove},
		{"no word of which manifest counts", "marker.manifest.*", os.Remove},
		{"an empty table", "*.sst", truncate},
		{"a table that is gone", "*.sst", os.Remove},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := keptStore(t)
			each(t, dir, tt.pattern, tt.do)
			if s, err := Open(dir, Options{}); !errors.Is(err, ErrDamaged) {
				t.Errorf("Open = %v, %v, want ErrDamaged", s, err)
			}
		})
	}
}

func TestATableThatReadsOtherwiseStopsTheStore(t *testing.T) {
	dir := keptStore(t)
	each(t, dir, "*.sst", overwrite)
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.View(t.Context(), func(r kv.Reader) error { _, err := r.Get([]byte("a")); return err }); err == nil {
		t.Error("Get finds a key in a table that is garbage")
	}
	wait(t, "Failed", s.Failed())
	if err := s.Err(); !errors.Is(err, ErrFailed) || !errors.Is(err, ErrDamaged) {
		t.Errorf("Err = %v, want ErrFailed and ErrDamaged", err)
	}
}
