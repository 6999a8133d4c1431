package dynamodb

import (
	"context"
	"strings"
	"testing"
	"time"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

func TestATableFromCreationToDeletion(t *testing.T) {
	f := newFixture(t)
	in := tableOf("music", "id:S")
	in.BillingMode, in.ProvisionedThroughput = "", &ddb.ProvisionedThroughput{ReadCapacityUnits: 5, WriteCapacityUnits: 5}
	created := f.create(t, in)
	want := &ddb.TableDescription{
		AttributeDefinitions:      []ddb.AttributeDefinition{{AttributeName: "id", AttributeType: "S"}},
		CreationDateTime:          new(epoch),
		DeletionProtectionEnabled: new(false),
		ItemCount:                 new(int64(0)),
		KeySchema:                 []ddb.KeySchemaElement{{AttributeName: "id", KeyType: "HASH"}},
		ProvisionedThroughput:     &ddb.ProvisionedThroughputDescription{NumberOfDecreasesToday: new(int64(0)), ReadCapacityUnits: new(int64(5)), WriteCapacityUnits: new(int64(5))},
		TableArn:                  new("arn:aws:dynamodb:us-east-1:000000000000:table/music"),
		TableId:                   created.TableId,
		TableName:                 new("music"),
		TableSizeBytes:            new(int64(0)),
		TableStatus:               "CREATING",
	}
	equal(t, "CreateTable", created, want)

	f.put(t, "music", item("id", "a", "n", 1.5))
	out, err := f.DescribeTable(t.Context(), alice, &ddb.DescribeTableInput{TableName: "music"})
	if err != nil {
		t.Fatal(err)
	}
	want.TableStatus, want.ItemCount, want.TableSizeBytes = "ACTIVE", new(int64(1)), new(int64(2+1+1+3))
	want.WarmThroughput = &ddb.TableWarmThroughputDescription{ReadUnitsPerSecond: new(int64(5)), WriteUnitsPerSecond: new(int64(5)), Status: "ACTIVE"}
	equal(t, "DescribeTable", out.Table, want)

	_, err = f.CreateTable(t.Context(), alice, in)
	refused(t, "a second table of the name", err, "ResourceInUseException: Table already exists: music")

	deleted, err := f.DeleteTable(t.Context(), alice, &ddb.DeleteTableInput{TableName: *want.TableArn})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "DeleteTable", deleted.TableDescription, &ddb.TableDescription{
		DeletionProtectionEnabled: new(false), ItemCount: new(int64(0)), ProvisionedThroughput: want.ProvisionedThroughput,
		TableArn: want.TableArn, TableId: want.TableId, TableName: want.TableName, TableSizeBytes: new(int64(0)), TableStatus: "DELETING"})

	const unknown = "ResourceNotFoundException: Requested resource not found: Table: music not found"
	_, err = f.DescribeTable(t.Context(), alice, &ddb.DescribeTableInput{TableName: "music"})
	refused(t, "DescribeTable of a deleted table", err, unknown)
	_, err = f.DeleteTable(t.Context(), alice, &ddb.DeleteTableInput{TableName: "music"})
	refused(t, "DeleteTable of a deleted table", err, unknown)
	_, err = f.GetItem(t.Context(), alice, &ddb.GetItemInput{TableName: "music", Key: item("id", "a")})
	refused(t, "GetItem of a deleted table", err, "ResourceNotFoundException: Requested resource not found")

	f.create(t, in)
	if got := f.get(t, "music", item("id", "a")); got != nil {
		t.Errorf("a new table has the old one's item %s", show(got))
	}
	if n := f.keys(t); n != 1 {
		t.Errorf("%d keys are in the store, want the new table's definition alone", n)
	}
}

