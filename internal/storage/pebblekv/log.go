package pebblekv

import (
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// pebbleLogger writes Pebble's own messages to the store's log. They are
// sentences, not facts, so each becomes an attribute.
type pebbleLogger struct {
	store *Store
}

// Infof implements pebble.Logger.
func (l pebbleLogger) Infof(format string, args ...any) {
	l.store.log.Debug("pebble", "says", fmt.Sprintf(format, args...))
}

// Errorf implements pebble.Logger.
func (l pebbleLogger) Errorf(format string, args ...any) {
	l.store.log.Error("pebble", "says", fmt.Sprintf(format, args...))
}

// Fatalf implements pebble.Logger. Pebble relies on it not to return: its own
// state may be broken, and its locks held. In a commit the panic is caught and
// stops the store; in the background it ends the process, which is the safe
// thing to do for a store that survives kill -9.
func (l pebbleLogger) Fatalf(format string, args ...any) {
	err := fmt.Errorf(format, args...)
	l.store.fail(err)
	panic(err)
}

// events are the happenings in Pebble that an operator should hear of.
func (s *Store) events() *pebble.EventListener {
	log := s.log
	return &pebble.EventListener{
		DataCorruption: func(info pebble.DataCorruptionInfo) {
			// The read that met it returns an error too. Details prints itself with the stack.
			s.fail(fmt.Errorf("%w: %s: %s", ErrDamaged, info.Path, info.Details.Error()))
		},
		BackgroundError: func(err error) {
			if s.Err() == nil { // of a store that has stopped it is tried again and again in vain
				log.Error("pebble: background work failed, it will be tried again", "err", err)
			}
		},
		DiskSlow: func(info pebble.DiskSlowInfo) {
			log.Warn("pebble: disk is slow", "op", info.OpType.String(), "path", info.Path, "duration", info.Duration)
		},
		WriteStallBegin: func(info pebble.WriteStallBeginInfo) {
			log.Warn("pebble: writers wait", "reason", info.Reason)
		},
		WriteStallEnd: func() {
			log.Info("pebble: writers go on")
		},
	}
}
