package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"cloudless/internal/storage/blob"
)

func (s *suite) testContents(t *testing.T) {
	store := s.open(t)
	for _, size := range []int{0, 1, 100, 4096, 1<<20 + 7} {
		t.Run(fmt.Sprintf("of %d bytes", size), func(t *testing.T) {
			want := pattern(size)
			// A source that gives little at a time and its end by itself.
			n, err := store.Put(t.Context(), "b", iotest.HalfReader(bytes.NewReader(want)))
			if err != nil || n != int64(size) {
				t.Fatalf("Put = %d, %v, want %d", n, err, size)
			}
			b, err := store.Open(t.Context(), "b")
			if err != nil {
				t.Fatalf("Open = %v", err)
			}
			defer func() {
				if err := b.Close(); err != nil {
					t.Errorf("Close = %v", err)
				}
			}()
			if b.Size() != int64(size) {
				t.Errorf("Size = %d, want %d", b.Size(), size)
			}
			// TestReader reads, seeks and reads at offsets, in all ways.
			if err := iotest.TestReader(b, want); err != nil {
				t.Error(err)
			}
		})
	}

	t.Run("have a reader each", func(t *testing.T) {
		put(t, store, "shared", "0123456789")
		first, err := store.Open(t.Context(), "shared")
		if err != nil {
			t.Fatal(err)
		}
		defer first.Close()
		if _, err := first.Seek(5, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		wantContent(t, store, "shared", "0123456789")
		wantRest(t, first, "56789")
	})

	t.Run("that were never put are not found", func(t *testing.T) {
		wantNotFound(t, store, "nosuch")
		wantNotFound(t, store, "shared/nosuch")
	})
}

func (s *suite) testReplace(t *testing.T) {
	store := s.open(t)
	put(t, store, "b", "the old one, which is longer")
	old, err := store.Open(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	head := make([]byte, 4)
	if _, err := io.ReadFull(old, head); err != nil {
		t.Fatal(err)
	}
	put(t, store, "b", "the new one")
	wantContent(t, store, "b", "the new one")
	wantNames(t, store, "", "b")
	if old.Size() != int64(len("the old one, which is longer")) {
		t.Errorf("the open blob's size is %d now", old.Size())
	}
	wantRest(t, old, "old one, which is longer")
}

func (s *suite) testDelete(t *testing.T) {
	store := s.open(t)
	put(t, store, "b", "content")
	open, err := store.Open(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	for range 2 { // the second time there is none
		if err := store.Delete(t.Context(), "b"); err != nil {
			t.Errorf("Delete = %v", err)
		}
	}
	wantNotFound(t, store, "b")
	wantNames(t, store, "")
	wantRest(t, open, "content")
	put(t, store, "b", "again")
	wantContent(t, store, "b", "again")
}

func (s *suite) testFailedPut(t *testing.T) {
	broken := errors.New("the client went away")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name string
		ctx  func(t *testing.T) (context.Context, context.CancelFunc)
		r    func(cancel func()) io.Reader
		want error
	}{
		{"whose source fails", cancelable, func(func()) io.Reader {
			return io.MultiReader(bytes.NewReader(pattern(1<<20)), iotest.ErrReader(broken))
		}, broken},
		{"whose source fails at once", cancelable, func(func()) io.Reader { return iotest.ErrReader(broken) }, broken},
		{"whose context has ended", func(*testing.T) (context.Context, context.CancelFunc) { return ended, cancel },
			func(func()) io.Reader { return strings.NewReader("new") }, context.Canceled},
		{"whose context ends in the middle", cancelable, func(cancel func()) io.Reader {
			return io.MultiReader(strings.NewReader("new"), onRead(cancel), endless{})
		}, context.Canceled},
	} {
		t.Run("of one "+tt.name+" keeps nothing", func(t *testing.T) {
			store := s.open(t)
			put(t, store, "old", "old")
			for _, name := range []string{"old", "new"} {
				ctx, cancel := tt.ctx(t)
				if n, err := store.Put(ctx, name, tt.r(cancel)); !errors.Is(err, tt.want) {
					t.Errorf("Put = %d, %v, want %v", n, err, tt.want)
				}
				cancel()
			}
			wantContent(t, store, "old", "old")
			wantNotFound(t, store, "new")
			wantNames(t, store, "", "old")
		})
	}
}

func cancelable(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}

// onRead is a reader of nothing that calls itself when it is read.
type onRead func()

func (f onRead) Read([]byte) (int, error) {
	f()
	return 0, io.EOF
}

// endless is a reader of zeros.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// testConcurrent has many replace one blob while others read it: whatever they
// read is one of the contents, whole.
func (s *suite) testConcurrent(t *testing.T) {
	store := s.open(t)
	content := func(i int) string { return strings.Repeat(string(rune('a'+i)), 10_000+i) }
	put(t, store, "b", content(0))
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 25 {
				if _, err := store.Put(t.Context(), "b", strings.NewReader(content(i))); err != nil {
					t.Errorf("Put = %v", err)
				}
			}
		})
		wg.Go(func() {
			for range 50 {
				if err := readOne(t.Context(), store, content); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	wantNames(t, store, "", "b")
}

func readOne(ctx context.Context, store blob.Store, content func(int) string) error {
	b, err := store.Open(ctx, "b")
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer b.Close()
	got, err := io.ReadAll(b)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	if len(got) == 0 || string(got) != content(int(got[0]-'a')) {
		return fmt.Errorf("read %.20q (%d bytes), which nobody has put", got, len(got))
	}
	return nil
}