// keys counts what is in the store.
func (f *fixture) keys(t *testing.T) (n int) {
	t.Helper()
	err := f.store.View(t.Context(), func(r kv.Reader) error {
		n = 0
		for _, err := range r.Scan(kv.Range{}) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestStatusFollowsTheClock(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.SettleTime = time.Second })
	status := func() string {
		out, err := f.DescribeTable(t.Context(), alice, &ddb.DescribeTableInput{TableName: "music"})
		if err != nil {
			return awserr.Code(err)
		}
		return out.Table.TableStatus
	}
	f.create(t, tableOf("music", "pk:S"))
	equal(t, "status at first", status(), "CREATING")
	_, err := f.PutItem(t.Context(), alice, &ddb.PutItemInput{TableName: "music", Item: item("pk", "a")})
	refused(t, "PutItem into a table that is being created", err, "ResourceNotFoundException: Requested resource not found")
	_, err = f.DeleteTable(t.Context(), alice, &ddb.DeleteTableInput{TableName: "music"})
	refused(t, "DeleteTable of a table that is being created", err, "ResourceInUseException: Attempt to change a resource which is still in use: Table is being created: music")

	f.clock.Advance(time.Second)
	equal(t, "status after a while", status(), "ACTIVE")
	f.put(t, "music", item("pk", "a"))
	if _, err := f.DeleteTable(t.Context(), alice, &ddb.DeleteTableInput{TableName: "music"}); err != nil {
		t.Fatal(err)
	}
	equal(t, "status of a deleted table", status(), "DELETING")
	_, err = f.PutItem(t.Context(), alice, &ddb.PutItemInput{TableName: "music", Item: item("pk", "a")})
	refused(t, "PutItem into a table that is being deleted", err, "ResourceNotFoundException: Requested resource not found")
	_, err = f.CreateTable(t.Context(), alice, tableOf("music", "pk:S"))
	refused(t, "a table of the name of one that is being deleted", err, "ResourceInUseException: Table already exists: music")

	f.clock.Advance(time.Second)
	equal(t, "status at last", status(), "ResourceNotFoundException")
	out, err := f.ListTables(t.Context(), alice, &ddb.ListTablesInput{})
	if err != nil || len(out.TableNames) != 0 {
		t.Errorf("ListTables = %v, %v, want none", out, err)
	}
	if err := f.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := f.keys(t); n != 0 {
		t.Errorf("%d keys are left in the store, want none", n)
	}
}

// brokenRange is a store that cannot drop ranges, as one that dies before.
type brokenRange struct{ kv.Store }

func (brokenRange) DeleteRange(context.Context, kv.Range) error { return kv.ErrClosed }

func TestWhatADeletionLeavesIsSweptLater(t *testing.T) {
	f := newFixture(t)
	broken := New(Config{Store: brokenRange{f.store}, Authorizer: f.judge, Clock: f.clock})
	f.create(t, tableOf("music", "pk:S"))
	f.put(t, "music", item("pk", "a"))
	if _, err := broken.DeleteTable(t.Context(), alice, &ddb.DeleteTableInput{TableName: "music"}); err != nil {
		t.Fatal(err)
	}
	f.create(t, tableOf("music", "pk:S"))
	f.put(t, "music", item("pk", "b"))
	if n := f.keys(t); n != 4 {
		t.Errorf("%d keys, want two definitions' worth: 4", n)
	}
	ctx, stop := context.WithCancel(t.Context())
	swept := f.store.Watch(ctx, doomedKey(f.doomed(t)))
	done := make(chan error)
	go func() { done <- f.Run(ctx) }()
	<-swept
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if n := f.keys(t); n != 2 {
		t.Errorf("%d keys, want the new table and its item: 2", n)
	}
	equal(t, "the new table's item", show(f.get(t, "music", item("pk", "b"))), "pk=b")
}

// doomed returns the data of the one table that is noted to be dropped.
func (f *fixture) doomed(t *testing.T) (data uint64) {
	t.Helper()
	err := f.store.View(t.Context(), func(r kv.Reader) error {
		for pair, err := range r.Scan(doomedRange()) {
			if err != nil {
				return err
			}
			data = lastUint(t, pair.Key)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestListTablesGivesPagesInOrder(t *testing.T) {
	f := newFixture(t)
	for _, name := range []string{"ccc", "aaa", "bbb", "aaa-b"} {
		f.create(t, tableOf(name, "pk:S"))
	}
	bob := *alice
	bob.Region = "eu-central-1"
	if _, err := f.CreateTable(t.Context(), &bob, tableOf("elsewhere", "pk:S")); err != nil {
		t.Fatal(err)
	}
	var pages []string
	for start := new(""); start != nil; {
		out, err := f.ListTables(t.Context(), alice, &ddb.ListTablesInput{Limit: new(int64(3)), ExclusiveStartTableName: start})
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, strings.Join(out.TableNames, " "))
		start = out.LastEvaluatedTableName
	}
	equal(t, "pages", pages, []string{"aaa aaa-b bbb", "ccc"})
}

func TestDeletionProtection(t *testing.T) {
	f := newFixture(t)
	in := tableOf("music", "pk:S")
	in.DeletionProtectionEnabled = new(true)
	f.create(t, in)
	_, err := f.DeleteTable(t.Context(), alice, &ddb.DeleteTableInput{TableName: "music"})
	refused(t, "DeleteTable", err, "ValidationException: Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
}

func TestTags(t *testing.T) {
	f := newFixture(t)
	in := tableOf("music", "pk:S")
	in.Tags = []ddb.Tag{{Key: "team", Value: "jazz"}, {Key: "old", Value: "1"}}
	arn := *f.create(t, in).TableArn
	if _, err := f.TagResource(t.Context(), alice, &ddb.TagResourceInput{ResourceArn: arn, Tags: []ddb.Tag{{Key: "team", Value: "soul"}, {Key: "new", Value: ""}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.UntagResource(t.Context(), alice, &ddb.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"old", "never"}}); err != nil {
		t.Fatal(err)
	}
	out, err := f.ListTagsOfResource(t.Context(), alice, &ddb.ListTagsOfResourceInput{ResourceArn: arn})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "tags", out.Tags, []ddb.Tag{{Key: "new", Value: ""}, {Key: "team", Value: "soul"}})
	f.put(t, "music", item("pk", "a")) // the definition has changed under the cache
}
