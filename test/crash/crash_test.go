// Package crash kills the server under load and looks what is left: all that
// was acknowledged, and a server that still answers.
//
//   - clients_test.go: clients of a server of the test's own;
//   - deeds_test.go:   what is written, kind by kind, and how it is read back;
//   - article_test.go: the article's API, which has to answer after each start;
//   - ledger_test.go:  what was acknowledged.
//
// The parts of a service can have more to lose than things: package
// test/crash/dynamodb looks after transactions, indexes and streams, test/crash/lambda
// after what functions are given for later.
package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"cloudless/test/servertest"
)

func TestCrashLosesNothingAcknowledged(t *testing.T) {
	binary := servertest.Build(t)
	data := filepath.Join(t.TempDir(), "data")
	acknowledged := newLedger()
	var a article
	for cycle := range servertest.Cycles(t, 5) {
		srv := servertest.Launch(t, binary, data)
		c := connect(srv)
		if cycle == 0 {
			prepare(t, c)
			a = publish(t, c)
		}
		acknowledged.verify(t, c)
		a.post(t, c, acknowledged, strconv.Itoa(cycle))

		before := acknowledged.counts()
		ctx, stop := context.WithCancel(t.Context())
		var writers sync.WaitGroup
		for writer := range 8 {
			writers.Go(func() { write(ctx, c, acknowledged, fmt.Sprintf("%d-%d", cycle, writer)) })
		}
		acknowledged.awaitEach(t, before)
		time.Sleep(rand.N(350 * time.Millisecond))
		srv.Kill(t)
		stop()
		writers.Wait()
	}
	srv := servertest.Launch(t, binary, data)
	c := connect(srv)
	acknowledged.verify(t, c)
	a.post(t, c, acknowledged, "last")
	t.Log(acknowledged)
	srv.Kill(t)
}
