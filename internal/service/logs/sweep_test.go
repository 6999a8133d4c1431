package logs

import (
	"slices"
	"testing"
	"time"

	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/storage/kv"
)

func TestSweepDropsWhatRetentionEnds(t *testing.T) {
	f := newFixture(t)
	f.put(t, "a", -20*time.Hour, "old")
	f.put(t, "a", 0, "young")
	f.must(t, "PutRetentionPolicy", second(f.PutRetentionPolicy(t.Context(), f.call, &logsapi.PutRetentionPolicyRequest{LogGroupName: "g", RetentionInDays: 1})))
	f.clock.Advance(5 * time.Hour)
	f.must(t, "Sweep", f.Sweep(t.Context()))
	if got := f.texts(t, &logsapi.FilterLogEventsRequest{LogGroupName: new("g")}); !slices.Equal(got, []string{"young"}) {
		t.Errorf("left %q", got)
	}
}

func TestWhatIsSweptNoLongerCounts(t *testing.T) {
	f := newFixture(t)
	f.put(t, "a", -20*time.Hour, "old", "older")
	f.put(t, "a", 0, "young")
	f.put(t, "b", -20*time.Hour, "old")
	if got, want := f.storedBytes(t, "g"), int64(len("oldolderyoungold")+4*eventOverhead); got != want {
		t.Errorf("stored %d bytes, want %d", got, want)
	}
	f.must(t, "PutRetentionPolicy", second(f.PutRetentionPolicy(t.Context(), f.call, &logsapi.PutRetentionPolicyRequest{LogGroupName: "g", RetentionInDays: 1})))
	f.clock.Advance(5 * time.Hour)
	for range 2 { // the second finds nothing to do
		f.must(t, "Sweep", f.Sweep(t.Context()))
		if got, want := f.storedBytes(t, "g"), int64(len("young")+eventOverhead); got != want {
			t.Errorf("after a sweep: stored %d bytes, want %d", got, want)
		}
	}
	streams := f.streamsOf(t, "g")
	if got := *streams[0].FirstEventTimestamp; got != start.UnixMilli() {
		t.Errorf("first event of a at %d, want %d", got, start.UnixMilli())
	}
	f.put(t, "b", 4*time.Hour, "new")
	if got := f.texts(t, &logsapi.FilterLogEventsRequest{LogGroupName: new("g")}); !slices.Equal(got, []string{"young", "new"}) {
		t.Errorf("left %q", got)
	}
}

func TestSweepFinishesADeletionThatACrashCutShort(t *testing.T) {
	f := newFixture(t)
	f.put(t, "a", 0, "x")
	g, err := f.group(t.Context(), f.call, "g")
	f.must(t, "group", err)
	streams, err := f.streams(t.Context(), g.ID, "a")
	f.must(t, "streams", err)
	f.must(t, "doom", f.store.Update(t.Context(), kv.Claims{Write: [][]byte{doomedKey(g.ID, streams[0].ID), streamKey(g.ID, "a")}}, func(tx kv.Tx) error {
		tx.Set(doomedKey(g.ID, streams[0].ID), nil) // as DeleteLogStream leaves it when it is cut short
		tx.Delete(streamKey(g.ID, "a"))
		return nil
	}))
	f.must(t, "Sweep", f.Sweep(t.Context()))
	f.must(t, "look", f.store.View(t.Context(), func(r kv.Reader) error {
		for _, prefix := range [][]byte{doomedPrefix(), eventsPrefix(g.ID, streams[0].ID)} {
			for p, err := range r.Scan(kv.Prefix(prefix)) {
				t.Errorf("left %q, %v", p.Key, err)
			}
		}
		return nil
	}))
}
