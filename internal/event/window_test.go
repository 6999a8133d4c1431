package event

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// counting answers with a state that counts the records of the window.
func counting(c call) (Result, error) {
	var state struct{ Count int }
	if err := json.Unmarshal(c.State, &state); err != nil {
		return Result{}, err
	}
	return answered(fmt.Sprintf(`{"state":{"count":%d}}`, state.Count+len(c.records))), nil
}

// windows writes the calls with what an event of a window tells.
func (f *fakeLambda) windows() string {
	var lines []string
	for _, c := range f.calls {
		line := fmt.Sprintf("%v %v %s..%s %s", c.at, c.records, c.Window.Start[14:19], c.Window.End[14:19], c.State)
		if c.IsFinal {
			line += " final"
		}
		if c.IsEarly {
			line += " early"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestTumblingWindows(t *testing.T) {
	for _, tt := range []struct {
		name   string
		m      func(*Mapping)
		answer func(call) (Result, error)
		put    func(*rig)
		want   string
	}{
		{"a state goes from batch to batch, and the window ends with it", nil, counting, func(r *rig) {
			puts("ab")(r.source)
			time.Sleep(10 * time.Second)
			puts("c")(r.source)
		}, "0s [1 2] 00:00..00:30 {}\n10s [3] 00:00..00:30 {\"count\":2}\n30s [] 00:00..00:30 {\"count\":3} final"},
		{"the next window begins anew; one without records has no calls", nil, counting, func(r *rig) {
			puts("a")(r.source)
			time.Sleep(70 * time.Second)
			puts("b")(r.source)
		}, "0s [1] 00:00..00:30 {}\n30s [] 00:00..00:30 {\"count\":1} final\n1m10s [2] 01:00..01:30 {}\n1m30s [] 01:00..01:30 {\"count\":1} final"},
		{"records of two windows are never in one batch", func(m *Mapping) { m.MaximumBatchingWindow = time.Minute }, counting, func(r *rig) {
			puts("a")(r.source)
			time.Sleep(29 * time.Second)
			puts("b")(r.source)
			time.Sleep(2 * time.Second)
			puts("c")(r.source)
		}, "30s [1 2] 00:00..00:30 {}\n30s [] 00:00..00:30 {\"count\":2} final\n1m0s [3] 00:30..01:00 {}\n1m0s [] 00:30..01:00 {\"count\":1} final"},
		{"an answer without a state has failed", func(m *Mapping) { m.MaximumRetryAttempts = 1 }, sequence(answered(`{}`), nil, answered(`{"state":{"x":1}}`), nil),
			func(r *rig) { puts("a")(r.source) },
			"0s [1] 00:00..00:30 {}\n500ms [1] 00:00..00:30 {}\n30s [] 00:00..00:30 {\"x\":1} final"},
		{"what is discarded leaves the state", func(m *Mapping) { m.MaximumRetryAttempts = 0; m.BatchSize = 1 }, func(c call) (Result, error) {
			if len(c.records) > 0 && c.records[0] == 2 {
				return failed(), nil
			}
			return counting(c)
		}, func(r *rig) { puts("abc")(r.source) },
			"0s [1] 00:00..00:30 {}\n0s [2] 00:00..00:30 {\"count\":1}\n0s [3] 00:00..00:30 {\"count\":1}\n30s [] 00:00..00:30 {\"count\":2} final"},
		{"halves hand the state on", func(m *Mapping) { m.MaximumRetryAttempts = 0; m.BisectBatchOnFunctionError = true }, func(c call) (Result, error) {
			if len(c.records) > 1 {
				return failed(), nil
			}
			return counting(c)
		}, func(r *rig) { puts("ab")(r.source) },
			"0s [1 2] 00:00..00:30 {}\n0s [1] 00:00..00:30 {}\n0s [2] 00:00..00:30 {\"count\":1}\n30s [] 00:00..00:30 {\"count\":2} final"},
		{"reports hand the state on", func(m *Mapping) { m.ReportBatchItemFailures = true },
			sequence(answered(`{"state":{"x":1},"batchItemFailures":[{"itemIdentifier":"2"}]}`), nil, answered(`{"state":{"x":2}}`), nil),
			func(r *rig) { puts("ab")(r.source) },
			"0s [1 2] 00:00..00:30 {}\n500ms [2] 00:00..00:30 {\"x\":1}\n30s [] 00:00..00:30 {\"x\":2} final"},
		{"the end is tried again", func(m *Mapping) { m.MaximumRetryAttempts = 1 }, sequence(answered(`{"state":{}}`), nil, failed(), nil, failed(), nil),
			func(r *rig) { puts("a")(r.source) },
			"0s [1] 00:00..00:30 {}\n30s [] 00:00..00:30 {} final\n30.5s [] 00:00..00:30 {} final"},
		{"the window lasts across a restart", nil, counting, func(r *rig) {
			puts("a")(r.source)
			r.stop()
			r.run()
			synctest.Wait()
			puts("b")(r.source)
			r.stop()
			time.Sleep(40 * time.Second)
			r.run()
		}, "0s [1] 00:00..00:30 {}\n0s [2] 00:00..00:30 {\"count\":1}\n40s [] 00:00..00:30 {\"count\":2} final"},
		{"a shard that has ended ends its window", nil, counting, func(r *rig) {
			puts("a")(r.source)
			r.source.end("s")
		}, "0s [1] 00:00..00:30 {}\n0s [] 00:00..00:30 {\"count\":1} final"},
		{"the factor of parallelization does not count", func(m *Mapping) { m.ParallelizationFactor = 10 }, counting,
			func(r *rig) { puts("abc")(r.source) },
			"0s [1 2 3] 00:00..00:30 {}\n30s [] 00:00..00:30 {\"count\":3} final"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := newRig(t, mapping(func(m *Mapping) {
					m.TumblingWindow = 30 * time.Second
					if tt.m != nil {
						tt.m(m)
					}
				}))
				r.source.addShard("s", "")
				r.lambda.answer = tt.answer
				r.run()
				synctest.Wait()
				tt.put(r)
				time.Sleep(5 * time.Minute)
				r.stop()
				if got := r.lambda.windows(); got != tt.want {
					t.Errorf("calls:\n%s\nwant:\n%s", got, tt.want)
				}
			})
		})
	}
}

