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
	items        = 4
	itemsClients = 10
)

// operation is what may be done to an item. The value of one that is not there
// is 0.
type operation string

const (
	get      operation = "get"       // answers the value
	put      operation = "put"       // writes new, answers the value before
	write    operation = "write"     // the same without an answer
	create   operation = "create"    // writes new where nothing is
	swap     operation = "swap"      // writes new where old is
	add      operation = "add"       // adds new, answers the sum
	remove   operation = "remove"    // deletes, answers the value before
	removeIf operation = "remove if" // deletes where old is
)

// input is what is asked of an item. old is what the client believes to be
// there.
type input struct {
	do       operation
	key      int
	old, new int64
}

// output is what is answered. A refusal tells the value that was there.
type output struct {
	lost    bool // nobody knows
	refused bool
	value   int64
}

// step is what an item does.
func step(state int64, in input) (after int64, out output) {
	switch in.do {
	case get:
		return state, output{value: state}
	case put:
		return in.new, output{value: state}
	case write:
		return in.new, output{}
	case add:
		return state + in.new, output{value: state + in.new}
	case remove:
		return 0, output{value: state}
	case create:
		if state == 0 {
			return in.new, output{}
		}
	case swap:
		if state == in.old && state != 0 {
			return in.new, output{}
		}
	case removeIf:
		if state == in.old && state != 0 {
			return 0, output{}
		}
	}
	return state, output{refused: true, value: state}
}

// itemModel holds one item to step, each for itself.
var itemModel = porcupine.Model{
	Partition: func(all []porcupine.Operation) [][]porcupine.Operation {
		parts := make([][]porcupine.Operation, items)
		for _, o := range all {
			k := o.Input.(input).key
			parts[k] = append(parts[k], o)
		}
		return parts
	},
	Init: func() any { return int64(0) },
	Step: func(state, in, out any) (bool, any) {
		after, due := step(state.(int64), in.(input))
		return out.(output).lost || out.(output) == due, after
	},
	DescribeOperation: func(in, out any) string { return fmt.Sprintf("%+v → %+v", in, out) },
	DescribeState:     func(state any) string { return fmt.Sprint(state) },
}

func TestItemsAreLinearizable(t *testing.T) {
	var values atomic.Int64
	var seen [items]atomic.Int64 // what was last seen there, by anybody
	next := func() ask {
		return func(ctx context.Context, db *dynamodb.Client, round int) (any, any, error) {
			in := input{key: rand.IntN(items), new: values.Add(1)}
			in.old = seen[in.key].Load()
			r := request{db, in, keyOf(round, in.key)}
			possible := []func(context.Context) (input, output, error){
				r.get, r.get, r.query, r.batchGet, r.transactGet, r.put, r.batchWrite, r.create, r.swap, r.swap, r.swap, r.transactSwap, r.add, r.remove, r.removeIf}
			in, out, err := possible[rand.IntN(len(possible))](ctx)
			switch {
			case err != nil:
			case in.do == put || in.do == write || !out.refused && (in.do == create || in.do == swap):
				seen[in.key].Store(in.new)
			default:
				seen[in.key].Store(out.value)
			}
			return in, out, err
		}
	}
	setUp := func(t *testing.T, db *dynamodb.Client) { createTable(t, db) }
	newServer(t).lives(t, itemsClients, setUp, next, output{lost: true}, itemModel)
}

// request is one request about one item; its methods are the ways to ask.
type request struct {
	db  *dynamodb.Client
	in  input
	key item
}

func (r request) item() item {
	return item{"pk": r.key["pk"], "v": number(r.in.new)}
}

func (r request) get(ctx context.Context) (input, output, error) {
	r.in.do = get
	out, err := r.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(table), Key: r.key, ConsistentRead: aws.Bool(true)})
	if err != nil {
		return r.in, output{}, err
	}
	return r.in, output{value: valueOf(out.Item)}, nil
}

func (r request) query(ctx context.Context) (input, output, error) {
	r.in.do = get
	out, err := r.db.Query(ctx, &dynamodb.QueryInput{TableName: aws.String(table), ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: item{":pk": r.key["pk"]}})
	switch {
	case err != nil:
		return r.in, output{}, err
	case out.Count == 0:
		return r.in, output{}, nil
	}
	return r.in, output{value: valueOf(out.Items[0])}, nil
}

func (r request) batchGet(ctx context.Context) (input, output, error) {
	r.in.do = get
	out, err := r.db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		table: {Keys: []map[string]types.AttributeValue{r.key}, ConsistentRead: aws.Bool(true)}}})
	switch {
	case err != nil:
		return r.in, output{}, err
	case len(out.UnprocessedKeys) > 0:
		return r.in, output{}, errDropped
	case len(out.Responses[table]) == 0:
		return r.in, output{}, nil
	}
	return r.in, output{value: valueOf(out.Responses[table][0])}, nil
}

func (r request) transactGet(ctx context.Context) (input, output, error) {
	r.in.do = get
	out, err := r.db.TransactGetItems(ctx, &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{
		{Get: &types.Get{TableName: aws.String(table), Key: r.key}}}})
	if err != nil {
		return r.in, output{}, dropConflict(err)
	}
	return r.in, output{value: valueOf(out.Responses[0].Item)}, nil
}

func (r request) put(ctx context.Context) (input, output, error) {
	r.in.do = put
	out, err := r.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(table), Item: r.item(), ReturnValues: types.ReturnValueAllOld})
	if err != nil {
		return r.in, output{}, err
	}
	return r.in, output{value: valueOf(out.Attributes)}, nil
}

