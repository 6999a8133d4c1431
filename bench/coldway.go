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
	"strings"
	"time"
)

// The ways to run something from nothing, in the order in which they take turns.
const (
	coldBare    = iota // the bare interpreter, doing nothing
	coldAlone          // the bare interpreter, loading the handler and calling it once
	coldWaiting        // a new function, when an environment waits
	coldNone           // a new function, when none does
	coldWays
)

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
