// Package clock gives time and randomness that a test can hold still.
//
// Everything that asks what time it is, waits, or draws random bytes takes a
// [Clock]: [System] in the running program, a [Fake] in tests. Of random bytes
// uuid.go makes UUIDs. The package knows nothing else.
package clock

import (
	"crypto/rand"
	"time"
)

// Clock tells the time, waits, and draws random bytes.
type Clock interface {
	// Now returns the current time, in UTC.
	Now() time.Time
	// After returns a channel that receives the time once d has passed.
	After(d time.Duration) <-chan time.Time
	// Read fills p with random bytes. It never fails.
	Read(p []byte) (int, error)
}

// System is the machine's own clock and randomness.
type System struct{}

// Now returns the current time, in UTC.
func (System) Now() time.Time { return time.Now().UTC() }

// After waits as time.After does.
func (System) After(d time.Duration) <-chan time.Time { return time.After(d) }

// Read fills p from the operating system's randomness.
func (System) Read(p []byte) (int, error) { return rand.Read(p) }
