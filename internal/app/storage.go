package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"cloudless/internal/client"
	"cloudless/internal/storage/blob"
	"cloudless/internal/storage/dirblob"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
	"cloudless/internal/storage/memblob"
	"cloudless/internal/storage/memkv"
	"cloudless/internal/storage/pebblekv"
)

// stores are where everything is kept.
type stores struct {
	kv    kv.Store
	blobs blob.Store
	dir   string // of the data directory, or of a temporary one that goes with the server
}

// openStores opens those of the data directory, or some in memory.
func (a *App) openStores(cfg Config) (stores, error) {
	if cfg.DataDir == client.Memory {
		return a.openMemory()
	}
	storeDir, blobDir := filepath.Join(cfg.DataDir, "store"), filepath.Join(cfg.DataDir, "blobs")
	for _, dir := range []string{cfg.DataDir, storeDir, blobDir} { // which hold keys; the first may have been there, open to all
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return stores{}, err
		}
	}
	store, err := pebblekv.Open(storeDir, pebblekv.Options{CacheBytes: cfg.CacheBytes, Stem: keys.Stem, Logger: cfg.Log})
	if errors.Is(err, pebblekv.ErrLocked) {
		return stores{}, a.inUse(cfg.DataDir)
	}
	if err != nil {
		return stores{}, fmt.Errorf("open the store: %w", err)
	}
	a.onClose("store", func(context.Context) error { return store.Close() })
	go a.watchStore(store)
	if err := client.Withdraw(cfg.DataDir); err != nil { // what a server that was killed has left
		return stores{}, err
	}
	blobs, err := dirblob.Open(blobDir)
	if err != nil {
		return stores{}, fmt.Errorf("open the blobs: %w", err)
	}
	return stores{kv: store, blobs: blobs, dir: cfg.DataDir}, nil
}

// openMemory makes stores that forget. Functions still need files, so there is
// a directory for those, for as long as the server runs.
func (a *App) openMemory() (stores, error) {
	dir, err := os.MkdirTemp("", "cloudless-")
	if err != nil {
		return stores{}, err
	}
	a.onClose("temporary directory", func(context.Context) error { return os.RemoveAll(dir) })
	store := memkv.New()
	a.onClose("store", func(context.Context) error { return store.Close() })
	return stores{kv: store, blobs: memblob.New(), dir: dir}, nil
}

// watchStore reports a store that has stopped.
func (a *App) watchStore(store *pebblekv.Store) {
	select {
	case <-store.Failed():
		a.failed <- explain(a.DataDir, store.Err())
	case <-a.done:
	}
}

// inUse says who has the data directory.
func (a *App) inUse(dataDir string) error {
	if s, _, err := client.Find(dataDir); err == nil {
		return fmt.Errorf("another server, process %d at %s, runs on the data directory %s", s.PID, s.URLs[0], dataDir)
	}
	return fmt.Errorf("another process has opened the data directory %s", dataDir)
}
