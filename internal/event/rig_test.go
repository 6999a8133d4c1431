package event

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cloudless/internal/clock"
	"cloudless/internal/storage/kv"
	"cloudless/internal/storage/memkv"
)

// rig is a service among fakes, in a bubble of synctest: time passes only when
// everybody waits.
type rig struct {
	t        *testing.T
	store    kv.Store
	source   *fakeSource
	mappings *fakeMappings
	lambda   *fakeLambda
	stopTime time.Duration

	stop func()
}

func newRig(t *testing.T, list ...Mapping) *rig {
	r := &rig{
		t: t, store: memkv.New(), source: newFakeSource(), lambda: &fakeLambda{start: time.Now()},
		mappings: &fakeMappings{list: list},
	}
	r.lambda.answer = func(call) (Result, error) { return Result{Payload: []byte("null")}, nil }
	return r
}

// run starts a service, which ends at the latest with the test.
func (r *rig) run() {
	ctx, cancel := context.WithCancel(context.Background())
	s := New(Config{
		Store: r.store, Clock: clock.System{}, Mappings: r.mappings, Source: r.source, Invoker: r.lambda,
		Destinations: r.lambda, StopTime: r.stopTime, Log: slog.New(slog.DiscardHandler),
	})
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			r.t.Errorf("Run = %v", err)
		}
		if n := s.buffered.Load(); n != 0 {
			r.t.Errorf("%d bytes are still counted as buffered", n)
		}
	})
}

// mapping returns one with AWS's defaults and what change makes of it.
func mapping(change func(*Mapping)) Mapping {
	m := Mapping{
		ID: "mapping-1", Enabled: true, Account: "000000000000", Region: "us-east-1", Created: time.Now(),
		EventSourceARN:   "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026-01-01T00:00:00.000",
		FunctionARN:      "arn:aws:lambda:us-east-1:000000000000:function:f",
		StartingPosition: "TRIM_HORIZON", BatchSize: 100, ParallelizationFactor: 1, MaximumRetryAttempts: -1, MaximumRecordAge: -1,
	}
	if change != nil {
		change(&m)
	}
	return m
}

// bubble runs f in a bubble and stops what it left running.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

type fakeMappings struct {
	mu      sync.Mutex
	list    []Mapping
	changed []chan struct{}
	results []string
}

func (f *fakeMappings) Mappings(context.Context) ([]Mapping, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Mapping(nil), f.list...), nil
}

func (f *fakeMappings) Changed(context.Context) <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	ch := make(chan struct{}, 1)
	f.changed = append(f.changed, ch)
	return ch
}

func (f *fakeMappings) Polled(_ context.Context, _ *Mapping, result string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.results = append(f.results, result)
	return nil
}

