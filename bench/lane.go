package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// lane is one server under the load of a profile for one round, in turns. The
// connections stay open between them.
type lane struct {
	server   server
	profile  profile
	requests []request
	extra    string // a header line of each request
	workers  []worker
	took     time.Duration // by its turns
	cpu      time.Duration // of the server in them
}

func newLane(s server, p profile, requests []request) *lane {
	l := &lane{server: s, profile: p, requests: requests, workers: make([]worker, p.connections)}
	for i := range l.workers {
		l.workers[i].next = i
	}
	return l
}

// newBareLane sends the requests to the bare server, which answers so many
// bytes.
func newBareLane(bare server, p profile, requests []request, answer int) *lane {
	p.before = nil
	plain := slices.Clone(requests)
	for i := range plain {
		plain[i].want = ""
	}
	l := newLane(bare, p, plain)
	l.extra = fmt.Sprintf("%s: %d\r\n", sizeHeader, answer)
	return l
}

// turn implements turner. It ends when the last answer has come.
func (l *lane) turn(ctx context.Context, length time.Duration) error {
	var group sync.WaitGroup
	cpu, start := l.server.process.cpuTime(), time.Now()
	for i := range l.workers {
		group.Go(func() { l.workers[i].run(ctx, l, start.Add(length)) })
	}
	group.Wait()
	l.took += time.Since(start)
	l.cpu += l.server.process.cpuTime() - cpu
	return ctx.Err()
}

// sample returns what the turns gave so far. When no answer was right it
// returns an error too.
func (l *lane) sample() (sample, error) {
	total := sample{}
	var times []time.Duration
	for i := range l.workers {
		w := &l.workers[i]
		times = append(times, w.times...)
		total.errors += w.errors
		total.answer = max(total.answer, w.answer)
		if total.first == nil {
			total.first = w.first
		}
	}
	if len(times) == 0 {
		return total, fmt.Errorf("%s at %s: none of %d answers is right: %w", l.profile.name, l.server.url, total.errors, total.first)
	}
	slices.Sort(times)
	total.perSecond = float64(len(times)) / l.took.Seconds()
	total.p50, total.p99 = percentile(times, 50), percentile(times, 99)
	total.requests = len(times) + total.errors
	total.cpu = l.cpu / time.Duration(total.requests)
	return total, nil
}

func (l *lane) close() {
	for i := range l.workers {
		if c := l.workers[i].c; c != nil {
			c.close()
		}
	}
}

// longestIdle is how long a connection stays open between turns. Servers close
// those that nobody uses, after five seconds in the case of Node; a request that
// meets the end would count as an error of theirs.
const longestIdle = time.Second

// worker sends requests over one connection, one after another.
type worker struct {
	c      sender    // nil until its first turn
	used   time.Time // when it had its last answer
	next   int       // the request that it sends next
	times  []time.Duration
	answer int // bytes of the last good one
	errors int
	first  error
}

// run sends requests until the end of a turn, one at least.
func (w *worker) run(ctx context.Context, l *lane, end time.Time) {
	if w.c == nil {
		var err error
		if w.c, err = newSender(l.profile.client, l.server.url); err != nil {
			w.fail(err)
			return
		}
	}
	if time.Since(w.used) > longestIdle {
		w.c.close() // and it dials anew
	}
	defer func() { w.used = time.Now() }()
	for first := true; ctx.Err() == nil && (first || time.Now().Before(end)); first = false {
		if l.profile.before != nil {
			if err := l.profile.before(ctx); err != nil {
				w.fail(err)
				return
			}
		}
		r := &l.requests[w.next%len(l.requests)]
		w.next += len(l.workers)
		start := time.Now()
		status, body, err := w.c.send(r, l.extra, start.Add(patience))
		if err == nil {
			err = r.answeredBy(status, body)
		}
		if err != nil {
			w.fail(err)
			continue
		}
		w.times = append(w.times, time.Since(start))
		w.answer = len(body)
	}
}

// fail notes an error, and gives a server that refuses everything a rest.
func (w *worker) fail(err error) {
	w.errors++
	if w.first == nil {
		w.first = err
	}
	time.Sleep(time.Millisecond)
}
