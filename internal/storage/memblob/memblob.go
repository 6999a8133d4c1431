// Package memblob keeps blobs in memory: for tests, and for servers that are to
// forget everything when they stop.
//
// A blob is a slice that is never changed again, so readers share it. The
// package does not know of files.
package memblob

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"cloudless/internal/storage/blob"
)

// Store is a blob.Store in memory.
type Store struct {
	mu    sync.RWMutex
	blobs map[string][]byte
}

var _ blob.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store {
	return &Store{blobs: make(map[string][]byte)}
}

// Put implements blob.Store.
func (s *Store) Put(ctx context.Context, name string, r io.Reader) (int64, error) {
	if err := blob.CheckName(name); err != nil {
		return 0, err
	}
	var content bytes.Buffer
	if _, err := content.ReadFrom(blob.UntilDone(ctx, r)); err != nil {
		return 0, fmt.Errorf("memblob: put %s: %w", name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blobs[name] = slices.Clip(content.Bytes())
	return int64(content.Len()), nil
}

// Open implements blob.Store.
func (s *Store) Open(ctx context.Context, name string) (blob.Blob, error) {
	if err := blob.CheckName(name); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	content, ok := s.blobs[name]
	if !ok {
		return nil, blob.ErrNotFound
	}
	return open{bytes.NewReader(content)}, nil
}

// Delete implements blob.Store.
func (s *Store) Delete(ctx context.Context, name string) error {
	if err := blob.CheckName(name); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.blobs, name)
	return nil
}

// Names implements blob.Store.
func (s *Store) Names(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := ctx.Err(); err != nil {
			yield("", err)
			return
		}
		for _, name := range s.names() {
			if strings.HasPrefix(name, prefix) && !yield(name, nil) {
				return
			}
		}
	}
}

func (s *Store) names() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Collect(maps.Keys(s.blobs))
}

// open is a blob.Blob.
type open struct {
	*bytes.Reader
}

// Close implements blob.Blob.
func (open) Close() error { return nil }
