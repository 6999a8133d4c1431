// Package event is the fabric between sources of records and functions: it
// reads streams for event source mappings, calls functions with batches of
// records, and remembers how far it came.
//
//   - neighbours.go: what a mapping is, and the interfaces of everybody else;
//   - service.go:    the mappings that there are, and a poller for each;
//   - poller.go:     one mapping: its lease, its shards, where they begin;
//   - shard.go:      one shard: reading, keeping order, moving the checkpoint;
//   - lane.go:       which records go together into a batch, and when;
//   - batch.go:      one batch until it is done: retries, halves, discards;
//   - window.go:     tumbling windows;
//   - payload.go, response.go: what a function is sent, and what its answer means;
//   - failure.go:    what is discarded, as AWS tells of it;
//   - cursor.go:     checkpoints in the store.
//
// Package pattern below it is the language of filters. DESIGN.md tells why it is so.
//
// The promises: a record is delivered at least once, or reported as discarded,
// before the checkpoint passes it; records of one key are delivered in their
// order, the next one only when the one before is done; and one process at a
// time polls a mapping. A mapping whose source is silent costs no work.
//
// The package does not know what a record means, how a function runs, or how
// mappings are kept.
package event

import (
	"context"
	"log/slog"
	"reflect"
	"sync/atomic"
	"time"

	"cloudless/internal/clock"
	"cloudless/internal/storage/kv"
)

// Config is what a Service is made of.
type Config struct {
	Store        kv.Store // required, as are the five below
	Clock        clock.Clock
	Mappings     Mappings
	Source       Source
	Invoker      Invoker
	Destinations Destinations
	Log          *slog.Logger // slog.Default() by default

	// StopTime is how long Run waits for the invocations under way when its
	// context has ended. Their records are delivered again. 5 s by default.
	StopTime time.Duration

	// BufferBytes is about how much of records all mappings together hold in
	// memory; each shard may hold one page in any case. 64 MiB by default.
	BufferBytes int64
}

// Service polls sources. See [Service.Run].
type Service struct {
	Config
	buffered atomic.Int64  // bytes of records in memory
	gone     chan struct{} // receives when a poller has ended
}

// New returns a service that does nothing until Run.
func New(c Config) *Service {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.StopTime == 0 {
		c.StopTime = 5 * time.Second
	}
	if c.BufferBytes == 0 {
		c.BufferBytes = 64 << 20
	}
	return &Service{Config: c, gone: make(chan struct{}, 1)}
}

// retryTime is how long a neighbour that has failed is left alone.
const retryTime = 5 * time.Second

// running is a poller that has not ended.
type running struct {
	mapping Mapping
	stop    context.CancelFunc // ends it after the invocations under way
	done    chan struct{}
}

// Run polls for the mappings that are enabled, until ctx ends. When it returns
// nothing is under way any more.
func (s *Service) Run(ctx context.Context) error {
	hard, kill := context.WithCancel(context.WithoutCancel(ctx))
	defer kill()
	pollers := map[string]*running{}
	changed := s.Mappings.Changed(ctx)
	for ctx.Err() == nil {
		var wait <-chan time.Time
		if err := s.reconcile(ctx, hard, pollers); err != nil && ctx.Err() == nil {
			s.Log.Error("event source mappings not read", "err", err)
			wait = s.Clock.After(retryTime)
		}
		select {
		case _, open := <-changed:
			if !open {
				changed = nil
			}
		case <-s.gone:
		case <-wait:
		case <-ctx.Done():
		}
	}
	late := s.Clock.After(s.StopTime)
	for _, p := range pollers {
		p.stop()
	}
	for _, p := range pollers {
		select {
		case <-p.done:
		case <-late:
			kill()
			<-p.done
		}
	}
	return nil
}

// reconcile makes the pollers those of the mappings that there are. One that
// has to change is stopped, and started anew when it has ended.
func (s *Service) reconcile(ctx, hard context.Context, pollers map[string]*running) error {
	known, err := s.mappingsWithCursors(ctx) // before the list, so that none is newer
	if err != nil {
		return err
	}
	list, err := s.Mappings.Mappings(ctx)
	if err != nil {
		return err
	}
	wanted := map[string]Mapping{}
	for _, m := range list {
		delete(known, m.ID)
		if m.Enabled {
			wanted[m.ID] = m
		}
	}
	for id, p := range pollers {
		select {
		case <-p.done:
			delete(pollers, id)
			continue
		default:
		}
		if m, ok := wanted[id]; !ok || !reflect.DeepEqual(m, p.mapping) {
			p.stop()
		}
	}
	for id, m := range wanted {
		if pollers[id] == nil {
			pollers[id] = s.start(ctx, hard, m)
		}
	}
	for id := range known {
		if pollers[id] == nil {
			if err := s.forget(ctx, id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) start(ctx, hard context.Context, m Mapping) *running {
	soft, stop := context.WithCancel(ctx)
	r := &running{mapping: m, stop: stop, done: make(chan struct{})}
	go func() {
		defer func() {
			stop()
			close(r.done)
			select {
			case s.gone <- struct{}{}:
			default:
			}
		}()
		newPoller(s, m).run(soft, hard)
	}()
	return r
}
