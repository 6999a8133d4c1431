package main

import (
	"context"
	"errors"
	"time"
)

// profile is one thing to measure.
type profile struct {
	name        string
	connections int
	requests    maker
	warmUp      time.Duration               // how long it is loaded before it counts, if that is longer than half a round
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

// turnLength is how long a server is loaded before it is another's turn. What
// else the machine does lasts longer as a rule, and so weighs on all of them.
const turnLength = 200 * time.Millisecond

// turner is what can be loaded for a turn.
type turner interface {
	turn(ctx context.Context, length time.Duration) error
}

// alternate loads each of some for so long, in turns.
func alternate(ctx context.Context, length time.Duration, all ...turner) error {
	turns := max(1, int(length/turnLength))
	for range turns {
		for _, t := range all {
			if err := t.turn(ctx, length/time.Duration(turns)); err != nil {
				return err
			}
		}
	}
	return nil
}

// round loads each of some lanes for so long, in turns, and returns what that
// gave. A server that gave no right answer has errors in its sample, and its
// error is among those that are returned.
func round(ctx context.Context, length time.Duration, lanes ...*lane) ([]sample, error) {
	return roundWith(ctx, length, nil, lanes...)
}

// roundWith is round, with something else that takes its turns too, or nil.
func roundWith(ctx context.Context, length time.Duration, other turner, lanes ...*lane) ([]sample, error) {
	defer func() {
		for _, l := range lanes {
			l.close()
		}
	}()
	var all []turner
	if other != nil {
		all = append(all, other)
	}
	for _, l := range lanes {
		all = append(all, l)
	}
	if err := alternate(ctx, length, all...); err != nil {
		return nil, err
	}
	samples, errs := make([]sample, len(lanes)), make([]error, len(lanes))
	for i, l := range lanes {
		samples[i], errs[i] = l.sample()
	}
	return samples, errors.Join(errs...)
}
