package crash

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// ledger is what the server has acknowledged: by kind and name, a value.
type ledger struct {
	mu     sync.Mutex
	values map[string]map[string]string
}

func newLedger() *ledger {
	l := &ledger{values: map[string]map[string]string{}}
	for _, k := range kinds {
		l.values[k.name] = map[string]string{}
	}
	return l
}

func (l *ledger) note(kind, name, value string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.values[kind][name] = value
}

func (l *ledger) counts() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := map[string]int{}
	for kind, values := range l.values {
		counts[kind] = len(values)
	}
	return counts
}

// awaitEach waits until there is one more of each kind that writers write,
// however slow the machine is.
func (l *ledger) awaitEach(t *testing.T, before map[string]int) {
	t.Helper()
	var now map[string]int
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		now = l.counts()
		if !slices.ContainsFunc(kinds, func(k kind) bool { return k.write != nil && now[k.name] == before[k.name] }) {
			return
		}
	}
	t.Fatalf("not one of each kind was written in a minute: %v, and before %v", now, before)
}

// String tells how much of each kind there is.
func (l *ledger) String() string {
	var parts []string
	counts := l.counts()
	for _, k := range kinds {
		parts = append(parts, fmt.Sprintf("%d × %s", counts[k.name], k.name))
	}
	return strings.Join(parts, ", ")
}

// verify reads everything back and wants all that was acknowledged. What was
// under way when the server died may be there or not.
func (l *ledger) verify(t *testing.T, c clients) {
	t.Helper()
	for _, k := range kinds {
		found, err := k.read(t.Context(), c)
		if err != nil {
			t.Fatalf("read each %s: %v", k.name, err)
		}
		missing := 0
		for name, want := range l.values[k.name] {
			if got, ok := found[name]; !ok || got != want {
				missing++
				t.Errorf("%s %s = %q, %v; acknowledged was %q", k.name, name, got, ok, want)
			}
			if missing > 10 {
				t.Fatalf("more than ten of %d are missing", len(l.values[k.name]))
			}
		}
	}
}
