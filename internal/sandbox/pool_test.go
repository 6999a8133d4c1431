package sandbox

import (
	"testing"
	"time"
)

func TestEventWaitsForOneOfACrowdThatIsSoonReady(t *testing.T) {
	enough := crowd()
	for _, tt := range []struct {
		name          string
		busy, resting int
		waiting       int
		took          []time.Duration
		want          bool
	}{
		{"of quick events", enough, 0, 0, []time.Duration{time.Millisecond}, true},
		{"which may have been slow once", enough, 0, 0, append([]time.Duration{50 * time.Millisecond}, repeated(40, time.Millisecond)...), true},
		{"but not of slow events", enough, 0, 0, []time.Duration{time.Second}, false},
		{"nor of events that nobody knows", enough, 0, 0, nil, false},
		{"nor of a few", enough - 1, 5, 0, []time.Duration{time.Millisecond}, false},
		{"nor behind too many others", enough, 0, 20 * enough, []time.Duration{time.Millisecond}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &pool{}
			for range tt.busy {
				p.all = append(p.all, &environment{state: Busy})
			}
			for range tt.resting {
				p.all = append(p.all, &environment{state: Starting})
			}
			for range tt.waiting {
				p.wait()
			}
			p.noteLocked(&call{first: true, end: ending{report: report{duration: time.Hour}}})
			for _, took := range tt.took {
				p.noteLocked(&call{end: ending{report: report{duration: took}}})
			}
			if got := p.soonLocked(); got != tt.want {
				t.Errorf("soon = %v at a pace of %v, want %v", got, p.pace, tt.want)
			}
		})
	}
}

func repeated(n int, d time.Duration) (all []time.Duration) {
	for range n {
		all = append(all, d)
	}
	return all
}
