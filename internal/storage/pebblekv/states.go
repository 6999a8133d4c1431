package pebblekv

import (
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
)

// states lends readers the newest state of the database. To take a snapshot
// and to close it goes through the lock of the whole engine, and closing one
// looks for work to do, so readers between two commits share one.
//
// A state that a commit has made old is let go by that commit, lest it hold
// back what the engine would clean up. The zero value, given a db, is ready.
type states struct {
	db      *pebble.DB
	commits atomic.Uint64 // those that can be read

	mu   sync.Mutex
	last *state // of which one user is this list; or nil; guarded by mu
}

// state is one snapshot, for as many readers as come.
type state struct {
	*pebble.Snapshot
	commits uint64 // those that it certainly shows
	users   int    // guarded by states.mu
}

// take returns a state that shows every commit that advance was told of. Give
// it back.
func (s *states) take() *state {
	s.mu.Lock()
	defer s.mu.Unlock()
	// The count is read before the snapshot is taken: what comes in between is
	// shown and not counted, which costs another snapshot and no more.
	commits := s.commits.Load()
	if s.last != nil && s.last.commits == commits {
		s.last.users++
		return s.last
	}
	s.dropLocked()
	s.last = &state{Snapshot: s.db.NewSnapshot(), commits: commits, users: 2}
	return s.last
}

// giveBack ends a use of a state.
func (s *states) giveBack(st *state) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.releaseLocked(st)
}

// advance notes that one more commit can be read. Whoever takes a state from
// now on sees it.
func (s *states) advance() { s.commits.Add(1) }

// dropOld lets the last state go if a commit has made it old.
func (s *states) dropOld() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last != nil && s.last.commits != s.commits.Load() {
		s.dropLocked()
	}
}

// drop lets the last state go.
func (s *states) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropLocked()
}

func (s *states) dropLocked() {
	if s.last != nil {
		s.releaseLocked(s.last)
		s.last = nil
	}
}

func (s *states) releaseLocked(st *state) {
	if st.users--; st.users == 0 {
		_ = st.Close() // it always returns nil
	}
}
