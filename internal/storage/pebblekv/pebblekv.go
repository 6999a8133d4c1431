// Package pebblekv keeps a store on disk, in this process, on Pebble.
//
//   - pebblekv.go: opening, closing, what Pebble is told;
//   - view.go:     View, and the reader that remembers what it was shown;
//   - update.go:   Update and DeleteRange: claims, then a commit in two steps;
//   - states.go:   the snapshot that readers between two commits share;
//   - hot.go:      the values of keys that are read again and again;
//   - comparer.go: the order of keys, and their stems;
//   - unsynced.go: the commits that can be seen and are not yet durable;
//   - failure.go:  what happens when the disk fails;
//   - log.go:      Pebble's messages in our log.
//
// The promise that everything above leans on: an answer that leaves the store
// never rests on a write that a loss of power could take back, neither its own
// nor one of another's that it read. DESIGN.md tells how that is kept while
// updates of one hot key share their fsyncs.
//
// The package does not know what keys mean, nor of other processes, save that
// it refuses a directory that one of them has open.
package pebblekv

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"cloudless/internal/storage/kv"
	"cloudless/internal/storage/kv/solo"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// ErrLocked is returned by Open when the directory is open already, in this
// process or another.
var ErrLocked = errors.New("pebblekv: the data directory is in use by another process")

// formatVersion is the layout of the files. It is the newest that the library
// knows, by name, so that raising it (older programs cannot open the data then)
// is a decision and not the effect of an update.
const formatVersion = pebble.FormatValueSeparation

const (
	defaultCacheBytes = 64 << 20
	memTableBytes     = 16 << 20 // of unflushed writes, before the next table is begun
	memTables         = 4        // so many may wait for their flush before writers do
	bloomBitsPerKey   = 10       // one read in a hundred of a key that is not there goes to a block
)

// Options tune the engine. The zero value is what a server uses.
type Options struct {
	// CacheBytes is the size of the cache of blocks; 0 means 64 MB.
	CacheBytes int64
	// Stem returns the length of a key's stem: a scan whose bounds have one stem
	// in common is fast however large the store is. For keys a < b, the stem of
	// a must be no greater than that of b. It lies in the files that it was
	// given when the directory was made: no program may then give another. nil
	// makes a directory whose scans are all alike; one that was made so stays so.
	Stem func(key []byte) int
	// Logger gets what the engine has to say; nil discards it.
	Logger *slog.Logger

	fs vfs.FS // the file system; nil is the machine's own
}

// Store is a kv.Store in a directory.
type Store struct {
	db   *pebble.DB
	lock *pebble.Lock
	log  *slog.Logger
	stem func(key []byte) int // nil: there are none in this directory

	gate     solo.Gate
	latches  *solo.Latches
	leases   *solo.Leases
	watches  *solo.Watches
	unsynced unsynced
	states   states
	hot      hot

	failure atomic.Pointer[error] // why the store has stopped, once it has
	failed  chan struct{}         // closed then
}

var _ kv.Store = (*Store)(nil)

// Open opens the store in dir, which is made if it is not there. It returns an
// error that wraps ErrLocked when the directory is open already, and ErrDamaged
// when files in it are.
func Open(dir string, o Options) (*Store, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	dir, err := makeDir(dir, &o)
	if err != nil {
		return nil, fmt.Errorf("pebblekv: %w", err)
	}
	lock, err := lockDir(dir, o.fs)
	if err != nil {
		return nil, err
	}
	s := &Store{
		lock:    lock,
		log:     o.Logger,
		latches: solo.NewLatches(),
		leases:  solo.NewLeases(),
		watches: solo.NewWatches(),
		failed:  make(chan struct{}),
	}
	if err := s.open(dir, o); err != nil {
		return nil, errors.Join(fmt.Errorf("pebblekv: open %s: %w", dir, damaged(err)), lock.Close())
	}
	return s, nil
}

func (s *Store) open(dir string, o Options) (err error) {
	if err := checkManifest(dir, o.fs); err != nil {
		return err
	}
	s.db, err = pebble.Open(dir, s.pebbleOptions(o))
	if o.Stem != nil && madeWithout(err) {
		o.Stem = nil
		s.db, err = pebble.Open(dir, s.pebbleOptions(o))
	}
	s.stem, s.states.db = o.Stem, s.db
	return err
}

// makeDir makes the directory and returns the one name by which it is locked,
// whatever links led to it.
func makeDir(dir string, o *Options) (string, error) {
	if o.fs != nil {
		return dir, o.fs.MkdirAll(dir, 0o700)
	}
	o.fs = vfs.Default
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", err
	}
	return filepath.Abs(dir)
}

func lockDir(dir string, fs vfs.FS) (*pebble.Lock, error) {
	lock, err := pebble.LockDirectory(dir, fs)
	switch {
	case err == nil:
		return lock, nil
	case errors.Is(err, syscall.EAGAIN), err.Error() == "lock held by current process": // the library has no sentinel
		return nil, fmt.Errorf("%w: %s", ErrLocked, dir)
	default:
		return nil, fmt.Errorf("pebblekv: lock %s: %w", dir, err)
	}
}

func (s *Store) pebbleOptions(o Options) *pebble.Options {
	p := &pebble.Options{
		FS:                          o.fs,
		Comparer:                    comparer(o.Stem),
		Lock:                        s.lock,
		FormatMajorVersion:          formatVersion,
		CacheSize:                   cmp.Or(o.CacheBytes, defaultCacheBytes),
		MemTableSize:                memTableBytes,
		MemTableStopWritesThreshold: memTables,
		// One compaction keeps up with a quiet store; a busy one may use half
		// of the processors.
		CompactionConcurrencyRange: func() (lower, upper int) { return 1, max(2, runtime.GOMAXPROCS(0)/2) },
		WALMinSyncInterval:         letOthersCome,
		Logger:                     pebbleLogger{s},
		EventListener:              s.events(),
	}
	for i := range p.Levels {
		p.Levels[i].FilterPolicy = bloom.FilterPolicy(bloomBitsPerKey)
	}
	p.WithFSDefaults() // reports slow operations
	return p
}

// letOthersCome is asked how long to wait between two fsyncs. A wait, however
// short, made a lone writer many times slower. But whoever is ready to run goes
// first: when the processors are busy, those are the next writers, and their
// commits share the next fsync; when they are not, nobody is waited for.
func letOthersCome() time.Duration {
	runtime.Gosched()
	return 0
}

// Watch implements kv.Store.
func (s *Store) Watch(ctx context.Context, key []byte) <-chan struct{} {
	return s.watches.Watch(ctx, key)
}

// Lease implements kv.Store. The directory's lock keeps other processes away,
// so this one is the only node.
func (s *Store) Lease(ctx context.Context, name string) (held context.Context, release func(), err error) {
	if err := s.Err(); err != nil {
		return nil, nil, err
	}
	return s.leases.Acquire(ctx, name)
}

// Close implements kv.Store. A store that has failed is not closed: it returns
// the failure and stays locked until the process ends, because work of it that
// cannot be stopped may still be writing.
func (s *Store) Close() error {
	idle, err := s.gate.Close()
	if err != nil {
		return err
	}
	s.leases.Close()
	<-idle
	s.watches.Close()
	if err := s.Err(); err != nil {
		return err
	}
	s.states.drop() // nobody uses it any more
	return errors.Join(s.db.Close(), s.lock.Close())
}
