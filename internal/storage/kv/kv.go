// Package kv is the one store under everything: ordered byte keys,
// transactions, and the limits that every engine keeps.
//
// Two calls carry the system. [Store.View] sees one state of the world;
// [Store.Update] changes it in one piece and returns when the change is
// durable. Engines live in sibling packages (pebblekv, memkv) and are done
// when they pass the suite in kvtest.
//
// The promise that others lean on: what Update has acknowledged survives the
// loss of power, and no reader is ever shown a write that such a loss could
// take back.
//
// The package does not know what the bytes mean. Keys are written with package
// keys.
package kv

import (
	"context"
	"errors"
	"iter"
	"time"
)

// The limits are those of the weakest engine that is to carry the same data.
const (
	MaxKeyBytes   = 8 << 10          // one key, which has at least one byte
	MaxValueBytes = 2 << 20          // one value; larger things are cut up or go to blob
	MaxTxBytes    = 64 << 20         // all keys and values that one Update writes
	MaxTxTime     = 10 * time.Second // how long the function given to Update may take
)

var (
	// ErrNotFound is returned by Get for a key that has no value.
	ErrNotFound = errors.New("kv: key not found")
	// ErrTooLarge is returned by Update when a key, a value or the whole
	// transaction exceeds the limits above. Nothing has been written.
	ErrTooLarge = errors.New("kv: key, value or transaction too large")
	// ErrEmptyKey is returned by Update when it writes the empty key, which
	// not every engine has. Nothing has been written.
	ErrEmptyKey = errors.New("kv: empty key")
	// ErrClosed is returned by every call after Close.
	ErrClosed = errors.New("kv: store is closed")
)

// Store is an ordered, transactional store of byte keys and values.
//
// Its methods may be called from any number of goroutines.
type Store interface {
	// View calls f with one state of the store. Everything that an Update
	// acknowledged before View was called is in it. An error from f is
	// returned as it is, once what f has read is durable.
	View(ctx context.Context, f func(Reader) error) error

	// Update calls f and commits what it wrote, all or nothing; it returns
	// when that is durable. Updates whose claims meet run one after the
	// other. f may run more than once, so it has no other effect; it does not
	// call Update of the same store, which could wait for itself.
	//
	// An error from f is returned as it is, and nothing is written; so it is
	// with ErrTooLarge, ErrEmptyKey and ErrClosed, and when ctx ends before f has been
	// called. After any other error (a disk that fails, a connection that is
	// lost) the transaction may be in the store, whole, or not: only reading
	// tells.
	Update(ctx context.Context, claims Claims, f func(Tx) error) error

	// DeleteRange drops every key in r, durably, outside of transactions and
	// without waking watches. It may be repeated after a failure, which may
	// leave a part of r. The caller makes sure that nobody writes into r
	// meanwhile.
	DeleteRange(ctx context.Context, r Range) error

	// Watch returns a channel that receives after each commit that wrote or
	// deleted key; a View that starts then sees it. Signals that nobody has
	// taken yet become one, and one may come without a change. The channel is
	// closed when ctx ends or the store is closed.
	Watch(ctx context.Context, key []byte) <-chan struct{}

	// Lease waits until this caller alone, on whatever node, holds the named
	// lease. The context that it returns is a child of ctx and ends when the
	// lease is lost, which Close also brings about. release gives the lease
	// back; it is called once the work has stopped, lost or not.
	Lease(ctx context.Context, name string) (held context.Context, release func(), err error)

	// Close refuses new calls, waits for those under way, then flushes and
	// closes the store.
	Close() error
}

// Reader reads one state of the store. It is valid until the function that it
// was given to returns, and for one goroutine at a time. Within a Scan further
// calls may be made.
type Reader interface {
	// Get returns the value of key, or ErrNotFound. The value belongs to the
	// caller.
	Get(key []byte) ([]byte, error)

	// Scan yields the pairs in r, in the order of their keys or against it.
	// Key and Value of a pair are for reading, until the next one is asked
	// for. An error, that of an ended ctx too, comes last and with no pair.
	Scan(r Range) iter.Seq2[Pair, error]
}

// Tx reads the store as it was before the transaction, never its own writes,
// and buffers what it writes until the commit.
//
// Reads of claimed keys are stable: nobody else changes them before the
// commit. Other keys and ranges are read as of one state, but may have changed
// by the time of the commit unless a guard key (one for each partition or
// table) is claimed by all who write there.
type Tx interface {
	Reader
	// Set gives key a value. Both slices belong to the store from then on.
	// Of several writes to a key the last counts.
	Set(key, value []byte)
	// Delete removes key, if it is there.
	Delete(key []byte)
}

// Claims name the keys on which the outcome of an Update depends. Two Updates
// meet when a key that one of them writes is written or read by the other;
// keys that both only read do not keep them apart.
type Claims struct {
	Write [][]byte // keys that the transaction reads and changes
	Read  [][]byte // keys that must stay as they are until the commit
}

// Range is the keys from Start up to, not including, End. A nil Start is the
// first key of all, a nil End lies behind the last.
type Range struct {
	Start, End []byte
	Reverse    bool // from the last key to the first
}

// Pair is one key and its value.
type Pair struct{ Key, Value []byte }

// Prefix returns the range of all keys that begin with p.
func Prefix(p []byte) Range {
	return Range{Start: p, End: PrefixEnd(p)}
}

// PrefixEnd returns the first key behind all those that begin with p, or nil
// when there is none.
func PrefixEnd(p []byte) []byte {
	for i := len(p) - 1; i >= 0; i-- {
		if p[i] != 0xff {
			end := append([]byte(nil), p[:i+1]...)
			end[i]++
			return end
		}
	}
	return nil
}
