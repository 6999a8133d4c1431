package event

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"cloudless/internal/awserr"
)

func TestStartingPositions(t *testing.T) {
	for _, tt := range []struct {
		name  string
		start string
		late  time.Duration // between the mapping and its first poller
		want  string
	}{
		{"TRIM_HORIZON", "TRIM_HORIZON", 0, "[1 2] [3]"},
		{"LATEST", "LATEST", 0, "[3]"},
		{"LATEST, of which the poller hears late", "LATEST", time.Minute, "[2] [3]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m := mapping(func(m *Mapping) { m.StartingPosition = tt.start })
				r := newRig(t, m)
				r.source.addShard("s", "")
				m.Created = m.Created.Add(time.Second)
				r.mappings.list[0] = m
				r.source.put("s", "a")
				time.Sleep(2 * time.Second)
				r.source.put("s", "b")
				time.Sleep(tt.late)
				r.run()
				synctest.Wait()
				r.source.put("s", "c")
				synctest.Wait()
				r.stop()
				r.run() // what is after the position is not read again
				synctest.Wait()
				r.stop()
				var got []string
				for _, c := range r.lambda.calls {
					got = append(got, fmt.Sprint(c.records))
				}
				if text := strings.Join(got, " "); text != tt.want {
					t.Errorf("calls %s, want %s", text, tt.want)
				}
			})
		})
	}
}

// TestLatestLastsAcrossARestart although no record has been read.
func TestLatestLastsAcrossARestart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, mapping(func(m *Mapping) { m.StartingPosition = "LATEST" }))
		r.source.addShard("s", "")
		r.source.put("s", "a")
		r.source.data["s"].records[0].Arrived = time.Now().Add(-time.Minute)
		r.run()
		synctest.Wait()
		r.stop()
		r.source.put("s", "b")
		r.run()
		synctest.Wait()
		r.stop()
		if got, want := r.lambda.seen(), "0s [2]"; got != want {
			t.Errorf("calls %s, want %s", got, want)
		}
	})
}

func TestShardsFollowTheirParents(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, mapping(func(m *Mapping) { m.StartingPosition = "LATEST" }))
		r.lambda.took = time.Second
		r.source.addShard("parent", "")
		r.run()
		synctest.Wait()
		r.source.addShard("child", "parent")
		r.source.put("child", "a")
		r.source.put("parent", "a")
		r.source.end("parent")
		time.Sleep(10 * time.Second)
		r.stop()
		if got := r.lambda.seen(); got != "0s [1]\n1s [1]" || r.lambda.calls[0].shard != "parent" || r.lambda.calls[1].shard != "child" {
			t.Errorf("calls:\n%s, want the parent's and then the child's", got)
		}
		r.lambda.forget()
		r.run()
		time.Sleep(time.Second)
		r.stop()
		if got := r.lambda.seen(); got != "" {
			t.Errorf("after a restart there are calls: %s", got)
		}
	})
}

func TestMappingsComeAndGo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m := mapping(nil)
		r := newRig(t, m)
		r.source.addShard("s", "")
		r.run()
		synctest.Wait()
		r.source.put("s", "a")
		synctest.Wait()

		off := m
		off.Enabled = false
		r.mappings.set(off)
		r.source.put("s", "b")
		synctest.Wait()
		if got, want := r.lambda.seen(), "0s [1]"; got != want {
			t.Errorf("calls %s, want %s: it is disabled", got, want)
		}
		r.mappings.set(m)
		if got, want := r.lambda.seen(), "0s [1]\n0s [2]"; got != want {
			t.Errorf("calls:\n%s\nwant:\n%s: it goes on behind its checkpoint", got, want)
		}

		r.mappings.set() // deleted
		r.mappings.set(m)
		if got, want := r.lambda.seen(), "0s [1]\n0s [2]\n0s [1 2]"; got != want {
			t.Errorf("calls:\n%s\nwant:\n%s: a new one begins anew", got, want)
		}
		r.stop()
	})
}

