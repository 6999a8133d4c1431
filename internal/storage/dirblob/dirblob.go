// Package dirblob keeps blobs as files of one directory.
//
//   - dirblob.go: opening the directory, and which file a blob is;
//   - put.go:     how a file comes into being whole or not at all;
//   - read.go:    opening, deleting and listing.
//
// The promise that owners lean on: once Put has returned, the blob survives the
// loss of power, and until then a blob that it replaces is untouched. The file
// is written under a passing name, synced, renamed, and its directory synced.
//
// The directory belongs to one process at a time. The package does not check
// that: whoever opens it holds the lock of the store that refers to the blobs.
// It does not know who that is, nor what the bytes are.
package dirblob

import (
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"cloudless/internal/storage/blob"
)

const (
	// fanOut is how many directories share the blobs, so that none grows so
	// large that its file system slows down. It decides where a blob lies, so
	// it may never change.
	fanOut = 256
	// passing holds the files that are being written. It is a directory of its
	// own, beside the others in one file system, so that what a crash has left
	// is found at once, however many blobs there are.
	passing = "tmp"
)

// Store is a blob.Store in a directory.
type Store struct {
	root string
	puts atomic.Uint64 // numbers the files in passing
}

var _ blob.Store = (*Store)(nil)

// Open opens the blobs in dir, which is made if it is not there, and removes
// what a crash has left half written.
func Open(dir string) (*Store, error) {
	s := &Store{root: dir}
	if err := s.makeDirs(); err != nil {
		return nil, fmt.Errorf("dirblob: open %s: %w", dir, err)
	}
	if err := s.sweep(); err != nil {
		return nil, fmt.Errorf("dirblob: sweep %s: %w", dir, err)
	}
	return s, nil
}

// makeDirs makes every directory that a blob may lie in, so that Put never has
// to, and makes them durable.
func (s *Store) makeDirs() error {
	if err := os.MkdirAll(s.root, 0o700); err != nil {
		return err
	}
	made := false
	for _, dir := range append(s.fanOutDirs(), filepath.Join(s.root, passing)) {
		err := os.Mkdir(dir, 0o700)
		if err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
		made = made || err == nil
	}
	if !made {
		return nil
	}
	return errors.Join(syncDir(s.root), syncDir(filepath.Dir(s.root)))
}

func (s *Store) sweep() error {
	dir := filepath.Join(s.root, passing)
	left, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range left {
		if err := os.Remove(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

// file returns where the blob of that name lies. Names are lower case and
// without '+', so no two share a file, whatever the file system takes for the
// same, and 'a' can be a blob beside 'a/b'.
func (s *Store) file(name string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // it never fails
	return filepath.Join(s.fanOutDir(int(h.Sum32()%fanOut)), strings.ReplaceAll(name, "/", "+"))
}

// nameOf returns the name of the blob that lies in a file, and whether it is
// one.
func nameOf(file string) (name string, ok bool) {
	name = strings.ReplaceAll(file, "+", "/")
	return name, blob.CheckName(name) == nil
}

func (s *Store) fanOutDir(i int) string {
	return filepath.Join(s.root, fmt.Sprintf("%02x", i))
}

func (s *Store) fanOutDirs() []string {
	dirs := make([]string, fanOut)
	for i := range dirs {
		dirs[i] = s.fanOutDir(i)
	}
	return dirs
}

// syncDir makes the entries of a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
