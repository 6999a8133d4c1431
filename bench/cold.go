package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// coldPerRound is how often each way is taken in a round. A round of fewer says
// little, and an environment that is to wait takes a second or two to be made.
const coldPerRound = 5

// coldPause comes before each: what the one before has left, such as an environment
// that ends, is not to be measured with the next.
const coldPause = 300 * time.Millisecond

// The ways to run something from nothing, in the order in which they take turns.
const (
	coldBare    = iota // the bare interpreter, doing nothing
	coldAlone          // the bare interpreter, loading the handler and calling it once
	coldWaiting        // a new function, when an environment waits
	coldNone           // a new function, when none does
	coldWays
)

// coldRun is what has been measured of one case.
type coldRun struct {
	coldCase
	b            *bench
	dir          string
	waiting      server // keeps environments that wait
	none         server // keeps none
	number       int
	rounds       [coldWays][]time.Duration // medians
	refills      []time.Duration
	slowest      [coldWays]time.Duration
	sinceWaiting time.Time
}

// runCold measures the first event of functions that were never loaded before,
// in turns with their interpreters.
func runCold(ctx context.Context, b *bench) (section, error) {
	dir, err := b.tempDir()
	if err != nil {
		return section{}, err
	}
	cases, err := coldCases(ctx, dir)
	if err != nil {
		return section{}, err
	}
	waiting, err := b.startCloudless(ctx)
	if err != nil {
		return section{}, err
	}
	none, err := b.startCloudless(ctx, "--spares", "0")
	if err != nil {
		return section{}, err
	}
	t := section{
		title:  "Cold starts, beside the bare interpreters",
		header: []string{" what", "p50", "at most", "to the bare interpreter (least–most)", "to 1.5 × the bare one and the handler (least–most)"},
	}
	for _, s := range []server{waiting.server, none.server} {
		if err := s.create(ctx, dataset{table: coldTable}); err != nil {
			return section{}, err
		}
	}
	for _, c := range cases {
		if b.rows != nil && !b.rows.MatchString(c.name) {
			continue
		}
		r := &coldRun{coldCase: c, b: b, waiting: waiting.server, none: none.server}
		if err := r.run(ctx); err != nil {
			return section{}, fmt.Errorf("%s: %w", c.name, err)
		}
		r.report(&t)
	}
	t.notes = append(t.notes,
		"Cold is a function's first event through the API, from request to answer; its code is new each time. In Node and Python it makes a "+
			"client of the SDK while it loads, and puts an item with it, durably. \"Alone\" is the bare interpreter that loads the same file and calls the "+
			"handler once, against the same server. Before each event the benchmark waits until an environment waits.")
	return t, nil
}

func (r *coldRun) run(ctx context.Context) (err error) {
	if r.dir, err = r.b.tempDir(); err != nil {
		return err
	}
	if err := r.unpacked(r.dir); err != nil {
		return err
	}
	for _, s := range []server{r.waiting, r.none} {
		if err := r.create(ctx, s); err != nil {
			return err
		}
	}
	if _, err := r.invoke(ctx, r.waiting); err != nil { // and an environment begins to wait
		return err
	}
	r.sinceWaiting = time.Now()
	for round := range r.b.rounds + 1 {
		var times [coldWays][]time.Duration
		for range coldPerRound {
			for way := range coldWays {
				took, err := r.once(ctx, way)
				if err != nil {
					return err
				}
				times[way] = append(times[way], took)
			}
		}
		if round == 0 {
			continue // to warm up: files and servers
		}
		for way, all := range times {
			r.rounds[way] = append(r.rounds[way], medianTime(all))
			r.slowest[way] = max(r.slowest[way], slices.Max(all))
		}
	}
	return nil
}

// once takes one of the ways, and returns how long it took. It begins when an
// environment waits, so that the making of one disturbs nobody, and after a pause.
func (r *coldRun) once(ctx context.Context, way int) (time.Duration, error) {
	if err := r.awaitWaiting(ctx); err != nil {
		return 0, err
	}
	time.Sleep(coldPause)
	switch way {
	case coldBare:
		return r.execute(ctx, r.bare, "")
	case coldAlone:
		return r.execute(ctx, r.alone, "done")
	case coldWaiting:
		if err := r.renew(ctx, r.waiting); err != nil {
			return 0, err
		}
		took, err := r.invoke(ctx, r.waiting)
		r.sinceWaiting = time.Now()
		return took, err
	default:
		if err := r.renew(ctx, r.none); err != nil {
			return 0, err
		}
		return r.invoke(ctx, r.none)
	}
}

