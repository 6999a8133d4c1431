package dynamodb

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// fate is what is known of a change.
type fate int

const (
	unknown fate = iota // the server died before it answered
	happened
	refused
)

func (f fate) String() string { return []string{"an unknown fate", "happened", "not happened"}[f] }

// change is what a deed makes of an item.
type change struct{ before, after item }

// deed is one request that writes.
type deed struct {
	what     string
	changes  map[key]change // of items that its writer alone writes
	versions []int64        // that it writes anywhere, each once
	whole    bool           // all of it or nothing

	// again is the request, if sending it again with its token may not do
	// anything twice.
	again *dynamodb.TransactWriteItemsInput
}

// ledger is what the items are, as far as the server has told.
type ledger struct {
	version atomic.Int64
	dying   atomic.Bool // the server is being killed, so connections may break

	mu      sync.Mutex
	items   map[key]item   // but for the accounts
	fates   map[int64]fate // of each version that was sent
	removed map[int64]fate // by the version of what was deleted
	pending []deed         // those whose answer did not come
	done    map[string]int // how many deeds of each sort were acknowledged
}

func newLedger() *ledger {
	return &ledger{items: map[key]item{}, fates: map[int64]fate{}, removed: map[int64]fate{}, done: map[string]int{}}
}

// next returns a version that no other change has.
func (l *ledger) next() int64 { return l.version.Add(1) }

func (l *ledger) item(k key) item {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.items[k]
}

// settle notes how the server answered a deed, and returns whether its writer
// may go on. mayRefuse are deeds whose condition need not hold.
func (l *ledger) settle(t *testing.T, d deed, err error, mayRefuse bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		l.done[d.what]++
		l.conclude(d, happened)
		return true
	case isRefusal(err):
		if !mayRefuse {
			t.Errorf("%s of %v was refused: %v", d.what, d, err)
		}
		l.conclude(d, refused)
		return true
	}
	if _, answered := errors.AsType[smithy.APIError](err); answered || !l.dying.Load() {
		t.Errorf("%s: %v", d.what, err)
	}
	l.conclude(d, unknown)
	l.pending = append(l.pending, d)
	return false
}

// await waits until so many deeds were acknowledged.
func (l *ledger) await(t *testing.T, deeds int) {
	t.Helper()
	done := 0
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline) && !t.Failed(); time.Sleep(5 * time.Millisecond) {
		done = 0
		l.mu.Lock()
		for _, n := range l.done {
			done += n
		}
		l.mu.Unlock()
		if done >= deeds {
			return
		}
	}
	t.Errorf("only %d deeds were acknowledged, and %d are due", done, deeds)
}

// isRefusal tells that a condition did not hold, or that two transactions met:
// nothing was written.
func isRefusal(err error) bool {
	_, condition := errors.AsType[*types.ConditionalCheckFailedException](err)
	_, canceled := errors.AsType[*types.TransactionCanceledException](err)
	return condition || canceled
}

// conclude notes the fate of a deed, and its items if it happened. Once known,
// a fate does not change. The caller holds the lock.
func (l *ledger) conclude(d deed, f fate) {
	for _, v := range d.versions {
		l.fates[v] = f
	}
	for k, c := range d.changes {
		if c.after == nil && c.before != nil {
			l.removed[c.before.number("v")] = f
		}
		if f == happened {
			l.items[k] = c.after
		}
	}
}

// resolve compares the ledger with what was read after a restart. What was
// under way may have happened or not, and a whole deed only as a whole; from
// then on it is known. Those deeds are returned, by their fate.
func (l *ledger) resolve(t *testing.T, read map[key]item) map[fate][]deed {
	t.Helper()
	unanswered := map[fate][]deed{}
	for _, d := range l.pending {
		there := 0
		for k, c := range d.changes {
			switch got := read[k].String(); got {
			case c.after.String():
				there++
				l.conclude(part(d, k, c), happened)
			case c.before.String():
				l.conclude(part(d, k, c), refused)
			default:
				t.Errorf("%s of %s, unacknowledged, left %.300s; before it was %.300s", d.what, k, got, c.before)
			}
		}
		if d.whole && there != 0 && there != len(d.changes) {
			t.Errorf("%s is torn: %d of its %d items were written: %v", d.what, there, len(d.changes), d)
		}
		if !d.whole {
			continue
		}
		f := refused
		if there > 0 {
			f = happened
		}
		l.conclude(d, f)
		unanswered[f] = append(unanswered[f], d)
	}
	l.pending = nil
	wrong := 0
	for k, want := range l.items {
		if got := read[k]; got.String() != want.String() {
			t.Errorf("%s is %.300s; acknowledged was %.300s", k, got, want)
			wrong++
		}
	}
	for k := range read {
		if _, ok := l.items[k]; !ok && k.pk != bank {
			t.Errorf("%s is there, and nobody has written it", k)
			wrong++
		}
	}
	if wrong > 0 {
		t.Fatalf("%d of %d items are wrong", wrong, len(l.items))
	}
	return unanswered
}

// part is what a deed does with one item.
func part(d deed, k key, c change) deed {
	p := deed{what: d.what, changes: map[key]change{k: c}}
	if c.after != nil && !d.whole {
		p.versions = []int64{c.after.number("v")}
	}
	return p
}

func (d deed) String() string {
	text := fmt.Sprintf("versions %v", d.versions)
	for k, c := range d.changes {
		text += fmt.Sprintf("; %s: %.100s → %.100s", k, c.before, c.after)
	}
	return text
}
