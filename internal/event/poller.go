package event

import (
	"context"
	"errors"
	"sync"
	"time"

	"cloudless/internal/awserr"
	"cloudless/internal/event/pattern"
)

// The starting positions.
const (
	trimHorizon = "TRIM_HORIZON"
	latest      = "LATEST"
	atTimestamp = "AT_TIMESTAMP"
)

// poller polls for one mapping.
type poller struct {
	*Service
	m       Mapping
	filters []*pattern.Pattern

	mu     sync.Mutex
	result string // that was noted last
}

func newPoller(s *Service, m Mapping) *poller {
	m.BatchSize = max(m.BatchSize, 1)
	m.ParallelizationFactor = max(m.ParallelizationFactor, 1)
	if m.TumblingWindow > 0 {
		m.ParallelizationFactor = 1 // a window has one state, which goes from batch to batch
	}
	return &poller{Service: s, m: m}
}

// run polls while it alone may, until soft ends and the invocations under way
// have; or until hard ends.
func (p *poller) run(soft, hard context.Context) {
	for failed := 3; soft.Err() == nil && hard.Err() == nil; failed++ {
		held, release, err := p.lease(soft, hard)
		if err == nil {
			err = p.poll(soft, held)
			release()
		}
		if err != nil && soft.Err() == nil && hard.Err() == nil {
			p.Log.Warn("event source mapping stopped for a while", "mapping", p.m.ID, "err", err)
			p.pause(soft, hard, backoff(failed))
		}
	}
}

// lease waits for the mapping's lease. Held goes on when soft ends, so that
// what is under way keeps its right to move the checkpoint.
func (p *poller) lease(soft, hard context.Context) (held context.Context, release func(), err error) {
	ctx, cancel := context.WithCancel(hard)
	unhook := context.AfterFunc(soft, cancel)
	held, giveBack, err := p.Store.Lease(ctx, "event/"+p.m.ID)
	if err != nil {
		cancel()
		return nil, nil, err
	}
	if !unhook() {
		giveBack()
		cancel()
		return nil, nil, context.Canceled
	}
	return held, func() { giveBack(); cancel() }, nil
}

