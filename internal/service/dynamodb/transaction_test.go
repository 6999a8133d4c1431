package dynamodb

import (
	"fmt"
	"strings"
	"testing"
	"time"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
)

// transactWrite is one part of a transaction, such as put("t", item(…)).
type transactWrite = ddb.TransactWriteItem

func txPut(table string, it map[string]av, condition ...string) transactWrite {
	p := &ddb.Put{TableName: table, Item: it}
	if len(condition) > 0 {
		p.ConditionExpression = &condition[0]
	}
	return transactWrite{Put: p}
}

func txDelete(table string, key map[string]av) transactWrite {
	return transactWrite{Delete: &ddb.Delete{TableName: table, Key: key}}
}

func txUpdate(table string, key map[string]av, expression string, values map[string]av) transactWrite {
	return transactWrite{Update: &ddb.Update{TableName: table, Key: key, UpdateExpression: expression, ExpressionAttributeValues: values}}
}

func txCheck(table string, key map[string]av, condition string) transactWrite {
	return transactWrite{ConditionCheck: &ddb.ConditionCheck{TableName: table, Key: key, ConditionExpression: condition, ReturnValuesOnConditionCheckFailure: "ALL_OLD"}}
}

func (f *fixture) transactWrite(t *testing.T, parts ...transactWrite) error {
	t.Helper()
	_, err := f.TransactWriteItems(t.Context(), alice, &ddb.TransactWriteItemsInput{TransactItems: parts})
	return err
}

func twoTables(t *testing.T) *fixture {
	f := newFixture(t)
	f.create(t, tableOf("one", "pk:S"))
	f.create(t, tableOf("two", "pk:S", "sk:N"))
	return f
}

func TestTransactWriteItemsMakesAllChanges(t *testing.T) {
	f := twoTables(t)
	f.put(t, "one", item("pk", "gone"))
	f.put(t, "one", item("pk", "counter", "n", 1))
	f.put(t, "one", item("pk", "there"))
	err := f.transactWrite(t,
		txPut("one", item("pk", "a"), "attribute_not_exists(pk)"),
		txPut("two", item("pk", "a", "sk", 1)),
		txDelete("one", item("pk", "gone")),
		txUpdate("one", item("pk", "counter"), "ADD n :one", item(":one", 1)),
		txCheck("one", item("pk", "there"), "attribute_exists(pk)"))
	if err != nil {
		t.Fatalf("TransactWriteItems = %v", err)
	}
	equal(t, "the item put into one", show(f.get(t, "one", item("pk", "a"))), "pk=a")
	equal(t, "the item put into two", show(f.get(t, "two", item("pk", "a", "sk", 1))), "pk=a sk=1")
	equal(t, "the item deleted", show(f.get(t, "one", item("pk", "gone"))), "")
	equal(t, "the item updated", show(f.get(t, "one", item("pk", "counter"))), "n=2 pk=counter")
}

func TestTransactWriteItemsTellsWhyItWasCanceledAndChangesNothing(t *testing.T) {
	f := twoTables(t)
	f.put(t, "one", item("pk", "taken", "v", "x"))
	f.put(t, "one", item("pk", "text", "n", "no number"))
	err := f.transactWrite(t,
		txPut("one", item("pk", "new")),
		txPut("one", item("pk", "taken"), "attribute_not_exists(pk)"),
		txUpdate("one", item("pk", "text"), "SET n = n + :one", item(":one", 1)),
		txCheck("two", item("pk", "a", "sk", 1), "attribute_exists(pk)"))
	refused(t, "TransactWriteItems", err,
		"TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ValidationError, ConditionalCheckFailed]")
	reasons := awserr.From(err).Detail.(*ddb.TransactionCanceledExceptionDetail).CancellationReasons
	if reasons[0].Message != nil || *reasons[1].Message != "The conditional request failed" || reasons[1].Item != nil ||
		*reasons[2].Message != "An operand in the update expression has an incorrect data type" || reasons[3].Item != nil {
		t.Errorf("the reasons are %+v", reasons)
	}
	equal(t, "the item of the part that would have been made", show(f.get(t, "one", item("pk", "new"))), "")

	err = f.transactWrite(t, txCheck("one", item("pk", "taken"), "attribute_not_exists(pk)"))
	reasons = awserr.From(err).Detail.(*ddb.TransactionCanceledExceptionDetail).CancellationReasons
	equal(t, "the item that ALL_OLD shows", show(reasons[0].Item), "pk=taken v=x")
}

func TestTransactWriteItemsRefuses(t *testing.T) {
	f := twoTables(t)
	for _, tt := range []struct {
		name  string
		parts []transactWrite
		want  string
	}{
		{"two changes of one item", []transactWrite{txPut("one", item("pk", "a")), txDelete("one", item("pk", "a"))},
			"ValidationException: Transaction request cannot include multiple operations on one item"},
		{"a part without anything to do", []transactWrite{{}},
			"ValidationException: TransactItems can only contain one of Check, Put, Update or Delete"},
		{"a table that is not there", []transactWrite{txPut("none", item("pk", "a"))},
			"ResourceNotFoundException: Requested resource not found"},
		{"an item without its key", []transactWrite{txPut("two", item("pk", "a"))},
			"ValidationException: One or more parameter values were invalid: Missing the key sk in the item"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			refused(t, "TransactWriteItems", f.transactWrite(t, tt.parts...), tt.want)
		})
	}
}

