package pebblekv

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"cloudless/internal/storage/kv"
	"cloudless/internal/storage/kv/kvtest"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

func TestPromisesOnDisk(t *testing.T) {
	dirs := map[kv.Store]string{}
	open := func(t *testing.T, dir string) kv.Store {
		s, err := Open(dir, Options{Stem: upToSlash})
		if err != nil {
			t.Fatal(err)
		}
		dirs[s] = dir
		return s
	}
	kvtest.Run(t, func(t *testing.T) kv.Store { return open(t, t.TempDir()) }, kvtest.Options{
		Steps: 500,
		Reopen: func(t *testing.T, s kv.Store) kv.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			return open(t, dirs[s])
		},
	})
}

func TestPromisesThroughCrashes(t *testing.T) {
	disks := map[kv.Store]*vfs.MemFS{}
	open := func(t *testing.T, disk *vfs.MemFS) kv.Store {
		s := openIn(t, disk)
		disks[s] = disk
		return s
	}
	rng := rand.New(rand.NewPCG(1, 1))
	kvtest.Run(t, func(t *testing.T) kv.Store { return open(t, vfs.NewCrashableMem()) }, kvtest.Options{
		Steps: 1000,
		Small: true,
		Crash: func(t *testing.T, s kv.Store) kv.Store {
			left := disks[s].CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: rng.IntN(101), RNG: rng})
			if err := s.Close(); err != nil { // nothing that it still writes is in what is left
				t.Fatal(err)
			}
			return open(t, left)
		},
	})
}

// openIn opens a store in a file system of its own.
func openIn(t testing.TB, fs vfs.FS) *Store {
	t.Helper()
	s, err := Open("data", Options{fs: fs, CacheBytes: 1 << 20, Stem: upToSlash})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOpenRefusesADirectoryThatIsOpen(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{dir, dir + "/.", filepath.Join(dir, "..", filepath.Base(dir))} {
		if _, err := Open(name, Options{}); !errors.Is(err, ErrLocked) {
			t.Errorf("Open(%q) = %v, want ErrLocked", name, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err = Open(dir, Options{})
	if err != nil {
		t.Fatalf("Open after Close = %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestARangeToDeleteHasBothEnds holds to the form of a range with which Pebble
// does what it should. What comes of the empty key shows only in builds that
// check Pebble's invariants, the race detector's among them, and then in one
// history of ten.
func TestARangeToDeleteHasBothEnds(t *testing.T) {
	behindAll := strings.Repeat("\xff", kv.MaxKeyBytes+1)
	for _, tt := range []struct {
		name       string
		in         kv.Range
		start, end string
	}{
		{"everything", kv.Range{}, "\x00", behindAll},
		{"from an empty key", kv.Range{Start: []byte{}, End: []byte("b")}, "\x00", "b"},
		{"between keys", kv.Range{Start: []byte("a"), End: []byte("b")}, "a", "b"},
		{"from a key on", kv.Range{Start: []byte("a")}, "a", behindAll},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if start, end := bounds(tt.in); string(start) != tt.start || string(end) != tt.end {
				t.Errorf("bounds = %q, %q, want %q, %q", start, end, tt.start, tt.end)
			}
		})
	}
}

// TestFormatVersionIsTheNewest fails when an update of the library brings a
// newer version. Raise formatVersion then, unless there is a reason not to.
func TestFormatVersionIsTheNewest(t *testing.T) {
	if formatVersion != pebble.FormatNewest {
		t.Errorf("formatVersion = %s, the newest is %s", formatVersion, pebble.FormatNewest)
	}
}
