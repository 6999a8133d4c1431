package dirblob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"cloudless/internal/storage/blob"
)

// namesAtOnce is how many entries of a directory are read between two looks at
// the context.
const namesAtOnce = 1000

// Open implements blob.Store.
func (s *Store) Open(ctx context.Context, name string) (blob.Blob, error) {
	if err := blob.CheckName(name); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := os.Open(s.file(name))
	if errors.Is(err, os.ErrNotExist) {
		return nil, blob.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("dirblob: open %s: %w", name, err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("dirblob: open %s: %w", name, err), f.Close())
	}
	return open{f, info.Size()}, nil
}

// open is a blob.Blob. A file that has been removed or renamed over goes on
// until it is closed.
type open struct {
	*os.File
	size int64
}

// Size implements blob.Blob.
func (o open) Size() int64 { return o.size }

// Delete implements blob.Store. It syncs nothing: a blob that comes back after
// a crash is one that nobody refers to.
func (s *Store) Delete(ctx context.Context, name string) error {
	if err := blob.CheckName(name); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := os.Remove(s.file(name)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("dirblob: delete %s: %w", name, err)
	}
	return nil
}

// Names implements blob.Store. It reads every directory, whatever the prefix.
func (s *Store) Names(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, dir := range s.fanOutDirs() {
			goOn, err := namesIn(ctx, dir, func(name string) bool {
				return !strings.HasPrefix(name, prefix) || yield(name, nil)
			})
			if err != nil {
				yield("", fmt.Errorf("dirblob: names: %w", err))
				return
			}
			if !goOn {
				return
			}
		}
	}
}

// namesIn calls yield with the name of each blob in dir until it returns false.
func namesIn(ctx context.Context, dir string, yield func(string) bool) (goOn bool, err error) {
	d, err := os.Open(dir)
	if err != nil {
		return false, err
	}
	defer func() { _ = d.Close() }() // it was only read
	for {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		files, err := d.Readdirnames(namesAtOnce)
		for _, file := range files {
			if name, ok := nameOf(file); ok && !yield(name) {
				return false, nil
			}
		}
		if err == io.EOF {
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
}
