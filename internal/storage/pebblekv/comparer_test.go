package pebblekv

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"cloudless/internal/storage/kv"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// upToSlash is the stem of the keys of these tests.
func upToSlash(key []byte) int {
	if i := bytes.IndexByte(key, '/'); i >= 0 {
		return i + 1
	}
	return len(key)
}

func mustOpen(t *testing.T, dir string, o Options) *Store {
	t.Helper()
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // again, where a test has closed it
	return s
}

// scanned returns the keys in rg.
func scanned(t *testing.T, s *Store, rg kv.Range) (found []string) {
	t.Helper()
	err := s.View(t.Context(), func(r kv.Reader) error {
		for p, err := range r.Scan(rg) {
			if err != nil {
				return err
			}
			found = append(found, string(p.Key))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestScansFindAllWithinAStem compares scans with what was written, over
// tables of several levels, with deletions in them.
func TestScansFindAllWithinAStem(t *testing.T) {
	s := mustOpen(t, "data", Options{Stem: upToSlash, fs: vfs.NewMem()})
	rng := rand.New(rand.NewPCG(3, 4))
	there := map[string]bool{}
	key := func() string { return fmt.Sprintf("%02d/%02d", rng.IntN(40), rng.IntN(40)) }
	for range 12 {
		for range 200 {
			k, remove := key(), rng.IntN(3) == 0
			there[k] = !remove
			err := s.Update(t.Context(), kv.Claims{Write: [][]byte{[]byte(k)}}, func(tx kv.Tx) error {
				if remove {
					tx.Delete([]byte(k))
				} else {
					tx.Set([]byte(k), []byte("value"))
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := s.db.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	for range 500 {
		stem := fmt.Sprintf("%02d/", rng.IntN(41))
		rg := kv.Prefix([]byte(stem))
		switch rng.IntN(4) {
		case 0:
			rg = kv.Range{Start: []byte(key()), End: []byte(key())} // of two stems, mostly, and often empty
		case 1:
			rg = kv.Prefix([]byte(stem + fmt.Sprint(rng.IntN(4)))) // within a stem
		case 2:
			rg = kv.Range{Start: []byte(stem + "07"), End: []byte(stem + "31")}
		}
		rg.Reverse = rng.IntN(3) == 0
		var want []string
		for k, is := range there {
			if is && k >= string(rg.Start) && k < string(rg.End) {
				want = append(want, k)
			}
		}
		slices.Sort(want)
		if rg.Reverse {
			slices.Reverse(want)
		}
		if got := scanned(t, s, rg); !slices.Equal(got, want) {
			t.Fatalf("scan from %q to %q: got %q, want %q", rg.Start, rg.End, got, want)
		}
	}
}

// TestAScanWithinAStemPassesTablesBy wants a scan of what is not there to be
// answered by filters.
func TestAScanWithinAStemPassesTablesBy(t *testing.T) {
	s := mustOpen(t, "data", Options{Stem: upToSlash, fs: vfs.NewMem()})
	for _, k := range []string{"a/1", "c/1"} {
		if err := s.Update(t.Context(), kv.Claims{Write: [][]byte{[]byte(k)}}, func(tx kv.Tx) error {
			tx.Set([]byte(k), []byte("v"))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.db.Flush(); err != nil {
		t.Fatal(err)
	}
	before := s.db.Metrics().Filter.Hits
	if found := scanned(t, s, kv.Range{Start: []byte("b/1"), End: []byte("b/9")}); len(found) > 0 {
		t.Errorf("found %q", found)
	}
	if s.db.Metrics().Filter.Hits == before {
		t.Error("no filter was of use")
	}
}

func TestADirectoryKeepsTheOrderThatItWasMadeWith(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{})
	if err := s.Update(t.Context(), kv.Claims{Write: [][]byte{[]byte("a/1")}}, func(tx kv.Tx) error {
		tx.Set([]byte("a/1"), []byte("v"))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, o := range []Options{{Stem: upToSlash}, {}} {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = mustOpen(t, dir, o)
		if found := scanned(t, s, kv.Prefix([]byte("a/"))); !slices.Equal(found, []string{"a/1"}) {
			t.Errorf("found %q", found)
		}
	}
	stemmed := t.TempDir()
	if err := mustOpen(t, stemmed, Options{Stem: upToSlash}).Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(stemmed, Options{}); err == nil {
		t.Errorf("a directory with stems was opened as one of %s", pebble.DefaultComparer.Name)
	}
}
