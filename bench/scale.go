package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	idleFunctions = 1000
	usedFunctions = 100 // of those, that were invoked once
	atOnce        = 200 // environments

	// reaped is longer than environments are kept that nobody needs.
	reaped = 7 * time.Minute
)

// waiting answers when its time has come, so that all of them are there at once.
const waiting = `exports.handler = async ({ until }) => {
  await new Promise((resolve) => setTimeout(resolve, until - Date.now()));
  return { stream: process.env.AWS_LAMBDA_LOG_STREAM_NAME };
};`

// runScale makes many functions, which must cost nothing while nobody calls them,
// and has many environments work at once.
func runScale(ctx context.Context, b *bench) (section, error) {
	c, err := b.startCloudless(ctx)
	if err != nil {
		return section{}, err
	}
	role, err := c.createRole(ctx, "scale")
	if err != nil {
		return section{}, err
	}
	t := section{title: "Many functions, and many environments", header: []string{" what", "processes", "memory of the server", "more than before", "memory of all processes"}}
	base := int64(0)
	note := func(what string) {
		u := c.usage()
		if base == 0 {
			base = u.server
		}
		t.rows = append(t.rows, []string{what, fmt.Sprint(u.processes), megabytes(u.server), megabytes(u.server - base), megabytes(u.all)})
	}
	c.process.settle(ctx)
	note("an empty server")
	for i := range idleFunctions {
		p := program{name: fmt.Sprint("idle-", i), source: trivial, runtime: "nodejs22.x", memoryMB: 128}
		if _, err := c.createFunction(ctx, p, role); err != nil {
			return section{}, err
		}
	}
	c.process.settle(ctx)
	note(fmt.Sprintf("%d functions", idleFunctions))
	if err := c.invokeEach(ctx, usedFunctions); err != nil {
		return section{}, err
	}
	note(fmt.Sprintf("%d of them, called once each", usedFunctions))
	if err := c.awaitNone(ctx); err != nil {
		return section{}, err
	}
	c.process.settle(ctx)
	note("the same, when their environments have gone")

	if _, err := c.createFunction(ctx, program{name: "waiting", source: waiting, runtime: "nodejs22.x", memoryMB: 128}, role); err != nil {
		return section{}, err
	}
	took, streams, err := c.crowd(ctx, note)
	if err != nil {
		return section{}, err
	}
	t.notes = append(t.notes,
		fmt.Sprintf("%d calls at once were answered by %d environments, the first of them new; the last had begun after %.1f s.", atOnce, streams, took.Seconds()),
		"Memory is the proportional share (PSS) of each process, or what is its own where that cannot be read; the server's is what it holds (RSS). Functions have 128 MB.")
	return t, nil
}

// invokeEach calls the first so many of the functions, one after another.
func (c *cloudless) invokeEach(ctx context.Context, n int) error {
	for i := range n {
		if err := c.call(ctx, "lambda", http.MethodPost, fmt.Sprintf("/2015-03-31/functions/idle-%d/invocations", i), struct{}{}, nil); err != nil {
			return err
		}
	}
	return nil
}

// awaitNone waits until the server has no process besides itself.
func (c *cloudless) awaitNone(ctx context.Context) error {
	for deadline := time.Now().Add(reaped); c.usage().processes > 1; {
		if time.Now().After(deadline) {
			return errors.New("environments that nobody needs do not go")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
	return nil
}

// crowd has many environments at work at once, and looks at them when all are. It
// returns how long it took until then, and how many there were.
func (c *cloudless) crowd(ctx context.Context, note func(what string)) (took time.Duration, environments int, err error) {
	// A first call tells how long a cold start takes here, and leaves out the
	// fetching of what is fetched once.
	start := time.Now()
	if err := c.call(ctx, "lambda", http.MethodPost, "/2015-03-31/functions/waiting/invocations", map[string]int64{"until": 0}, nil); err != nil {
		return 0, 0, err
	}
	longest := min(20*time.Second+atOnce*time.Since(start), 100*time.Second) // the function has 120
	start = time.Now()
	until := start.Add(longest)
	var group sync.WaitGroup
	var mu sync.Mutex
	streams := map[string]bool{}
	var failed []error
	for range atOnce {
		group.Go(func() {
			stream, err := c.wait(ctx, until)
			mu.Lock()
			defer mu.Unlock()
			failed = append(failed, err)
			streams[stream] = true
		})
	}
	for time.Now().Before(until.Add(-2*time.Second)) && c.atWork(ctx) < atOnce {
		time.Sleep(100 * time.Millisecond)
	}
	took = time.Since(start)
	note(fmt.Sprintf("%d environments at work at once", atOnce))
	group.Wait()
	return took, len(streams), errors.Join(failed...)
}

// wait has a function wait, and returns the log stream of its environment.
func (c *cloudless) wait(ctx context.Context, until time.Time) (stream string, err error) {
	r, err := c.sign(ctx, "lambda", http.MethodPost, "/2015-03-31/functions/waiting/invocations", nil, fmt.Appendf(nil, `{"until":%d}`, until.UnixMilli()))
	if err != nil {
		return "", err
	}
	connection, err := newConn(c.url)
	if err != nil {
		return "", err
	}
	defer connection.close()
	status, text, err := connection.send(&r, "", until.Add(patience))
	var answer struct{ Stream string }
	if err == nil && (status != http.StatusOK || json.Unmarshal(text, &answer) != nil || answer.Stream == "") {
		err = fmt.Errorf("answer %d: %.300s", status, text)
	}
	return answer.Stream, err
}

// atWork counts the environments that have an event.
func (c *cloudless) atWork(ctx context.Context) (n int) {
	status, text, err := roundTrip(ctx, c.url, request{head: []byte("GET /_cloudless/health HTTP/1.1\r\nHost: " + c.address + "\r\n")})
	if err != nil || status != http.StatusOK {
		return 0
	}
	var health struct {
		Functions struct {
			Environments []struct{ State string } `json:"environments"`
		} `json:"functions"`
	}
	if json.Unmarshal(text, &health) != nil {
		return 0
	}
	for _, e := range health.Functions.Environments {
		if e.State == "busy" {
			n++
		}
	}
	return n
}

// usage is what a server and all that it has started use.
type usage struct {
	processes int
	server    int64 // bytes
	all       int64
}

func (c *cloudless) usage() (u usage) {
	children := map[string][]string{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		if len(fields) > 1 {
			children[fields[1]] = append(children[fields[1]], filepath.Base(filepath.Dir(path)))
		}
	}
	u.server, _ = c.process.memory()
	for queue := []string{strconv.Itoa(c.process.cmd.Process.Pid)}; len(queue) > 0; queue = queue[1:] {
		u.processes++
		u.all += proportional(queue[0])
		queue = append(queue, children[queue[0]]...)
	}
	return u
}

// proportional is the memory of a process, of which what it shares counts in
// proportion.
func proportional(pid string) int64 {
	if text, err := os.ReadFile("/proc/" + pid + "/smaps_rollup"); err == nil {
		return parseKB(string(text), "Pss:")
	}
	text, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return 0 // it has ended
	}
	return parseKB(string(text), "RssAnon:")
}