// TestATooLargeStateEndsTheWindow early, with a last call that gets it.
func TestATooLargeStateEndsTheWindow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, mapping(func(m *Mapping) { m.TumblingWindow, m.BatchSize = 30*time.Second, 1 }))
		r.source.addShard("s", "")
		large := `{"state":{"x":"` + strings.Repeat("x", maxStateBytes) + `"}}`
		r.lambda.answer = func(c call) (Result, error) {
			if len(c.records) > 0 && c.records[0] == 2 {
				return answered(large), nil
			}
			return counting(c)
		}
		r.run()
		synctest.Wait()
		puts("abc")(r.source)
		time.Sleep(time.Minute)
		r.stop()
		last := r.lambda.calls[2]
		if !last.IsEarly || !last.IsFinal || len(last.records) != 0 || len(last.State) < maxStateBytes {
			t.Errorf("the third call is %v, final %v, early %v, with %d bytes of state", last, last.IsFinal, last.IsEarly, len(last.State))
		}
		r.lambda.calls[2].State = nil
		want := "0s [1] 00:00..00:30 {}\n0s [2] 00:00..00:30 {\"count\":1}\n0s [] 00:00..00:30  final early\n" +
			"0s [3] 00:00..00:30 {}\n30s [] 00:00..00:30 {\"count\":1} final"
		if got := r.lambda.windows(); got != want {
			t.Errorf("calls:\n%s\nwant:\n%s", got, want)
		}
	})
}

// TestTheEventOfAWindow is as AWS writes it.
func TestTheEventOfAWindow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, mapping(func(m *Mapping) { m.TumblingWindow = 30 * time.Second }))
		r.source.addShard("s", "")
		r.lambda.answer = counting
		r.run()
		puts("a")(r.source)
		r.stop()
		want := `{"Records":[{"n":1,"shard":"s","key":"a"}],"window":{"start":"2000-01-01T00:00:00Z","end":"2000-01-01T00:00:30Z"},"state":{},` +
			`"shardId":"s","eventSourceARN":"arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026-01-01T00:00:00.000",` +
			`"isFinalInvokeForWindow":false,"isWindowTerminatedEarly":false}`
		if got := string(r.lambda.calls[0].payload); got != want {
			t.Errorf("the event is\n%s\nwant\n%s", got, want)
		}
	})
}