// poll reads the shards of the source, children after their parents, until
// soft ends. It returns when no invocation is under way.
func (p *poller) poll(soft, held context.Context) error {
	ctx, cancel := context.WithCancel(held)
	defer cancel()
	var under sync.WaitGroup
	defer under.Wait()

	shards, opened, err := p.begin(ctx)
	if err == nil {
		err = p.compile()
	}
	if err != nil {
		p.note(ctx, problem(err))
		return err
	}
	p.note(ctx, "")
	ended := make(chan string)
	started, finished := map[string]bool{}, map[string]bool{}
	for {
		for _, shard := range shards {
			if started[shard.ID] || started[shard.ParentID] && !finished[shard.ParentID] {
				continue
			}
			started[shard.ID] = true
			reader := opened[shard.ID]
			under.Go(func() {
				if p.readShard(soft, ctx, shard.ID, reader) {
					select {
					case ended <- shard.ID:
					case <-ctx.Done():
					case <-soft.Done():
					}
				}
			})
		}
		select {
		case id := <-ended:
			finished[id] = true
			if shards, err = p.list(soft, ctx); err != nil {
				return err
			}
		case <-soft.Done():
			under.Wait()
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (p *poller) compile() error {
	p.filters = nil
	for _, text := range p.m.Filters {
		f, err := pattern.Parse(text)
		if err != nil {
			return err
		}
		p.filters = append(p.filters, f)
	}
	return nil
}

// latestTime is how soon after its creation a mapping must be begun for the end
// of a shard to be what LATEST means. Later it is sought by the time of
// creation, which sources tell less exactly.
const latestTime = 10 * time.Second

// begin lists the shards and, if the mapping has never been polled, notes where
// each begins. Where that is the end of a shard it is found by the reader that
// is returned, and lasts across restarts as a time.
func (p *poller) begin(ctx context.Context) (shards []Shard, opened map[string]Reader, err error) {
	if shards, err = p.Source.Shards(ctx, &p.m); err != nil {
		return nil, nil, err
	}
	if done, err := p.begun(ctx, p.m.ID); err != nil || done {
		return shards, nil, err
	}
	opened = map[string]Reader{}
	cursors := map[string]cursor{}
	for _, shard := range shards {
		c := cursor{Version: cursorVersion, Start: p.m.StartingPosition, Since: p.m.StartingPositionTimestamp}
		if c.Start == latest {
			c.Start, c.Since = atTimestamp, p.m.Created
			if p.Clock.Now().Sub(p.m.Created) > latestTime {
				cursors[shard.ID] = c
				continue
			}
			if opened[shard.ID], err = p.Source.Open(ctx, &p.m, shard.ID, Position{Start: latest}); err != nil {
				return nil, nil, err
			}
		}
		cursors[shard.ID] = c
	}
	return shards, opened, p.noteBeginning(ctx, p.m.ID, cursors)
}

// list asks for the shards until there is an answer.
func (p *poller) list(soft, ctx context.Context) ([]Shard, error) {
	for failed := 0; ; failed++ {
		shards, err := p.Source.Shards(ctx, &p.m)
		if err == nil {
			return shards, nil
		}
		p.note(ctx, problem(err))
		if !p.pause(soft, ctx, backoff(failed)) {
			return nil, err
		}
	}
}

// readShard reads a shard until soft or ctx ends, or there are no more
// records: then it returns true. What fails is begun again from the checkpoint.
func (p *poller) readShard(soft, ctx context.Context, id string, reader Reader) bool {
	for failed := 0; soft.Err() == nil && ctx.Err() == nil; failed++ {
		ended, err := p.readOnce(soft, ctx, id, reader)
		if err == nil {
			return ended
		}
		if ctx.Err() != nil {
			break
		}
		reader = nil
		p.Log.Warn("shard not read", "mapping", p.m.ID, "shard", id, "err", err)
		p.note(ctx, problem(err))
		if !p.pause(soft, ctx, backoff(failed)) {
			break
		}
	}
	return false
}

func (p *poller) readOnce(soft, ctx context.Context, id string, reader Reader) (ended bool, err error) {
	ctx, cancel := context.WithCancel(ctx) // the reader's
	defer cancel()
	c, err := p.takeCursor(ctx, p.m.ID, id, p.newID())
	if err != nil || c.Ended {
		return c.Ended, err
	}
	if reader == nil {
		if reader, err = p.Source.Open(ctx, &p.m, id, c.position()); err != nil {
			return false, err
		}
	}
	return newShard(p, id, reader, c).run(soft, ctx)
}

// backoff is how long something waits that has failed some times in a row.
func backoff(failed int) time.Duration {
	return min(500*time.Millisecond<<min(failed, 10), time.Minute)
}

// pause waits, and reports whether neither context has ended.
func (p *poller) pause(soft, ctx context.Context, d time.Duration) bool {
	select {
	case <-p.Clock.After(d):
	case <-soft.Done():
	case <-ctx.Done():
	}
	return soft.Err() == nil && ctx.Err() == nil
}

// What is noted as LastProcessingResult.
const (
	resultOK     = "OK"
	resultFailed = "PROBLEM: Function call failed"
)

// problem is what the owner of a mapping is told of an error.
func problem(err error) string {
	if e, ok := errors.AsType[*awserr.Error](err); ok {
		return "PROBLEM: " + e.Message
	}
	return "PROBLEM: internal Lambda error. Please contact Lambda customer support."
}

// note tells how the mapping does, if that is news. With no result it tells
// that polling has begun.
func (p *poller) note(ctx context.Context, result string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if result != "" && result == p.result {
		return
	}
	if err := p.Mappings.Polled(ctx, &p.m, result); err != nil {
		if ctx.Err() == nil {
			p.Log.Warn("processing result not noted", "mapping", p.m.ID, "err", err)
		}
		return
	}
	p.result = result
}
