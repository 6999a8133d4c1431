// Package linear checks that DynamoDB's items are linearizable: whatever many
// clients at once were answered, each request took effect at one moment
// between its sending and its answer, or, where the server was killed before it
// answered, at one moment since its sending, or never.
//
// Clients write and read a handful of items while the server is killed and
// started again. What they asked and were answered is a history, and porcupine
// (github.com/anishathalye/porcupine) looks for an order of it that a single
// item would have given.
//
//   - linear_test.go:       the rounds, and the histories;
//   - items_test.go:        what may be done to one item, and what comes of it;
//   - transactions_test.go: the same for transactions over several items.
package linear

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"cloudless/test/servertest"
)

const (
	table = "registers"
	// livesOfRound is how often the server is started in the course of one
	// history. Each kill leaves requests without an answer, and each of those
	// doubles what porcupine has to consider.
	livesOfRound = 4
	life         = 200 * time.Millisecond // while clients are busy, and up to twice that
	pace         = 2 * time.Millisecond   // on average, between two requests of a client
)

// item is an item as the SDK has it.
type item = map[string]types.AttributeValue

// errDropped is what a request returns that is known to have done nothing, for
// a reason that an order of requests does not explain.
var errDropped = errors.New("met another transaction")

// ask sends one request and returns what was answered.
type ask func(ctx context.Context, db *dynamodb.Client, round int) (in, out any, err error)

// history is what clients asked and were answered.
type history struct {
	t     *testing.T
	start time.Time
	dying atomic.Bool

	mu         sync.Mutex
	operations []porcupine.Operation
}

// client asks until the server is gone. lost is the answer that did not come.
func (h *history) client(ctx context.Context, db *dynamodb.Client, id, round int, next func() ask, lost any) {
	for {
		time.Sleep(rand.N(2 * pace))
		call := time.Since(h.start).Nanoseconds()
		in, out, err := next()(ctx, db, round)
		answered := time.Since(h.start).Nanoseconds()
		switch _, refusal := errors.AsType[smithy.APIError](err); {
		case errors.Is(err, errDropped):
			continue
		case err != nil && (refusal || !h.dying.Load()):
			h.t.Errorf("%+v: %v", in, err)
			return
		case err != nil:
			out, answered = lost, math.MaxInt64
		}
		h.mu.Lock()
		h.operations = append(h.operations, porcupine.Operation{ClientId: id, Input: in, Call: call, Output: out, Return: answered})
		h.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// check fails the test if there is no order of the history's operations. Then
// it leaves a picture of it.
func (h *history) check(model porcupine.Model) {
	h.t.Helper()
	result, info := porcupine.CheckOperationsVerbose(model, h.operations, 2*time.Minute)
	if result == porcupine.Ok {
		return
	}
	file, err := os.CreateTemp("", "history-*.html")
	if err == nil {
		err = errors.Join(porcupine.Visualize(model, info, file), file.Close())
	}
	if err != nil {
		h.t.Error(err)
		return
	}
	h.t.Errorf("the history of %d operations is %s; see %s", len(h.operations), result, file.Name())
}

// server is what one test starts and kills.
type server struct {
	binary, data string
}

// lives runs clients through several lives of the server, in rounds with items
// of their own; setUp comes first in each.
func (s server) lives(t *testing.T, clients int, setUp func(*testing.T, *dynamodb.Client), next func() ask, lost any, model porcupine.Model) {
	operations := 0
	for round := range max(1, servertest.Cycles(t, 12)/livesOfRound) {
		h := &history{t: t, start: time.Now()}
		for n := range livesOfRound {
			srv := servertest.Launch(t, s.binary, s.data)
			db := dynamodb.NewFromConfig(srv.SDK())
			if n == 0 {
				setUp(t, db)
			}
			h.dying.Store(false)
			var all sync.WaitGroup
			for id := range clients {
				all.Go(func() { h.client(t.Context(), db, n*clients+id, round, next, lost) })
			}
			time.Sleep(life + rand.N(life))
			h.dying.Store(true)
			srv.Kill(t)
			all.Wait()
		}
		h.check(model)
		operations += len(h.operations)
		if t.Failed() {
			return
		}
	}
	t.Logf("%d operations", operations)
}

// createTable makes the table, if it is not there.
func createTable(t *testing.T, db *dynamodb.Client) {
	t.Helper()
	_, err := db.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String(table), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: "S"}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: "HASH"}},
	})
	if _, exists := errors.AsType[*types.ResourceInUseException](err); err != nil && !exists {
		t.Fatal(err)
	}
	if err := dynamodb.NewTableExistsWaiter(db).Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(table)}, time.Minute); err != nil {
		t.Fatal(err)
	}
}

func newServer(t *testing.T) server {
	return server{servertest.Build(t), filepath.Join(t.TempDir(), "data")}
}

// keyOf is the key of a round's item.
func keyOf(round, n int) item {
	return item{"pk": &types.AttributeValueMemberS{Value: strconv.Itoa(round) + "-" + strconv.Itoa(n)}}
}

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// valueOf reads the value of an item, 0 of none.
func valueOf(i item) int64 {
	v, ok := i["v"].(*types.AttributeValueMemberN)
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(v.Value, 10, 64)
	if err != nil {
		return -1 // nobody wrote that
	}
	return n
}