func (r request) batchWrite(ctx context.Context) (input, output, error) {
	r.in.do = write
	out, err := r.db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{
		table: {{PutRequest: &types.PutRequest{Item: r.item()}}}}})
	if err == nil && len(out.UnprocessedItems) > 0 {
		err = errDropped
	}
	return r.in, output{}, err
}

func (r request) create(ctx context.Context) (input, output, error) {
	r.in.do = create
	_, err := r.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(table), Item: r.item(),
		ConditionExpression: aws.String("attribute_not_exists(pk)"), ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
	return r.conditional(err)
}

func (r request) swap(ctx context.Context) (input, output, error) {
	r.in.do = swap
	_, err := r.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: aws.String(table), Key: r.key,
		UpdateExpression: aws.String("SET v = :new"), ConditionExpression: aws.String("v = :old"),
		ExpressionAttributeValues:           item{":new": number(r.in.new), ":old": number(r.in.old)},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
	return r.conditional(err)
}

func (r request) transactSwap(ctx context.Context) (input, output, error) {
	r.in.do = swap
	_, err := r.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{{Update: &types.Update{
		TableName: aws.String(table), Key: r.key,
		UpdateExpression: aws.String("SET v = :new"), ConditionExpression: aws.String("v = :old"),
		ExpressionAttributeValues:           item{":new": number(r.in.new), ":old": number(r.in.old)},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}}}})
	canceled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if ok && *canceled.CancellationReasons[0].Code == "ConditionalCheckFailed" {
		return r.in, output{refused: true, value: valueOf(canceled.CancellationReasons[0].Item)}, nil
	}
	return r.in, output{}, dropConflict(err)
}

func (r request) add(ctx context.Context) (input, output, error) {
	r.in.do, r.in.new = add, r.in.new<<20 // sums are to tell what was added
	out, err := r.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: aws.String(table), Key: r.key, UpdateExpression: aws.String("ADD v :new"),
		ExpressionAttributeValues: item{":new": number(r.in.new)}, ReturnValues: types.ReturnValueUpdatedNew})
	if err != nil {
		return r.in, output{}, err
	}
	return r.in, output{value: valueOf(out.Attributes)}, nil
}

func (r request) remove(ctx context.Context) (input, output, error) {
	r.in.do = remove
	out, err := r.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(table), Key: r.key, ReturnValues: types.ReturnValueAllOld})
	if err != nil {
		return r.in, output{}, err
	}
	return r.in, output{value: valueOf(out.Attributes)}, nil
}

func (r request) removeIf(ctx context.Context) (input, output, error) {
	r.in.do = removeIf
	_, err := r.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(table), Key: r.key, ConditionExpression: aws.String("v = :old"),
		ExpressionAttributeValues:           item{":old": number(r.in.old)},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
	return r.conditional(err)
}

// conditional is the answer of a request with a condition.
func (r request) conditional(err error) (input, output, error) {
	if refused, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return r.in, output{refused: true, value: valueOf(refused.Item)}, nil
	}
	return r.in, output{}, dropConflict(err)
}

// dropConflict says of a request that met a transaction that it did nothing.
func dropConflict(err error) error {
	if _, ok := errors.AsType[*types.TransactionConflictException](err); ok {
		return errDropped
	}
	canceled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok {
		return err
	}
	for _, reason := range canceled.CancellationReasons {
		if *reason.Code == "TransactionConflict" {
			return errDropped
		}
	}
	return err
}

// The model itself has to be able to say no.
func TestItemModelRefusesStaleReads(t *testing.T) {
	at := func(client int, call, ret int64, in input, out output) porcupine.Operation {
		return porcupine.Operation{ClientId: client, Input: in, Call: call, Output: out, Return: ret}
	}
	first := at(0, 0, 1, input{do: put, new: 1}, output{})
	second := at(0, 2, 3, input{do: swap, old: 1, new: 2}, output{})
	for name, tt := range map[string]struct {
		history []porcupine.Operation
		want    bool
	}{
		"a read of what was last written": {[]porcupine.Operation{first, second, at(1, 4, 5, input{do: get}, output{value: 2})}, true},
		"a read of what was overwritten":  {[]porcupine.Operation{first, second, at(1, 4, 5, input{do: get}, output{value: 1})}, false},
		"a read while it is overwritten":  {[]porcupine.Operation{first, second, at(1, 2, 3, input{do: get}, output{value: 1})}, true},
		"two swaps of one value":          {[]porcupine.Operation{first, second, at(1, 2, 3, input{do: swap, old: 1, new: 3}, output{})}, false},
		"a lost write that shows late": {[]porcupine.Operation{first, at(1, 2, 1<<62, input{do: put, new: 7}, output{lost: true}),
			at(0, 4, 5, input{do: get}, output{value: 1}), at(0, 6, 7, input{do: get}, output{value: 7})}, true},
		"a lost write that shows and is gone again": {[]porcupine.Operation{first, at(1, 2, 1<<62, input{do: put, new: 7}, output{lost: true}),
			at(0, 4, 5, input{do: get}, output{value: 7}), at(0, 6, 7, input{do: get}, output{value: 1})}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := porcupine.CheckOperations(itemModel, tt.history); got != tt.want {
				t.Errorf("linearizable: %v, want %v", got, tt.want)
			}
		})
	}
}