func (f *fakeMappings) set(list ...Mapping) {
	f.mu.Lock()
	f.list = list
	for _, ch := range f.changed {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
	f.mu.Unlock()
	synctest.Wait()
}

// fakeSource has shards of records in memory.
type fakeSource struct {
	mu     sync.Mutex
	shards []Shard
	data   map[string]*fakeShard
	fail   func() error
	reads  int
}

type fakeShard struct {
	records []Record
	ended   bool
	waiting []chan struct{}
}

func newFakeSource() *fakeSource {
	return &fakeSource{data: map[string]*fakeShard{}, fail: func() error { return nil }}
}

func (f *fakeSource) addShard(id, parent string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.shards = append(f.shards, Shard{ID: id, ParentID: parent})
	f.data[id] = &fakeShard{}
}

// put adds a record whose number is its place in the shard, from 1 on.
func (f *fakeSource) put(shard, key string, extra ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.data[shard]
	n := strconv.Itoa(len(s.records) + 1)
	text := `{"n":` + n + `,"shard":"` + shard + `","key":"` + key + `"` + strings.Join(extra, "") + `}`
	s.records = append(s.records, Record{SequenceNumber: n, Key: key, Arrived: time.Now(), Expires: time.Now().Add(24 * time.Hour), JSON: []byte(text)})
	s.wake()
}

func (f *fakeSource) end(shard string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.data[shard].ended = true
	f.data[shard].wake()
}

func (s *fakeShard) wake() {
	for _, ch := range s.waiting {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

func (f *fakeSource) Shards(context.Context, *Mapping) ([]Shard, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Shard(nil), f.shards...), f.fail()
}

func (f *fakeSource) Open(_ context.Context, _ *Mapping, shardID string, at Position) (Reader, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.data[shardID]
	r := &fakeReader{source: f, shard: s, more: make(chan struct{}, 1)}
	switch {
	case at.After != "":
		r.next, _ = strconv.Atoi(at.After)
	case at.Start == latest:
		r.next = len(s.records)
	case at.Start == atTimestamp:
		for r.next < len(s.records) && s.records[r.next].Arrived.Before(at.Since) {
			r.next++
		}
	}
	s.waiting = append(s.waiting, r.more)
	return r, f.fail()
}

func (f *fakeSource) readSoFar() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.reads
}

type fakeReader struct {
	source *fakeSource
	shard  *fakeShard
	next   int
	more   chan struct{}
}

func (r *fakeReader) Read(_ context.Context, limit int) (records []Record, ended bool, err error) {
	r.source.mu.Lock()
	defer r.source.mu.Unlock()
	if err := r.source.fail(); err != nil {
		return nil, false, err
	}
	r.source.reads++
	end := min(r.next+limit, len(r.shard.records))
	for _, record := range r.shard.records[r.next:end] {
		record.JSON = append([]byte(nil), record.JSON...)
		records = append(records, record)
	}
	r.next = end
	return records, r.shard.ended && end == len(r.shard.records), nil
}

func (r *fakeReader) More() <-chan struct{} { return r.more }

// call is one invocation, as the function saw it.
type call struct {
	at      time.Duration // since the test began
	shard   string
	records []int
	keys    []string
	windowPart
	payload []byte
}

func (c call) String() string { return fmt.Sprintf("%v %v", c.at, c.records) }

// fakeLambda runs functions and takes failures.
type fakeLambda struct {
	start  time.Time
	mu     sync.Mutex
	answer func(call) (Result, error)
	took   time.Duration
	calls  []call
	sent   []string
	refuse error // of Send
	report func(call)
}

func (f *fakeLambda) parse(payload []byte) call {
	c := call{at: time.Since(f.start), payload: payload}
	var event struct {
		Records []struct {
			N          int
			Shard, Key string
		}
	}
	if err := errors.Join(json.Unmarshal(payload, &event), json.Unmarshal(payload, &c.windowPart)); err != nil {
		panic(err)
	}
	for _, r := range event.Records {
		c.shard = r.Shard
		c.records = append(c.records, r.N)
		c.keys = append(c.keys, r.Key)
	}
	return c
}

func (f *fakeLambda) Invoke(ctx context.Context, _ *Mapping, _ string, payload []byte) (Result, error) {
	c := f.parse(payload)
	f.mu.Lock()
	f.calls = append(f.calls, c)
	answer, took := f.answer, f.took
	f.mu.Unlock()
	select {
	case <-time.After(took):
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
	r, err := answer(c)
	r.ExecutedVersion = "$LATEST"
	return r, err
}

func (f *fakeLambda) Send(_ context.Context, _ *Mapping, failed *Failure) error {
	text, err := failed.JSON(false)
	if err != nil {
		panic(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.refuse != nil {
		return f.refuse
	}
	f.sent = append(f.sent, string(text))
	if f.report != nil {
		f.report(f.parse(failed.Payload))
	}
	return nil
}

// seen writes the calls so far, one a line.
func (f *fakeLambda) seen() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var lines []string
	for _, c := range f.calls {
		lines = append(lines, c.String())
	}
	return strings.Join(lines, "\n")
}

func (f *fakeLambda) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls, f.start = nil, time.Now()
}

func failed() Result {
	return Result{FunctionError: "Unhandled", Payload: []byte(`{"errorMessage":"no"}`)}
}

func answered(text string) Result { return Result{Payload: []byte(text)} }
