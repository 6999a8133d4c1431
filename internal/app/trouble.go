package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"cloudless/internal/client"
	"cloudless/internal/storage/pebblekv"
)

// explain says in a sentence what keeps a server from working with its data
// directory, and what would help, where the system tells of a call and a file.
// Those follow, as the cause. Other errors it returns as they are.
func explain(dataDir string, err error) error {
	place := "the data directory " + dataDir
	if dataDir == client.Memory {
		place = "the directory for temporary files, " + os.TempDir() + ","
	}
	stopped := errors.Is(err, pebblekv.ErrFailed)
	_, ofFile := errors.AsType[*fs.PathError](err)
	switch {
	case errors.Is(err, pebblekv.ErrDamaged):
		return fmt.Errorf("the store in %s is damaged; go on with a copy of it, or with another directory: %w", place, err)
	case errors.Is(err, syscall.ENOSPC) && stopped:
		return fmt.Errorf("the disk of %s is full; what was acknowledged is on it, and a start with more room will find it: %w", place, err)
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("the disk of %s is full: %w", place, err)
	case stopped:
		return fmt.Errorf("the disk failed; what was acknowledged is on it, and a new start will find it: %w", err)
	case errors.Is(err, syscall.EROFS):
		return fmt.Errorf("the disk of %s can only be read: %w", place, err)
	case errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("%s is a file, or would lie below one: %w", place, err)
	case ofFile && errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("this user may not write to %s: %w", place, err)
	}
	return err
}

// explainContent says what to do about files that were read and make no sense,
// of which a start makes new ones where there are none.
func explainContent(what string, err error) error {
	if _, ofFile := errors.AsType[*fs.PathError](err); err == nil || ofFile {
		return err
	}
	return fmt.Errorf("%s makes no sense; without its files, a start makes a new one: %w", what, err)
}

// explainListen says why nobody can listen on an address.
func explainListen(address string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("another program listens on %s already", address)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("%s is no address of this machine", address)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("this user may not listen on %s: ports below 1024 are for root", address)
	}
	return err
}
