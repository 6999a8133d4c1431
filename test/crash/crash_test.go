// Package crash kills the server under load and looks what is left: all that
// was acknowledged, and a server that still answers.
//
//   - server_test.go:  a server of the test's own, and clients of it;
//   - deeds_test.go:   what is written, kind by kind, and how it is read back;
//   - article_test.go: the article's API, which has to answer after each start;
//   - ledger_test.go:  what was acknowledged.
package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"
)

// cycles is how often the server is killed: a few times in a test run, and as
// often as CLOUDLESS_CRASH_CYCLES says.
func cycles(t *testing.T) int {
	text := os.Getenv("CLOUDLESS_CRASH_CYCLES")
	if text == "" {
		return 5
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("CLOUDLESS_CRASH_CYCLES: %v", err)
	}
	return n
}

func TestCrashLosesNothingAcknowledged(t *testing.T) {
	binary := build(t)
	data := filepath.Join(t.TempDir(), "data")
	acknowledged := newLedger()
	var a article
	for cycle := range cycles(t) {
		srv := start(t, binary, data)
		c := connect(srv.server)
		if cycle == 0 {
			prepare(t, c)
			a = publish(t, c)
		}
		acknowledged.verify(t, c)
		a.post(t, c, acknowledged, strconv.Itoa(cycle))

		ctx, stop := context.WithCancel(t.Context())
		var writers sync.WaitGroup
		for writer := range 8 {
			writers.Go(func() { write(ctx, c, acknowledged, fmt.Sprintf("%d-%d", cycle, writer)) })
		}
		time.Sleep(time.Duration(150+rand.IntN(350)) * time.Millisecond)
		srv.kill(t)
		stop()
		writers.Wait()
	}
	srv := start(t, binary, data)
	c := connect(srv.server)
	acknowledged.verify(t, c)
	a.post(t, c, acknowledged, "last")
	t.Log(acknowledged)
	for _, k := range kinds {
		if acknowledged.count(k.name) == 0 {
			t.Errorf("no %s was written, so none was tested", k.name)
		}
	}
	srv.kill(t)
}
