package dynamodb

import (
	"fmt"
	"testing"
	"time"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
)

// narrow makes a table of one unit a second, with a global index of as much.
func narrow(t *testing.T, change ...func(*Config)) *fixture {
	f := newFixture(t, change...)
	in := tableOf("narrow", "pk:S")
	one := &ddb.ProvisionedThroughput{ReadCapacityUnits: 1, WriteCapacityUnits: 1}
	in.AttributeDefinitions = append(in.AttributeDefinitions, ddb.AttributeDefinition{AttributeName: "g", AttributeType: "S"})
	in.GlobalSecondaryIndexes = []ddb.GlobalSecondaryIndex{global("byG", "g", "ALL")}
	in.GlobalSecondaryIndexes[0].ProvisionedThroughput = one
	in.BillingMode, in.ProvisionedThroughput = "", one
	f.create(t, in)
	return f
}

// exhaust puts items until one is refused.
func (f *fixture) exhaust(t *testing.T, it map[string]av) (admitted int, refusal error) {
	for admitted = range 1000 {
		it["n"] = num(admitted)
		if _, refusal = f.PutItem(t.Context(), alice, &ddb.PutItemInput{TableName: "narrow", Item: it}); refusal != nil {
			return admitted, refusal
		}
	}
	return 1000, nil
}

const (
	tableExceeded = "ProvisionedThroughputExceededException: The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API."
	indexExceeded = "ProvisionedThroughputExceededException: The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded. " +
		"Consider increasing your provisioning level for the under-provisioned global secondary indexes with the UpdateTable API"
)

func TestWritesBeyondTheBurstAreRefused(t *testing.T) {
	f := narrow(t)
	n, err := f.exhaust(t, item("pk", "a"))
	equal(t, "writes of five minutes", n, 300)
	refused(t, "the next one", err, tableExceeded)
	reason := awserr.From(err).Detail.(*ddb.ProvisionedThroughputExceededExceptionDetail).ThrottlingReasons[0]
	equal(t, "its reason", *reason.Reason+" of "+*reason.Resource, "TableWriteProvisionedThroughputExceeded of arn:aws:dynamodb:us-east-1:000000000000:table/narrow")
	f.get(t, "narrow", item("pk", "a")) // reads are another matter
	f.clock.Advance(2 * time.Second)
	n, _ = f.exhaust(t, item("pk", "b"))
	equal(t, "writes two seconds later", n, 2)
}

func TestAnIndexThatIsExhaustedStopsTheTable(t *testing.T) {
	f := narrow(t)
	n := 0
	var err error
	for ; err == nil; n++ { // an entry that moves costs the index two units, the table one
		_, err = f.PutItem(t.Context(), alice, &ddb.PutItemInput{TableName: "narrow", Item: item("pk", "a", "g", fmt.Sprint(n))})
	}
	refused(t, "the last write", err, indexExceeded)
	equal(t, "writes before it", n-1, 151)
}

func TestReadsBeyondTheBurstAreRefused(t *testing.T) {
	f := narrow(t)
	var err error
	for n := 0; err == nil; n++ {
		if n == 700 {
			t.Fatal("it never ends")
		}
		_, err = f.GetItem(t.Context(), alice, &ddb.GetItemInput{TableName: "narrow", Key: item("pk", "a")})
	}
	refused(t, "GetItem", err, tableExceeded)
	_, err = f.Scan(t.Context(), alice, &ddb.ScanInput{TableName: "narrow"})
	refused(t, "Scan", err, tableExceeded)
	if _, err = f.Scan(t.Context(), alice, &ddb.ScanInput{TableName: "narrow", IndexName: new("byG")}); err != nil {
		t.Errorf("a scan of the index, which has its own = %v", err)
	}
	_, err = f.TransactGetItems(t.Context(), alice, &ddb.TransactGetItemsInput{TransactItems: []ddb.TransactGetItem{{Get: &ddb.Get{TableName: "narrow", Key: item("pk", "a")}}}})
	refused(t, "TransactGetItems", err, "TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for specific reasons [ProvisionedThroughputExceeded]")
}

func TestBatchesLeaveWhatIsNotAdmitted(t *testing.T) {
	f := narrow(t)
	f.create(t, tableOf("wide", "pk:S"))
	if _, err := f.exhaust(t, item("pk", "a")); err == nil {
		t.Fatal("nothing is refused")
	}
	write := []ddb.WriteRequest{{PutRequest: &ddb.PutRequest{Item: item("pk", "b")}}}
	out, err := f.BatchWriteItem(t.Context(), alice, &ddb.BatchWriteItemInput{RequestItems: map[string][]ddb.WriteRequest{"narrow": write, "wide": write}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "what is left", fmt.Sprint(len(out.UnprocessedItems["narrow"]), len(out.UnprocessedItems["wide"])), "1 0")
	equal(t, "what was written", show(f.get(t, "wide", item("pk", "b")))+show(f.get(t, "narrow", item("pk", "b"))), "pk=b")
	_, err = f.BatchWriteItem(t.Context(), alice, &ddb.BatchWriteItemInput{RequestItems: map[string][]ddb.WriteRequest{"narrow": write}})
	refused(t, "a batch of which nothing can be done", err, tableExceeded)
	err = f.transactWrite(t, txPut("wide", item("pk", "c")), txPut("narrow", item("pk", "c")))
	refused(t, "a transaction", err, "TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for specific reasons [None, ProvisionedThroughputExceeded]")
}

func TestNothingIsRefusedWhereNothingIsBounded(t *testing.T) {
	f := narrow(t, func(c *Config) { c.Unthrottled = true })
	if _, err := f.exhaust(t, item("pk", "a")); err != nil {
		t.Errorf("PutItem = %v", err)
	}
}