func TestTransactionsAreAboutFourMegabytesAtMost(t *testing.T) {
	f := twoTables(t)
	var updates []transactWrite
	var gets []ddb.TransactGetItem
	for n := range 12 {
		key := item("pk", fmt.Sprint(n))
		f.put(t, "one", item("pk", fmt.Sprint(n), "v", strings.Repeat("x", 390<<10)))
		updates = append(updates, txUpdate("one", key, "SET w = :w", item(":w", 1)))
		gets = append(gets, ddb.TransactGetItem{Get: &ddb.Get{TableName: "one", Key: key}})
	}
	const want = "ValidationException: Transaction request exceeds the maximum size of 4 MB"
	refused(t, "updates of large items", f.transactWrite(t, updates...), want)
	_, err := f.TransactGetItems(t.Context(), alice, &ddb.TransactGetItemsInput{TransactItems: gets})
	refused(t, "reads of large items", err, want)
	if err := f.transactWrite(t, updates[:10]...); err != nil {
		t.Errorf("updates of ten items = %v", err)
	}
}

func TestTransactWriteItemsHappensOnceForEachToken(t *testing.T) {
	f := twoTables(t)
	add := func(token string, by int) *ddb.TransactWriteItemsInput {
		return &ddb.TransactWriteItemsInput{ClientRequestToken: &token, ReturnConsumedCapacity: "TOTAL",
			TransactItems: []transactWrite{txUpdate("one", item("pk", "counter"), "ADD n :by", item(":by", by))}}
	}
	first, err := f.TransactWriteItems(t.Context(), alice, add("t1", 1))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "units written", *first.ConsumedCapacity[0].WriteCapacityUnits, 2.0)
	again, err := f.TransactWriteItems(t.Context(), alice, add("t1", 1))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "units read by the repetition", *again.ConsumedCapacity[0].ReadCapacityUnits, 2.0)
	equal(t, "the counter", show(f.get(t, "one", item("pk", "counter"))), "n=1 pk=counter")

	_, err = f.TransactWriteItems(t.Context(), alice, add("t1", 2))
	if awserr.Code(err) != "IdempotentParameterMismatchException" {
		t.Errorf("another request with the token = %v", err)
	}
	f.clock.Advance(9 * time.Minute)
	if _, err := f.TransactWriteItems(t.Context(), alice, add("t1", 1)); err != nil {
		t.Fatal(err)
	}
	equal(t, "the counter after nine minutes", show(f.get(t, "one", item("pk", "counter"))), "n=1 pk=counter")
	f.clock.Advance(21 * time.Minute)
	if err := f.sweepTokens(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := f.TransactWriteItems(t.Context(), alice, add("t1", 1)); err != nil {
		t.Fatal(err)
	}
	equal(t, "the counter when the token is forgotten", show(f.get(t, "one", item("pk", "counter"))), "n=2 pk=counter")
}

func TestTransactWriteItemsAuthorizesEachPart(t *testing.T) {
	f := twoTables(t)
	for action, part := range map[string]transactWrite{
		"dynamodb:PutItem":            txPut("one", item("pk", "a")),
		"dynamodb:DeleteItem":         txDelete("one", item("pk", "a")),
		"dynamodb:UpdateItem":         txUpdate("one", item("pk", "a"), "SET v = :v", item(":v", 1)),
		"dynamodb:ConditionCheckItem": txCheck("one", item("pk", "a"), "attribute_exists(pk)"),
	} {
		f.judge.deny = action
		if err := f.transactWrite(t, part); awserr.Code(err) != awserr.CodeAccessDenied {
			t.Errorf("TransactWriteItems without %s = %v", action, err)
		}
	}
}

func TestTransactGetItemsReadsInOrder(t *testing.T) {
	f := twoTables(t)
	f.put(t, "one", item("pk", "a", "v", "x", "w", "y"))
	f.put(t, "two", item("pk", "b", "sk", 1))
	out, err := f.TransactGetItems(t.Context(), alice, &ddb.TransactGetItemsInput{ReturnConsumedCapacity: "TOTAL", TransactItems: []ddb.TransactGetItem{
		{Get: &ddb.Get{TableName: "two", Key: item("pk", "b", "sk", 1)}},
		{Get: &ddb.Get{TableName: "one", Key: item("pk", "none")}},
		{Get: &ddb.Get{TableName: "one", Key: item("pk", "a"), ProjectionExpression: new("v")}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var got []map[string]av
	for _, r := range out.Responses {
		got = append(got, r.Item)
	}
	equal(t, "the items", showAll(got), "pk=b sk=1; ; v=x")
	equal(t, "the tables that were read", len(out.ConsumedCapacity), 2)
	equal(t, "units of table one", *out.ConsumedCapacity[1].ReadCapacityUnits, 4.0)
}
