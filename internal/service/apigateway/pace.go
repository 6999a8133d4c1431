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

// paces are those of the accounts in their regions, in the memory of this node.
type paces struct {
	off bool
	mu  sync.Mutex
	all map[string]*pace // by account and region; guarded by mu
}

// of returns the pace of an account in a region.
func (p *paces) of(account, region string) *pace {
	if p.off {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = map[string]*pace{}
	}
	name := account + " " + region
	if p.all[name] == nil {
		p.all[name] = &pace{}
	}
	return p.all[name]
}
