package blobtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"cloudless/internal/storage/blob"
)

func (s *suite) testBadNames(t *testing.T) {
	store := s.open(t)
	for _, name := range []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", ".a", "a/.b",
		"A", "ä", "a b", "a\x00", "a\\b", "a%2fb", "a+b", "a:b", "a\n", "\xff",
		strings.Repeat("a", 201),
	} {
		t.Run(fmt.Sprintf("%.20q", name), func(t *testing.T) {
			_, putErr := store.Put(t.Context(), name, strings.NewReader("content"))
			_, openErr := store.Open(t.Context(), name)
			for call, err := range map[string]error{"Put": putErr, "Open": openErr, "Delete": store.Delete(t.Context(), name)} {
				if !errors.Is(err, blob.ErrBadName) {
					t.Errorf("%s(%q) = %v, want ErrBadName", call, name, err)
				}
			}
		})
	}
	wantNames(t, store, "")
}

func (s *suite) testGoodNames(t *testing.T) {
	store := s.open(t)
	names := []string{
		"a", "b", "a/b", "a/b/c", "a-b", "a_b", "a.b", "a-", "a..b", "-", "_", "0", "tmp", "con",
		"s3/bucket/0123456789abcdef", strings.Repeat("a", 200), strings.Repeat("a/", 99) + "ab",
	}
	for _, name := range names {
		put(t, store, name, "content of "+name)
	}
	for _, name := range names {
		wantContent(t, store, name, "content of "+name)
	}
	wantNames(t, store, "", names...)
	if err := store.Delete(t.Context(), "a/b"); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if name != "a/b" {
			wantContent(t, store, name, "content of "+name)
		}
	}
}

func (s *suite) testNames(t *testing.T) {
	store := s.open(t)
	wantNames(t, store, "")
	for _, name := range []string{"a", "ab", "a/b", "a/c", "b/a", "b.a"} {
		put(t, store, name, "")
	}
	wantNames(t, store, "a", "a", "ab", "a/b", "a/c")
	wantNames(t, store, "a/", "a/b", "a/c")
	wantNames(t, store, "b", "b/a", "b.a")
	wantNames(t, store, "nosuch")
	wantNames(t, store, "../")

	t.Run("may be left early", func(t *testing.T) {
		for _, err := range store.Names(t.Context(), "") {
			if err != nil {
				t.Error(err)
			}
			break
		}
	})

	t.Run("end with their context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var last error
		for _, err := range store.Names(ctx, "") {
			last = err
		}
		if !errors.Is(last, context.Canceled) {
			t.Errorf("Names = %v, want context.Canceled", last)
		}
	})

	t.Run("may be deleted on the way", func(t *testing.T) {
		for name, err := range store.Names(t.Context(), "a") {
			if err != nil {
				t.Fatal(err)
			}
			if err := store.Delete(t.Context(), name); err != nil {
				t.Errorf("Delete(%q) = %v", name, err)
			}
		}
		wantNames(t, store, "", "b/a", "b.a")
	})
}
