// Package atomicfile replaces files in one piece: readers find the old bytes or
// the new, and so do they after a loss of power.
//
// The package does not know what is in the files.
package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
)

// Write replaces a file, whose mode is then mode, whatever the user's mask says.
// It is readable by its owner alone until it is complete.
func Write(name string, data []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*") // mode 0600 from the start
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails after the rename, as it should
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