// execute runs an interpreter to its end, if there is one; it has to print so much.
func (r *coldRun) execute(ctx context.Context, args []string, want string) (time.Duration, error) {
	if args == nil {
		return 0, nil
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+r.none.url, "AWS_ACCESS_KEY_ID="+r.none.id, "AWS_SECRET_ACCESS_KEY="+r.none.secret,
		"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1")
	cmd.Env = append(cmd.Env, r.env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	err := cmd.Run()
	took := time.Since(start)
	if err == nil && strings.TrimSpace(out.String()) != want {
		err = fmt.Errorf("it printed that, and not %q", want)
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out.String())
	}
	return took, nil
}

// create makes the function on a server.
func (r *coldRun) create(ctx context.Context, s server) error {
	role, err := s.createRole(ctx, "cold-"+r.name)
	if err != nil {
		return err
	}
	_, err = s.createFunction(ctx, r.program, role)
	return err
}

// renew gives the function another package, so that the next event is the first.
func (r *coldRun) renew(ctx context.Context, s server) error {
	r.number++
	archive, err := r.packed(r.number)
	if err != nil {
		return err
	}
	if err := s.call(ctx, "lambda", http.MethodPut, "/2015-03-31/functions/"+r.name+"/code", map[string]any{"ZipFile": archive}, nil); err != nil {
		return err
	}
	return s.waitActive(ctx, r.name)
}

// invoke calls the function, over a connection that is open.
func (r *coldRun) invoke(ctx context.Context, s server) (time.Duration, error) {
	req, err := s.sign(ctx, "lambda", http.MethodPost, "/2015-03-31/functions/"+r.name+"/invocations", nil, []byte("{}"))
	if err != nil {
		return 0, err
	}
	req.want = `"done"`
	c, err := newConn(s.url)
	if err != nil {
		return 0, err
	}
	defer c.close()
	start := time.Now()
	status, body, err := c.send(&req, "", start.Add(patience))
	took := time.Since(start)
	if err == nil {
		err = req.answeredBy(status, body)
	}
	return took, err
}

// awaitWaiting waits until an environment waits for a function of the kind, and
// none is being made.
func (r *coldRun) awaitWaiting(ctx context.Context) error {
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		ready, making, err := r.waitingNow(ctx)
		if err != nil {
			return err
		}
		if ready > 0 && making == 0 {
			if !r.sinceWaiting.IsZero() {
				r.refills = append(r.refills, time.Since(r.sinceWaiting))
				r.sinceWaiting = time.Time{}
			}
			return nil
		}
		select {
		case <-time.After(2 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return errors.New("no environment waits")
}

func (r *coldRun) waitingNow(ctx context.Context) (ready, making int, err error) {
	status, body, err := roundTrip(ctx, r.waiting.url, request{head: []byte("GET /_cloudless/health HTTP/1.1\r\nHost: " + strings.TrimPrefix(r.waiting.url, "http://") + "\r\n")})
	if err != nil || status != http.StatusOK {
		return 0, 0, fmt.Errorf("health: %d %w", status, err)
	}
	var health struct {
		Functions struct {
			Waiting []struct {
				Runtime       string
				Ready, Making int
			}
		}
	}
	if err := json.Unmarshal(body, &health); err != nil {
		return 0, 0, err
	}
	for _, w := range health.Functions.Waiting {
		making += w.Making
		if w.Runtime == r.runtime {
			ready += w.Ready
		}
	}
	return ready, making, nil
}

func medianTime(all []time.Duration) time.Duration {
	return median(all, func(d time.Duration) time.Duration { return d })
}

// report adds the rows of a case.
func (r *coldRun) report(t *section) {
	bare, alone := r.rounds[coldBare], r.rounds[coldAlone]
	row := func(what string, way int, budget string) {
		toBare := quotients(r.rounds[way], func(i int) time.Duration { return bare[i] })
		t.rows = append(t.rows, []string{what, milliseconds(medianTime(r.rounds[way])), milliseconds(r.slowest[way]), toBare, budget})
	}
	row("`"+strings.Join(append([]string{filepath.Base(r.bare[0])}, r.bare[1:]...), " ")+"`", coldBare, "")
	budget := ""
	if r.alone != nil {
		row(r.name+", alone and not isolated", coldAlone, "")
		budget = quotients(r.rounds[coldNone], func(i int) time.Duration { return alone[i] + bare[i]/2 })
	}
	row(r.name+", cold, an environment waits", coldWaiting, "")
	row(r.name+", cold, none waits", coldNone, budget)
	t.notes = append(t.notes, fmt.Sprintf("%s: after an event it took %s until the next environment waited.", r.name, milliseconds(medianTime(r.refills))))
}

// quotients divides times by others of the same round.
func quotients(times []time.Duration, by func(i int) time.Duration) string {
	var all []float64
	for i, d := range times {
		all = append(all, float64(d)/float64(by(i)))
	}
	return spreadOf(all).String()
}
