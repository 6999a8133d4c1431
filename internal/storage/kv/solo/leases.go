package solo

import (
	"context"
	"sync"

	"cloudless/internal/storage/kv"
)

// Leases hand out named leases within one process.
type Leases struct {
	latches *Latches
	closed  context.Context
	close   context.CancelFunc
}

// NewLeases returns leases of which none is held.
func NewLeases() *Leases {
	closed, cancel := context.WithCancel(context.Background())
	return &Leases{latches: NewLatches(), closed: closed, close: cancel}
}

// Acquire waits for the lease, as kv.Store's Lease does.
func (l *Leases) Acquire(ctx context.Context, name string) (held context.Context, release func(), err error) {
	held, lose := context.WithCancelCause(ctx)
	stop := context.AfterFunc(l.closed, func() { lose(kv.ErrClosed) })
	latch, err := l.latches.Acquire(held, kv.Claims{Write: [][]byte{[]byte(name)}})
	if l.closed.Err() != nil {
		err = kv.ErrClosed // even if the latch was granted in that moment
	}
	if err != nil {
		stop()
		lose(nil)
		latch.Release()
		return nil, nil, err
	}
	return held, sync.OnceFunc(func() {
		stop()
		lose(nil)
		latch.Release()
	}), nil
}

// Close ends every lease and refuses those who wait.
func (l *Leases) Close() { l.close() }
