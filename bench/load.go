package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// profile is one thing to measure.
type profile struct {
	name        string
	connections int
	requests    maker
	before      func(context.Context) error // before each single request, when the profile is not about load; or nil
	client      string                      // of which the connections are
}

// maker makes the requests of a round for a server, n of them. They are sent in
// turn, and again from the first when there is time left.
type maker func(ctx context.Context, s server, n int) ([]request, error)

// sample is what one round of a profile gave.
type sample struct {
	perSecond float64
	p50, p99  time.Duration
	requests  int           // that were sent
	answer    int           // bytes of the last good answer's body
	cpu       time.Duration // of the server for one request; 0: not known
	errors    int           // requests that failed or had a wrong answer; the rest counts
	first     error         // the first of them
}

// load sends requests to a server over a profile's connections for a time. When
// no answer is right it returns an error, and a sample that counts them.
func load(ctx context.Context, s server, p profile, requests []request, length time.Duration) (sample, error) {
	return loadWith(ctx, s, p, requests, "", length)
}

// loadBare sends the requests to the bare server, which answers so many bytes.
func loadBare(ctx context.Context, bare server, p profile, requests []request, answer int, length time.Duration) (sample, error) {
	p.before = nil
	plain := slices.Clone(requests)
	for i := range plain {
		plain[i].want = ""
	}
	return loadWith(ctx, bare, p, plain, fmt.Sprintf("%s: %d\r\n", sizeHeader, answer), length)
}

func loadWith(ctx context.Context, s server, p profile, requests []request, extra string, length time.Duration) (sample, error) {
	var (
		group   sync.WaitGroup
		workers = make([]worker, p.connections)
		cpu     = s.process.cpuTime()
		start   = time.Now()
		end     = start.Add(length)
	)
	for i := range workers {
		group.Go(func() { workers[i].run(ctx, s, p, requests, i, extra, end) })
	}
	group.Wait()
	if err := ctx.Err(); err != nil {
		return sample{}, err
	}
	total := sample{}
	var times, late []time.Duration
	for i := range workers {
		w := &workers[i]
		times, late = append(times, w.times...), append(late, w.late...)
		total.errors += w.errors
		total.answer = max(total.answer, w.answer)
		if total.first == nil {
			total.first = w.first
		}
	}
	answers := len(times) + len(late)
	if answers == 0 {
		return total, fmt.Errorf("%s at %s: none of %d answers is right: %w", p.name, s.url, total.errors, total.first)
	}
	if len(times) == 0 { // a round that is shorter than a request
		times, length = late, time.Since(start)
	}
	slices.Sort(times)
	total.perSecond = float64(len(times)) / length.Seconds()
	total.p50, total.p99 = percentile(times, 50), percentile(times, 99)
	total.requests = answers + total.errors
	if used := s.process.cpuTime() - cpu; used > 0 {
		total.cpu = used / time.Duration(total.requests)
	}
	return total, nil
}

// mostRequests is how many are made for a round at most: some seconds of the
// work of a fast server.
const mostRequests = 40_000

// enough is how many requests to make for the round after the given ones: so
// many that they hardly come twice, and not many more, because signing them
// takes longer than a slow server's round.
func enough(rounds []sample) int {
	if len(rounds) == 0 {
		return 10_000
	}
	return min(mostRequests, 2*rounds[len(rounds)-1].requests+100)
}

// percentile returns the least of the sorted times that p percent of them do
// not exceed.
func percentile(sorted []time.Duration, p int) time.Duration {
	return sorted[max(0, (len(sorted)*p+99)/100-1)]
}

// worker sends requests over one connection, one after another.
type worker struct {
	times  []time.Duration // of the good answers that came in time
	late   []time.Duration // of those that came after the end, which are not counted
	answer int
	errors int
	first  error
}

func (w *worker) run(ctx context.Context, s server, p profile, requests []request, nth int, extra string, end time.Time) {
	c, err := newSender(p.client, s.url)
	if err != nil {
		w.fail(err)
		return
	}
	defer c.close()
	for i := nth; ctx.Err() == nil && (i == nth || time.Now().Before(end)); i += p.connections {
		if p.before != nil {
			if err := p.before(ctx); err != nil {
				w.fail(err)
				return
			}
		}
		r := &requests[i%len(requests)]
		start := time.Now()
		status, body, err := c.send(r, extra, start.Add(patience))
		if err == nil {
			err = r.answeredBy(status, body)
		}
		now := time.Now()
		switch {
		case err != nil:
			w.fail(err)
		case now.After(end):
			w.late, w.answer = append(w.late, now.Sub(start)), len(body)
		default:
			w.times = append(w.times, now.Sub(start))
			w.answer = len(body)
		}
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
