// Package blobtest tells whether a driver keeps the promises of package blob.
//
// A driver runs it in a test of three lines:
//
//	func TestPromises(t *testing.T) {
//		blobtest.Run(t, func(*testing.T) blob.Store { return memblob.New() }, blobtest.Options{})
//	}
//
// Blobs of many sizes are put, read in every way, replaced and deleted while
// somebody reads them (contents.go); names are kept apart, refused and listed
// (names.go). Drivers that keep their data are opened again. The package does
// not know any driver.
package blobtest

import (
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"cloudless/internal/storage/blob"
)

// Options tell what the driver under test can do beyond blob.Store.
type Options struct {
	// Reopen opens the blobs of s again. Nil: the driver keeps nothing.
	Reopen func(t *testing.T, s blob.Store) blob.Store
}

// Run tests the stores that open returns, each of them empty.
func Run(t *testing.T, open func(t *testing.T) blob.Store, o Options) {
	s := &suite{open, o}
	t.Run("Contents", s.testContents)
	t.Run("Replace", s.testReplace)
	t.Run("FailedPut", s.testFailedPut)
	t.Run("Delete", s.testDelete)
	t.Run("Concurrent", s.testConcurrent)
	t.Run("BadNames", s.testBadNames)
	t.Run("GoodNames", s.testGoodNames)
	t.Run("Names", s.testNames)
	t.Run("Reopen", s.testReopen)
}

type suite struct {
	open func(t *testing.T) blob.Store
	Options
}

func (s *suite) testReopen(t *testing.T) {
	if s.Reopen == nil {
		t.Skip("the driver keeps nothing")
	}
	store := s.open(t)
	want := map[string]string{"a": "1", "a/b": "2", "big": string(pattern(1 << 20))}
	for name, content := range want {
		put(t, store, name, content)
	}
	put(t, store, "gone", "3")
	if err := store.Delete(t.Context(), "gone"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		store = s.Reopen(t, store)
		wantNames(t, store, "", slices.Collect(maps.Keys(want))...)
		for name, content := range want {
			wantContent(t, store, name, content)
		}
	}
}

// put keeps content under name.
func put(t *testing.T, s blob.Store, name, content string) {
	t.Helper()
	n, err := s.Put(t.Context(), name, strings.NewReader(content))
	if err != nil || n != int64(len(content)) {
		t.Fatalf("Put(%q) of %d bytes = %d, %v", name, len(content), n, err)
	}
}

// wantContent reads a blob whole.
func wantContent(t *testing.T, s blob.Store, name, want string) {
	t.Helper()
	b, err := s.Open(t.Context(), name)
	if err != nil {
		t.Errorf("Open(%q) = %v", name, err)
		return
	}
	wantRest(t, b, want)
	if err := b.Close(); err != nil {
		t.Errorf("Close of %q = %v", name, err)
	}
}

// wantRest reads b to its end.
func wantRest(t *testing.T, b blob.Blob, want string) {
	t.Helper()
	got, err := io.ReadAll(b)
	if err != nil || string(got) != want {
		t.Errorf("read %.40q (%d bytes), %v, want %.40q (%d bytes)", got, len(got), err, want, len(want))
	}
}

func wantNotFound(t *testing.T, s blob.Store, name string) {
	t.Helper()
	if b, err := s.Open(t.Context(), name); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("Open(%q) = %v, %v, want ErrNotFound", name, b, err)
	}
}

// wantNames wants exactly these names under prefix.
func wantNames(t *testing.T, s blob.Store, prefix string, want ...string) {
	t.Helper()
	got := []string{}
	for name, err := range s.Names(t.Context(), prefix) {
		if err != nil {
			t.Errorf("Names(%q) = %v", prefix, err)
			return
		}
		got = append(got, name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("Names(%q) = %q, want %q", prefix, got, want)
	}
}

// pattern returns n bytes, different ones for different n.
func pattern(n int) []byte {
	b := make([]byte, n)
	x := uint32(n) | 1
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}
