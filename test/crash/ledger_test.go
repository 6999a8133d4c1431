package crash

import (
	"fmt"
	"strings"
	"sync"
	"testing"
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

func (l *ledger) count(kind string) int { return len(l.values[kind]) }

// String tells how much of each kind there is.
func (l *ledger) String() string {
	var parts []string
	for _, k := range kinds {
		parts = append(parts, fmt.Sprintf("%d × %s", l.count(k.name), k.name))
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
				t.Fatalf("more than ten of %d are missing", l.count(k.name))
			}
		}
	}
}
