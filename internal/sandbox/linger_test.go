//go:build linux

package sandbox

import (
	"testing"
	"time"

	"cloudless/internal/clock"
)

// hastyClock has every wait be over at once, and notes each.
type hastyClock struct {
	clock.System
	waits []time.Duration
	then  func(waits int) // does something meanwhile, or nil
	never bool            // no wait is ever over
}

// After returns a channel that has something already.
func (c *hastyClock) After(d time.Duration) <-chan time.Time {
	if c.waits = append(c.waits, d); c.then != nil {
		c.then(len(c.waits))
	}
	over := make(chan time.Time, 1)
	if !c.never {
		over <- time.Time{}
	}
	return over
}

func TestWhatIsFrozenEndsWhenNothingStarts(t *testing.T) {
	for _, tt := range []struct {
		name  string
		until int  // looks after which nothing starts any more
		close bool // the manager, meanwhile
		waits int
	}{
		{"nothing starts", 0, false, 1},
		{"something starts for a while", 3, false, 4},
		{"something starts all the time", 1000, false, int(longestLinger / lingerTime)},
		{"the manager is closed", 1000, true, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := &Manager{turns: newTurns(), closing: make(chan struct{})}
			c := &hastyClock{never: tt.close, then: func(waits int) {
				if waits > tt.until {
					<-m.turns
				}
			}}
			m.cfg.Clock = c
			m.turns <- struct{}{}
			if tt.close {
				close(m.closing)
			}
			m.linger()
			if len(c.waits) != tt.waits {
				t.Errorf("it waited %v, want %d times", c.waits, tt.waits)
			}
		})
	}
}

func TestFewEnvironmentsLinger(t *testing.T) {
	b := newBench(t)
	fn := behaviour("echo")
	const many = maxLingering + 2
	for i := range many {
		fn.ID = string(rune('a' + i))
		b.invoke(fn, `1`)
	}
	await(t, "all are frozen", func() bool {
		frozen := 0
		for _, e := range b.Status().Environments {
			if e.Frozen {
				frozen++
			}
		}
		return frozen == many
	})
	b.turns <- struct{}{} // something starts
	defer func() { <-b.turns }()
	for i := range many {
		b.Retire(string(rune('a' + i)))
	}
	if n := len(b.lingering); n > maxLingering {
		t.Errorf("%d environments linger", n)
	}
	await(t, "all have ended", func() bool { return len(b.Status().Environments) == 0 && len(b.lingering) == 0 })
}
