package apigateway

import (
	"sync"
	"sync/atomic"
	"time"
)

// What the APIs of an account may be called in a region, all together: AWS's
// quota, as every account begins with it.
const (
	accountRate  = 10_000 // calls a second
	accountBurst = 5_000  // calls at once
)

// pace is a token bucket that costs one atomic operation: it knows the time at
// which it will be full again.
type pace struct{ full atomic.Int64 } // nanoseconds since 1970

// take reports whether a call may go on now. A nil pace lets all go on.
func (p *pace) take(now time.Time) bool {
	if p == nil {
		return true
	}
	const each = int64(time.Second / accountRate)
	at := now.UnixNano()
	for {
		full := p.full.Load()
		next := max(full, at) + each
		if next-at > accountBurst*each {
			return false
		}
		if p.full.CompareAndSwap(full, next) {
			return true
		}
	}
}

// perAccount has something for each account in each region, in the memory of
// this node.
type perAccount[T any] struct {
	mu  sync.Mutex
	all map[string]*T // by account and region; guarded by mu
}

// of returns what an account has in a region.
func (p *perAccount[T]) of(account, region string) *T {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = map[string]*T{}
	}
	name := account + " " + region
	if p.all[name] == nil {
		p.all[name] = new(T)
	}
	return p.all[name]
}
