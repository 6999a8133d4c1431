package dirblob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"cloudless/internal/storage/blob"
)

// copyBytes is the size of the pieces in which a blob is written.
const copyBytes = 256 << 10

// Put implements blob.Store.
func (s *Store) Put(ctx context.Context, name string, r io.Reader) (int64, error) {
	if err := blob.CheckName(name); err != nil {
		return 0, err
	}
	temp := filepath.Join(s.root, passing, strconv.FormatUint(s.puts.Add(1), 10))
	n, err := writeSynced(temp, blob.UntilDone(ctx, r))
	if err == nil {
		err = moveSynced(temp, s.file(name))
	}
	if err != nil {
		_ = os.Remove(temp) // if it is there; what cannot be removed is swept at the next start
		return 0, fmt.Errorf("dirblob: put %s: %w", name, err)
	}
	return n, nil
}

// writeSynced makes a file of what r gives, and makes that durable.
func writeSynced(file string, r io.Reader) (int64, error) {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	// Behind a struct, so that the copy goes through the buffer: File's
	// ReadFrom would bring its own, of 32 kB.
	n, err := io.CopyBuffer(struct{ io.Writer }{f}, r, make([]byte, copyBytes))
	if err == nil {
		err = f.Sync()
	}
	return n, errors.Join(err, f.Close())
}

// moveSynced renames a file and makes the new name durable. The old one may
// come back after a crash, for the sweep to remove.
func moveSynced(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncDir(filepath.Dir(to))
}
