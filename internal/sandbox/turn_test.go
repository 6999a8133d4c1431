//go:build linux

package sandbox

import (
	"sync"
	"testing"
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

// TestALongStartKeepsNobodyWaiting has all turns taken by starts that never end.
func TestALongStartKeepsNobodyWaiting(t *testing.T) {
	b := newIsolatedBench(t)
	for range cap(b.turns) {
		b.turns <- struct{}{}
		b.beginTurn()
	}
	if r := b.invoke(behaviour("echo"), `"x"`); r.FunctionError != "" {
		t.Errorf("Invoke = %+v", r)
	}
}
