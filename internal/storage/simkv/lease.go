package simkv

import (
	"context"
	"sync"
)

// Lease implements kv.Store. A lease that is lost is free for another at once,
// while whoever had it is still to find out, as it is when a node does not
// answer for too long.
func (s *Store) Lease(ctx context.Context, name string) (held context.Context, release func(), err error) {
	if err := s.begin(ctx); err != nil {
		return nil, nil, err
	}
	inner, giveBack, err := s.inner.Lease(ctx, name)
	if err != nil || !s.happens(s.faults.LoseLease) {
		return inner, giveBack, err
	}
	held, lose := context.WithCancelCause(inner)
	lost := s.clock.After(s.duration())
	released := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		select {
		case <-lost:
			lose(ErrLeaseLost)
			giveBack()
		case <-released:
		}
	})
	return held, sync.OnceFunc(func() {
		close(released)
		watching.Wait()
		lose(nil)
		giveBack()
	}), nil
}
