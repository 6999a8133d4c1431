package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestWriteReplacesTheFileAndLeavesNothingElse(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	for _, tt := range []struct {
		text string
		mode os.FileMode
	}{{"old and long", 0o600}, {"new", 0o644}} {
		if err := Write(name, []byte(tt.text), tt.mode); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(name)
		if err != nil || string(text) != tt.text {
			t.Errorf("%q, %v; want %q", text, err, tt.text)
		}
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != tt.mode {
			t.Errorf("%v, %v; want %v", info.Mode(), err, tt.mode)
		}
	}
	if err := Write(dir, nil, 0o600); err == nil {
		t.Error("a directory was replaced")
	}
	if err := Write(filepath.Join(dir, "nosuch", "file"), nil, 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in a directory that is not there: %v", err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("left behind: %v, %v", files, err)
	}
}
