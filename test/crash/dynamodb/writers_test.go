package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// keysOfWriter is how many items of each table a writer alone writes.
const keysOfWriter = 12

// writer writes items of its own, whose state it therefore knows exactly, and
// transfers between accounts that are everybody's.
type writer struct {
	t      *testing.T
	db     *database
	ledger *ledger
	pk     string
}

// run writes until the server is gone.
func (w *writer) run(ctx context.Context) {
	deeds := []func(context.Context) bool{w.put, w.put, w.update, w.update, w.updateInVain, w.remove, w.get, w.batch,
		w.transact, w.transact, w.transactInVain, w.transfer, w.transfer, w.transfer}
	for deeds[rand.IntN(len(deeds))](ctx) {
	}
}

func (w *writer) anyKey() key { return key{rand.IntN(2), w.pk, rand.IntN(keysOfWriter)} }

// existing returns a key whose item is there, if there is one.
func (w *writer) existing() (key, item) {
	for range 20 {
		k := w.anyKey()
		if i := w.ledger.item(k); i != nil {
			return k, i
		}
	}
	return key{}, nil
}

func (w *writer) put(ctx context.Context) bool {
	k := w.anyKey()
	before, after := w.ledger.item(k), invent(k, w.ledger.next())
	d := deed{what: "PutItem", changes: map[key]change{k: {before, after}}, versions: []int64{after.number("v")}, whole: true}
	out, err := w.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: w.db.table(k.side), Item: after, ReturnValues: types.ReturnValueAllOld})
	if err == nil && before.String() != fromAnswer(out.Attributes).String() {
		w.t.Errorf("PutItem replaced %.300s; it was %.300s", fromAnswer(out.Attributes), before)
	}
	return w.ledger.settle(w.t, d, err, false)
}

// fromAnswer reads no attributes as no item.
func fromAnswer(attributes item) item {
	if len(attributes) == 0 {
		return nil
	}
	return attributes
}

// edit is an update of an item, as an expression and as its effect.
type edit struct {
	expression string
	values     item
	after      item
}

func (w *writer) edit(before item) edit {
	version := w.ledger.next()
	e := edit{
		expression: "SET v = :v, #group = :group, extra = :extra",
		values:     item{":v": num(version), ":group": group(), ":extra": extra(version), ":one": num(1)},
		after:      maps.Clone(before),
	}
	e.after["v"], e.after["group"], e.after["extra"] = e.values[":v"], e.values[":group"], e.values[":extra"]
	e.after["n"] = num(before.number("n") + 1)
	if rand.IntN(2) == 0 {
		e.values[":mark"] = str(mark(version))
		e.after["mark"] = e.values[":mark"]
		e.expression += ", mark = :mark ADD n :one"
	} else {
		delete(e.after, "mark")
		e.expression += " ADD n :one REMOVE mark"
	}
	return e
}

var editNames = map[string]string{"#group": "group"}

func (w *writer) update(ctx context.Context) bool {
	k, before := w.existing()
	if before == nil {
		return w.put(ctx)
	}
	e := w.edit(before)
	e.values[":old"] = before["v"]
	d := deed{what: "UpdateItem", changes: map[key]change{k: {before, e.after}}, versions: []int64{e.after.number("v")}, whole: true}
	out, err := w.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: w.db.table(k.side), Key: k.attributes(), UpdateExpression: &e.expression, ConditionExpression: aws.String("v = :old"),
		ExpressionAttributeNames: editNames, ExpressionAttributeValues: e.values, ReturnValues: types.ReturnValueAllNew,
	})
	if err == nil && item(out.Attributes).String() != e.after.String() {
		w.t.Errorf("UpdateItem made %.300s of %.300s; due was %.300s", item(out.Attributes), before, e.after)
	}
	return w.ledger.settle(w.t, d, err, false)
}

// updateInVain sends an update whose condition does not hold.
func (w *writer) updateInVain(ctx context.Context) bool {
	k, before := w.existing()
	if before == nil {
		return w.put(ctx)
	}
	e := w.edit(before)
	e.values[":old"] = num(-1)
	_, err := w.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: w.db.table(k.side), Key: k.attributes(), UpdateExpression: &e.expression, ConditionExpression: aws.String("v = :old"),
		ExpressionAttributeNames: editNames, ExpressionAttributeValues: e.values,
	})
	if err == nil {
		w.t.Errorf("an update of %s went through although its condition does not hold", k)
	}
	return w.ledger.settle(w.t, deed{what: "UpdateItem in vain", versions: []int64{e.after.number("v")}}, err, true)
}

func (w *writer) remove(ctx context.Context) bool {
	k, before := w.existing()
	if before == nil {
		return w.put(ctx)
	}
	d := deed{what: "DeleteItem", changes: map[key]change{k: {before, nil}}, whole: true}
	out, err := w.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: w.db.table(k.side), Key: k.attributes(), ConditionExpression: aws.String("v = :old"),
		ExpressionAttributeValues: item{":old": before["v"]}, ReturnValues: types.ReturnValueAllOld,
	})
	if err == nil && item(out.Attributes).String() != before.String() {
		w.t.Errorf("DeleteItem deleted %.300s; it was %.300s", item(out.Attributes), before)
	}
	return w.ledger.settle(w.t, d, err, false)
}

// get reads what the writer has written last.
func (w *writer) get(ctx context.Context) bool {
	k := w.anyKey()
	out, err := w.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: w.db.table(k.side), Key: k.attributes(), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return w.ledger.settle(w.t, deed{what: "GetItem"}, err, false)
	}
	if got, want := fromAnswer(out.Item), w.ledger.item(k); got.String() != want.String() {
		w.t.Errorf("%s was read as %.300s; it is %.300s", k, got, want)
	}
	return true
}

// batch puts and deletes several items, of which each is for itself.
func (w *writer) batch(ctx context.Context) bool {
	d := deed{what: "BatchWriteItem", changes: map[key]change{}}
	requests := map[string][]types.WriteRequest{}
	for range 5 {
		k := w.anyKey()
		before := w.ledger.item(k)
		if _, twice := d.changes[k]; twice {
			continue
		}
		request := types.WriteRequest{}
		if before != nil && rand.IntN(3) == 0 {
			request.DeleteRequest = &types.DeleteRequest{Key: k.attributes()}
			d.changes[k] = change{before, nil}
		} else {
			after := invent(k, w.ledger.next())
			request.PutRequest = &types.PutRequest{Item: after}
			d.changes[k] = change{before, after}
			d.versions = append(d.versions, after.number("v"))
		}
		requests[*w.db.table(k.side)] = append(requests[*w.db.table(k.side)], request)
	}
	out, err := w.db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: requests})
	if err == nil && len(out.UnprocessedItems) > 0 {
		err = errors.New("items were left unprocessed, without a limit of throughput")
	}
	return w.ledger.settle(w.t, d, err, false)
}

func writerName(n int) string { return fmt.Sprintf("writer-%02d", n) }