// TestAChangedMappingLosesNothing and repeats nothing: the batch under way ends.
func TestAChangedMappingLosesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m := mapping(func(m *Mapping) { m.BatchSize = 2 })
		r := newRig(t, m)
		r.source.addShard("s", "")
		r.lambda.took = time.Minute
		r.run()
		puts("abcde")(r.source)
		m.BatchSize = 3
		r.mappings.set(m)
		time.Sleep(5 * time.Minute)
		r.stop()
		if got, want := r.lambda.seen(), "0s [1 2]\n1m0s [3 4 5]"; got != want {
			t.Errorf("calls:\n%s\nwant:\n%s", got, want)
		}
	})
}

// TestStopWaitsAWhile for what is under way. What has not ended by then is
// delivered again.
func TestStopWaitsAWhile(t *testing.T) {
	for _, tt := range []struct {
		took time.Duration
		want string
	}{
		{4 * time.Second, "0s [1]\n4s [2]"},
		{time.Minute, "0s [1]\n5s [1 2]"},
	} {
		bubble(t, func(t *testing.T) {
			r := newRig(t, mapping(nil))
			r.source.addShard("s", "")
			r.lambda.took = tt.took
			r.run()
			puts("a")(r.source)
			r.source.put("s", "b")
			r.stop()
			r.run()
			time.Sleep(2 * time.Minute)
			r.stop()
			if got := r.lambda.seen(); got != tt.want {
				t.Errorf("%v: calls:\n%s\nwant:\n%s", tt.took, got, tt.want)
			}
		})
	}
}

// TestASilentSourceCostsNothing: it is not read while nothing comes.
func TestASilentSourceCostsNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, mapping(nil))
		r.source.addShard("s", "")
		r.run()
		synctest.Wait()
		before := r.source.readSoFar()
		time.Sleep(24 * time.Hour)
		if got := r.source.readSoFar(); got != before {
			t.Errorf("a silent shard was read %d times in a day", got-before)
		}
		r.stop()
	})
}

// TestOnePollerAtATime reads a mapping, of two processes on one store.
func TestOnePollerAtATime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, mapping(nil))
		r.source.addShard("s", "")
		r.run()
		stopFirst := r.stop
		synctest.Wait()
		r.run()
		puts("a")(r.source)
		if got, want := r.lambda.seen(), "0s [1]"; got != want {
			t.Errorf("calls %s, want %s", got, want)
		}
		stopFirst()
		synctest.Wait()
		r.source.put("s", "b")
		synctest.Wait()
		if got, want := r.lambda.seen(), "0s [1]\n0s [2]"; got != want {
			t.Errorf("calls:\n%s\nwant:\n%s: the second takes over", got, want)
		}
		r.stop()
	})
}

func TestResultsAreNoted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, mapping(nil))
		r.source.addShard("s", "")
		r.lambda.answer = sequence(failed(), nil, failed(), nil, Result{}, errors.New("disk"),
			Result{}, &awserr.Error{Code: "TooManyRequestsException", Message: "Rate Exceeded."}, Result{}, nil)
		denied := true
		r.source.fail = func() error {
			if denied {
				return &awserr.Error{Code: "AccessDeniedException", Message: "You may not."}
			}
			return nil
		}
		r.run()
		time.Sleep(time.Second)
		r.source.mu.Lock()
		denied = false
		r.source.mu.Unlock()
		puts("a")(r.source)
		time.Sleep(time.Minute)
		r.stop()
		want := "PROBLEM: You may not.||PROBLEM: Function call failed|PROBLEM: internal Lambda error. Please contact Lambda customer support.|PROBLEM: Rate Exceeded.|OK"
		if got := strings.Join(r.mappings.results, "|"); got != want {
			t.Errorf("results %s, want %s", got, want)
		}
	})
}

// TestMemoryIsBounded: a shard that cannot go on is not read on.
func TestMemoryIsBounded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, mapping(func(m *Mapping) { m.BatchSize, m.MaximumBatchingWindow = 10, 300*time.Second }))
		r.source.addShard("s", "")
		r.lambda.took = time.Hour
		r.stopTime = time.Second
		padding := `,"padding":"` + strings.Repeat("x", 10_000) + `"`
		for range 5000 {
			r.source.put("s", "a", padding)
		}
		r.run()
		time.Sleep(time.Minute)
		if got := r.source.readSoFar(); got > 2 {
			t.Errorf("the shard was read %d times while its first batch was under way", got)
		}
		r.stop()
	})
}
