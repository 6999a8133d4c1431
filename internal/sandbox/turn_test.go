//go:build linux

package sandbox

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestACrowdOfEventsSharesEnvironments has many quick events come at once.
func TestACrowdOfEventsSharesEnvironments(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("echo")
	const crowd = 60
	var events sync.WaitGroup
	for range crowd {
		events.Go(func() {
			if r, err := b.Invoke(t.Context(), fn, event(`"x"`)); err != nil || r.FunctionError != "" {
				t.Errorf("Invoke = %+v, %v", r, err)
			}
		})
	}
	events.Wait()
	if n := len(b.Status().Environments); n == 0 || n >= crowd/2 {
		t.Errorf("%d events made %d environments", crowd, n)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.pools {
		if p.live != len(p.all) || len(p.waiters) > 0 {
			t.Errorf("%d places for %d environments, %d wait", p.live, len(p.all), len(p.waiters))
		}
	}
}

// TestALongStartKeepsOthersWaitingWhileTheMachineIsBusy has all turns taken by starts that never
// end: at once they keep others from starting only as long as no processor has time for them, and
// then not for ever.
func TestALongStartKeepsOthersWaitingWhileTheMachineIsBusy(t *testing.T) {
	for _, tt := range []struct {
		name  string
		idle  func() (time.Duration, bool) // as the system tells
		looks int                          // at least, before an event is answered
	}{
		{"it is not busy", idleTime, 0},
		{"nobody knows", func() (time.Duration, bool) { return 0, false }, 1},
		{"it is", func() (time.Duration, bool) { return 0, true }, int((longestBusyTurn - longestTurn) / idleLook)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newIsolatedBench(t)
			var looks atomic.Int64
			b.idle = func() (time.Duration, bool) {
				looks.Add(1)
				return tt.idle()
			}
			for range cap(b.turns) {
				b.turns <- struct{}{}
				b.beginTurn()
			}
			if r := b.invoke(behaviour("echo"), `"x"`); r.FunctionError != "" {
				t.Errorf("Invoke = %+v", r)
			}
			if n := int(looks.Load()); n < tt.looks {
				t.Errorf("answered after %d looks, want %d", n, tt.looks)
			}
		})
	}
}

func TestTheSystemTellsHowIdleItIs(t *testing.T) {
	before, known := idleTime()
	after, _ := idleTime()
	if !known || before <= 0 || after < before {
		t.Errorf("idle for %v, %v, then %v", before, known, after)
	}
}
