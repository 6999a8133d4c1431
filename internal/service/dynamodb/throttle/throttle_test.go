package throttle

import (
	"testing"
	"time"

	"cloudless/internal/clock"
)

func TestALimiterGivesItsRateAndFiveMinutesOfBurst(t *testing.T) {
	c := clock.NewFake(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), 1)
	l := New(c)
	k := Key{Table: 1, Writes: true}
	take := func() (n int) {
		for l.Admits(k, 5) {
			l.Take(k, 5, 1)
			n++
		}
		return n
	}
	for _, step := range []struct {
		wait time.Duration
		want int
	}{
		{0, 1500},
		{0, 0},
		{time.Second, 5},
		{time.Minute, 300},
		{time.Hour, 1500},
	} {
		c.Advance(step.wait)
		if got := take(); got != step.want {
			t.Errorf("after %v it gave %d units, want %d", step.wait, got, step.want)
		}
	}
	if !l.Admits(Key{Table: 1}, 5) || !l.Admits(Key{Table: 2, Writes: true}, 5) {
		t.Error("reads, or another table, are bounded as well")
	}
	l.Forget(1)
	if got := take(); got != 1500 {
		t.Errorf("a new table of the number was given %d units, want 1500", got)
	}
}

func TestALargeRequestIsPaidForAfterwards(t *testing.T) {
	c := clock.NewFake(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), 1)
	l := New(c)
	k := Key{Table: 1}
	l.Take(k, 1, 310)
	c.Advance(10 * time.Second)
	if l.Admits(k, 1) {
		t.Error("it admits a request before the last one is paid for")
	}
	c.Advance(time.Second)
	if !l.Admits(k, 1) {
		t.Error("it admits nothing when the last request is paid for")
	}
}

func TestALowerRateTakesWhatWasSavedAway(t *testing.T) {
	c := clock.NewFake(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), 1)
	l := New(c)
	k := Key{Table: 1}
	l.Take(k, 1000, 1)
	l.Take(k, 1, 300)
	if l.Admits(k, 1) {
		t.Error("what a higher rate had saved is still there")
	}
}
