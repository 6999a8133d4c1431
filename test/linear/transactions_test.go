package linear

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

const (
	members             = 3 // items of a transaction
	transactionsClients = 5
)

// values are those of all items that transactions are about.
type values [members]int64

// exchange is what is asked of the items together: to read them all, or to
// write new where old is, with 0 for an item that is left alone.
type exchange struct {
	read     bool
	old, new values
}

// exchanged is what is answered.
type exchanged struct {
	lost, refused bool
	values        values // that were read
}

// exchangeModel holds all items to one order.
var exchangeModel = porcupine.Model{
	Init: func() any { return values{} },
	Step: func(state, in, out any) (bool, any) {
		now, asked, answered := state.(values), in.(exchange), out.(exchanged)
		if asked.read {
			return answered.lost || answered.values == now, now
		}
		after, refused := now, false
		for n, v := range asked.new {
			if v != 0 {
				after[n] = v
				refused = refused || now[n] != asked.old[n]
			}
		}
		if refused {
			after = now
		}
		return answered.lost || answered.refused == refused, after
	},
	DescribeOperation: func(in, out any) string { return fmt.Sprintf("%+v → %+v", in, out) },
	DescribeState:     func(state any) string { return fmt.Sprint(state) },
}

func TestTransactionsAreSerializable(t *testing.T) {
	var unique atomic.Int64
	var seen [members]atomic.Int64
	next := func() ask {
		return func(ctx context.Context, db *dynamodb.Client, round int) (any, any, error) {
			if rand.IntN(3) == 0 {
				out, err := readAll(ctx, db, round)
				for n := range seen {
					if err == nil {
						seen[n].Store(out.values[n])
					}
				}
				return exchange{read: true}, out, err
			}
			var in exchange
			for n := range members {
				if in.old[n] = seen[n].Load(); rand.IntN(2) == 0 {
					in.new[n] = unique.Add(1)
				}
			}
			if in.new == (values{}) {
				in.new[0] = unique.Add(1)
			}
			out, err := in.send(ctx, db, round)
			for n, v := range in.new {
				if err == nil && !out.refused && v != 0 {
					seen[n].Store(v)
				}
			}
			return in, out, err
		}
	}
	setUp := func(t *testing.T, db *dynamodb.Client) {
		createTable(t, db)
		for n := range seen {
			seen[n].Store(0)
		}
	}
	newServer(t).lives(t, transactionsClients, setUp, next, exchanged{lost: true}, exchangeModel)
}

// transactionKey keeps these items apart from those of the other test.
func transactionKey(round, n int) item { return keyOf(round, 100+n) }

func readAll(ctx context.Context, db *dynamodb.Client, round int) (exchanged, error) {
	in := &dynamodb.TransactGetItemsInput{}
	for n := range members {
		in.TransactItems = append(in.TransactItems, types.TransactGetItem{Get: &types.Get{TableName: aws.String(table), Key: transactionKey(round, n)}})
	}
	out, err := db.TransactGetItems(ctx, in)
	if err != nil {
		return exchanged{}, dropConflict(err)
	}
	var answered exchanged
	for n, r := range out.Responses {
		answered.values[n] = valueOf(r.Item)
	}
	return answered, nil
}

// send writes the new values in one request: a transaction, or for a single
// item an update.
func (x exchange) send(ctx context.Context, db *dynamodb.Client, round int) (exchanged, error) {
	var updates []*types.Update
	for n, v := range x.new {
		if v == 0 {
			continue
		}
		u := &types.Update{TableName: aws.String(table), Key: transactionKey(round, n), UpdateExpression: aws.String("SET v = :new"),
			ConditionExpression: aws.String("v = :old"), ExpressionAttributeValues: item{":new": number(v), ":old": number(x.old[n])}}
		if x.old[n] == 0 {
			u.ConditionExpression, u.ExpressionAttributeValues = aws.String("attribute_not_exists(v)"), item{":new": number(v)}
		}
		updates = append(updates, u)
	}
	var err error
	if len(updates) == 1 {
		u := updates[0]
		_, err = db.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: u.TableName, Key: u.Key, UpdateExpression: u.UpdateExpression,
			ConditionExpression: u.ConditionExpression, ExpressionAttributeValues: u.ExpressionAttributeValues})
	} else {
		in := &dynamodb.TransactWriteItemsInput{}
		for _, u := range updates {
			in.TransactItems = append(in.TransactItems, types.TransactWriteItem{Update: u})
		}
		_, err = db.TransactWriteItems(ctx, in)
	}
	if _, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return exchanged{refused: true}, nil
	}
	if err = dropConflict(err); err != nil {
		if _, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
			return exchanged{refused: true}, nil
		}
	}
	return exchanged{}, err
}
