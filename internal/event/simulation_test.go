package event

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"cloudless/internal/clock"
	"cloudless/internal/storage/simkv"
)

// TestSimulation runs mappings of every sort over a store, a source and a
// function that fail at random, with stops, kills and changes in between, and
// holds the deliveries against the promises: nothing is lost or skipped, and
// no record of a key is delivered before the one before it is done.
//
// CLOUDLESS_EVENT_SEED repeats one run.
func TestSimulation(t *testing.T) {
	seeds := []uint64{}
	for i := range 40 {
		seeds = append(seeds, uint64(i)+1)
	}
	if testing.Short() {
		seeds = seeds[:10]
	}
	if text := os.Getenv("CLOUDLESS_EVENT_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seeds = []uint64{seed}
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { bubble(t, func(t *testing.T) { simulate(t, seed) }) })
	}
}

func simulate(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 7))
	m := mapping(func(m *Mapping) {
		m.BatchSize = 1 + rng.IntN(8)
		m.ParallelizationFactor = 1 + rng.IntN(4)
		m.MaximumBatchingWindow = time.Duration(rng.IntN(3)) * time.Second
		m.MaximumRetryAttempts = rng.IntN(5) - 1
		m.BisectBatchOnFunctionError = rng.IntN(2) == 0
		m.ReportBatchItemFailures = rng.IntN(2) == 0
		m.OnFailure = "arn:aws:sqs:us-east-1:000000000000:q"
		if rng.IntN(4) == 0 {
			m.TumblingWindow = time.Duration(1+rng.IntN(10)) * time.Second
		}
		if rng.IntN(4) == 0 {
			m.MaximumRecordAge = 60 * time.Second
		}
	})
	r := newRig(t, m)
	r.stopTime = time.Duration(rng.IntN(4)) * time.Second
	faults := simkv.Faults{Seed: seed, Refuse: 0.05, Read: 0.02, Repeat: 0.1, Lose: 0.05, LoseLease: 0.01, Delay: 0.1, MaxDelay: 10 * time.Second}
	inner := r.store
	r.store = simkv.New(inner, clock.System{}, faults)
	var mu sync.Mutex // of rng from here on
	chance := func(p float64) bool { mu.Lock(); defer mu.Unlock(); return rng.Float64() < p }
	number := func(n int) int { mu.Lock(); defer mu.Unlock(); return rng.IntN(n) }
	r.source.fail = func() error {
		if chance(0.03) {
			return simkv.ErrFault
		}
		return nil
	}
	shards := []string{"a", "b"}
	for _, id := range shards {
		r.source.addShard(id, "")
	}
	seen := newWitness(t)
	r.lambda.answer = func(c call) (Result, error) {
		seen.delivered(r.source, c)
		time.Sleep(time.Duration(number(1500)) * time.Millisecond)
		result, done, err := answerAtRandom(c, &m, chance, number)
		seen.end(c.shard, c.records[:done])
		return result, err
	}
	r.lambda.report = func(c call) { seen.end(c.shard, c.records) }
	r.run()
	for range 150 {
		r.source.put(shards[number(2)], strconv.Itoa(number(6)))
		if chance(0.3) {
			time.Sleep(time.Duration(number(2000)) * time.Millisecond)
		}
		if chance(0.04) {
			r.stop()
			r.run()
		}
		if chance(0.03) {
			m.BatchSize = 1 + number(8)
			r.mappings.set(m)
		}
	}
	for _, id := range shards {
		r.source.end(id)
	}
	time.Sleep(20 * time.Hour) // attempts without end take their time
	r.stop()
	if missing := seen.missing(r.source); len(missing) > 0 {
		t.Errorf("seed %d: neither delivered nor reported: %v", seed, missing)
	}
	s := New(Config{Store: inner, Clock: clock.System{}})
	for _, id := range shards {
		if c, err := s.takeCursor(context.Background(), m.ID, id, ""); err != nil || !c.Ended {
			t.Errorf("seed %d: the checkpoint of shard %s is %+v, %v; want it at the end", seed, id, c, err)
		}
	}
}

// answerAtRandom says what the function makes of a call, and how many records
// of it are done then.
func answerAtRandom(c call, m *Mapping, chance func(float64) bool, number func(int) int) (r Result, done int, err error) {
	state := ""
	if m.TumblingWindow > 0 {
		state = `"state":{}`
	}
	switch {
	case chance(0.2):
		return failed(), 0, nil
	case chance(0.1):
		return Result{}, 0, simkv.ErrUnknown
	case m.ReportBatchItemFailures && len(c.records) > 0 && chance(0.3):
		n := number(len(c.records))
		if state != "" {
			state += ","
		}
		return answered(fmt.Sprintf(`{%s"batchItemFailures":[{"itemIdentifier":"%d"}]}`, state, c.records[n])), n, nil
	}
	return answered("{" + state + "}"), len(c.records), nil
}

// witness remembers what became of each record.
type witness struct {
	t  *testing.T
	mu sync.Mutex
	// By shard and number: the function has done it, or it was reported.
	ended map[string]map[int]bool
}

func newWitness(t *testing.T) *witness {
	return &witness{t: t, ended: map[string]map[int]bool{"a": {}, "b": {}}}
}

// delivered checks that what comes before the records of a call, of the same
// keys, has ended or is in the call.
func (w *witness) delivered(s *fakeSource, c call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.IsSorted(c.records) || len(c.records) > 8 {
		w.t.Errorf("a call with the records %v", c)
	}
	for i, n := range c.records {
		for _, before := range s.before(c.shard, n) {
			if !w.ended[c.shard][before] && !slices.Contains(c.records[:i], before) {
				w.t.Errorf("record %d of shard %s is delivered before %d, which has the same key and has not ended", n, c.shard, before)
			}
		}
	}
}

// before returns the records of the same key that come before one.
func (f *fakeSource) before(shard string, n int) (numbers []int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	records := f.data[shard].records
	for i, r := range records[:n-1] {
		if r.Key == records[n-1].Key {
			numbers = append(numbers, i+1)
		}
	}
	return numbers
}

func (w *witness) end(shard string, records []int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range records {
		w.ended[shard][n] = true
	}
}

// missing lists the records that have not ended.
func (w *witness) missing(s *fakeSource) (missing []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, shard := range s.data {
		for i := range shard.records {
			if !w.ended[id][i+1] {
				missing = append(missing, fmt.Sprint(id, i+1))
			}
		}
	}
	return missing
}
