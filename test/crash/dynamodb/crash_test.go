// Package dynamodb kills the server in the midst of writes to DynamoDB, starts
// it again and compares what is there with what was acknowledged:
//
//   - nothing acknowledged is missing, and what was not is there whole or not
//     at all, however many items and tables it concerns;
//   - a transaction that is sent again with its token is not done twice;
//   - each index has the entries that its table's items give;
//   - each stream has one record of each change, whose images follow from one
//     another and end in what the table has.
//
// The files:
//
//   - crash_test.go:        the cycles of starting, writing and killing;
//   - tables_test.go:       the tables and indexes, how they are made and read;
//   - items_test.go:        items, and how they are compared;
//   - writers_test.go:      what writers do to single items;
//   - transactions_test.go: what they do to several, and a bank that many share;
//   - latecomers_test.go:   indexes that are added and removed meanwhile;
//   - stream_test.go:       replaying streams;
//   - ledger_test.go:       what was acknowledged, and what was not;
//   - large_test.go:        a large table, and how soon it answers again.
package dynamodb

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"cloudless/test/servertest"
)

const (
	writers           = 16 // each on a connection of its own
	cyclesPerTables   = 10 // then there are new tables, so that reading all of them stays quick
	fewest            = 50 // deeds in each cycle, on average, however slow the machine is
	shortest, longest = 200 * time.Millisecond, 500 * time.Millisecond
)

func TestCrashLeavesDynamoDBWhole(t *testing.T) {
	binary, data := servertest.Build(t), filepath.Join(t.TempDir(), "data")
	done := map[string]int{}
	g := &generation{ledger: newLedger()}
	for cycle := range servertest.Cycles(t, 50) {
		srv := servertest.Launch(t, binary, data)
		db := connect(srv, g.number)
		switch {
		case !g.created:
			g.begin(t, db)
			g.write(t, db, srv)
		case g.cycles < cyclesPerTables:
			g.check(t, db)
			g.write(t, db, srv)
		default:
			g.check(t, db)
			g.drop(t, db, done)
			srv.Kill(t)
			g = &generation{number: cycle, ledger: newLedger()}
		}
		if t.Failed() {
			t.Fatalf("in cycle %d", cycle)
		}
	}
	srv := servertest.Launch(t, binary, data)
	db := connect(srv, g.number)
	if g.created {
		g.check(t, db)
		g.drop(t, db, done)
	}
	srv.Kill(t)
	t.Log(done)
	for _, what := range []string{"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "transaction", "transfer"} {
		if done[what] == 0 {
			t.Errorf("no %s was done, so none was tested", what)
		}
	}
}

// generation is the life of two tables.
type generation struct {
	number  int
	created bool
	cycles  int // of writing
	ledger  *ledger
	late    [2]presence // of the index late, by table
}

// begin makes the tables, where no others are.
func (g *generation) begin(t *testing.T, db *database) {
	t.Helper()
	if names := db.names(t); len(names) > 0 {
		t.Fatalf("tables that were deleted are there: %v", names)
	}
	db.create(t)
	db.openBank(t, g.ledger)
	g.created = true
}

// write lets writers write until the server is killed.
func (g *generation) write(t *testing.T, db *database, srv *servertest.Process) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	g.cycles++
	g.ledger.dying.Store(false)
	var all sync.WaitGroup
	for n := range writers {
		w := &writer{t: t, db: db, ledger: g.ledger, pk: writerName(n)}
		all.Go(func() { w.run(ctx) })
	}
	all.Go(func() { db.watchBank(ctx, t, g.ledger) })
	all.Go(func() { g.changeIndexes(ctx, t, db) })
	time.Sleep(shortest)
	g.ledger.await(t, fewest*g.cycles)
	time.Sleep(rand.N(longest - shortest))
	g.ledger.dying.Store(true)
	srv.Kill(t)
	all.Wait()
}

// check compares what is there with the ledger.
func (g *generation) check(t *testing.T, db *database) {
	t.Helper()
	if got, want := db.names(t), []string{*db.table(0), *db.table(1)}; !slices.Equal(got, want) {
		t.Fatalf("the tables are %v, want %v", got, want)
	}
	read := db.read(t)
	unanswered := g.ledger.resolve(t, read)
	audit(t, read)
	for side := range sides {
		for _, x := range append(g.awaitLate(t, db, side), indexes...) {
			db.checkIndex(t, side, x, read)
		}
	}
	db.checkStreams(t, g.ledger, read)
	db.sendAgain(t, g.ledger, unanswered)
}

// drop deletes the tables, and adds what was done to a count.
func (g *generation) drop(t *testing.T, db *database, done map[string]int) {
	t.Helper()
	db.drop(t)
	for what, n := range g.ledger.done {
		done[what] += n
	}
}
