// Package blob is the interface for large bytes: objects, function code,
// whatever is too big for a key-value store.
//
// A blob is written once, whole, under a name that its owner draws, and never
// changed; to change an object, write another blob and move the reference in
// the store. So a crash leaves either the old or the new, and at worst a blob
// that nobody refers to, which its owner finds with [Store.Names].
//
// Drivers are sibling packages (dirblob, memblob) and pass the suite in
// blobtest. Names are checked here (name.go), the same way for all of them.
// The package does not know of buckets, versions or permissions.
package blob

import (
	"context"
	"errors"
	"io"
	"iter"
)

var (
	// ErrNotFound is returned for a name that has no blob.
	ErrNotFound = errors.New("blob: not found")
	// ErrBadName is returned for a name that breaks the rules of Store.
	ErrBadName = errors.New("blob: bad name")
)

// Store keeps blobs under names: 1 to 200 characters of a-z, 0-9, '-', '_',
// '.' and '/', each element between slashes non-empty and not starting with a
// dot. One name may continue another with a slash.
//
// Its methods may be called from any number of goroutines; of several Puts to
// one name, one wins, whole.
type Store interface {
	// Put reads r to its end and keeps what it read under name. It returns
	// the number of bytes when they are durable; on an error, of r's too or
	// because ctx has ended, nothing is kept. A blob of that name is replaced
	// whole.
	Put(ctx context.Context, name string, r io.Reader) (int64, error)

	// Open returns the blob, or ErrNotFound. A blob that is deleted or
	// replaced while open can be read to its end.
	Open(ctx context.Context, name string) (Blob, error)

	// Delete removes the blob. It is no error if there is none. A crash soon
	// after may bring the blob back.
	Delete(ctx context.Context, name string) error

	// Names yields the names that begin with prefix, in no order. Blobs that
	// come or go meanwhile may be among them or not. An error, that of an
	// ended ctx too, comes last and with no name.
	Names(ctx context.Context, prefix string) iter.Seq2[string, error]
}

// Blob is an open blob.
type Blob interface {
	io.ReadSeekCloser
	io.ReaderAt
	Size() int64
}
