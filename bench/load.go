package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// profile is one thing to measure.
type profile struct {
	name        string
	connections int
	next        func(i int) request // the i-th request, of any number
	ok          func(status int, body []byte) bool
	before      func(context.Context) error // before each single request, when the profile is not about load; or nil
}

// sample is what one round of a profile gave.
type sample struct {
	perSecond float64
	p50       time.Duration
	answer    int // bytes of the last answer's body
}

// load sends requests over the profile's connections for a time.
func load(ctx context.Context, p profile, url string, length time.Duration) (sample, error) {
	transport := &http.Transport{MaxIdleConnsPerHost: p.connections, MaxConnsPerHost: p.connections, DisableCompression: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	var (
		mu    sync.Mutex
		times []time.Duration
		errs  []error
		size  int
		group sync.WaitGroup
	)
	start := time.Now()
	for c := range p.connections {
		group.Go(func() {
			mine, n, err := one(ctx, client, p, url, c)
			mu.Lock()
			defer mu.Unlock()
			times, size, errs = append(times, mine...), n, append(errs, err)
		})
	}
	group.Wait()
	took := time.Since(start)
	if err := errors.Join(errs...); err != nil {
		return sample{}, err
	}
	if len(times) == 0 {
		return sample{}, errors.New("no request ended in time")
	}
	slices.Sort(times)
	return sample{perSecond: float64(len(times)) / took.Seconds(), p50: times[len(times)/2], answer: size}, nil
}

// one sends requests over one connection, one after another, until ctx ends.
func one(ctx context.Context, client *http.Client, p profile, url string, c int) (times []time.Duration, size int, err error) {
	for i := c; ctx.Err() == nil; i += p.connections {
		if p.before != nil {
			if err := p.before(ctx); err != nil {
				return times, size, ignoreEnd(ctx, err)
			}
		}
		start := time.Now()
		status, body, err := send(ctx, client, p.next(i), url)
		if err != nil {
			return times, size, ignoreEnd(ctx, err)
		}
		if !p.ok(status, body) {
			return times, size, fmt.Errorf("unexpected answer %d: %.300s", status, body)
		}
		times, size = append(times, time.Since(start)), len(body)
	}
	return times, size, nil
}

func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func send(ctx context.Context, client *http.Client, r request, url string) (int, []byte, error) {
	req, err := r.to(ctx, url)
	if err != nil {
		return 0, nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, body, err
}

// measure takes the figures of a profile and those of the bare server, in
// turn, and returns the medians.
func measure(ctx context.Context, o options, p profile, target server, bare string) (row, error) {
	var ours, theirs []sample
	plain := p
	plain.ok = func(status int, _ []byte) bool { return status == http.StatusOK }
	plain.before = nil
	for range o.rounds {
		s, err := load(ctx, p, target.url, o.length)
		if err != nil {
			return row{}, err
		}
		ours = append(ours, s)
		plain.next = func(i int) request { return p.next(i).answering(s.answer) }
		b, err := load(ctx, plain, bare, o.length)
		if err != nil {
			return row{}, err
		}
		theirs = append(theirs, b)
	}
	return newRow(p, ours, theirs), nil
}
