package dynamodb

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/storage/kv"
)

func (f *fixture) update(t *testing.T, in *ddb.UpdateTableInput) *ddb.TableDescription {
	t.Helper()
	out, err := f.UpdateTable(t.Context(), alice, in)
	if err != nil {
		t.Fatalf("UpdateTable(%s) = %v", in.TableName, err)
	}
	return out.TableDescription
}

// work does the jobs that are left.
func (f *fixture) work(t *testing.T) {
	t.Helper()
	round := jobRound{resting: map[uint64]time.Time{}}
	for {
		worked, err := round.run(t.Context(), f.Service)
		if err != nil {
			t.Fatalf("jobs failed: %v", err)
		}
		if !worked {
			return
		}
	}
}

func (f *fixture) describeTable(t *testing.T, name string) *ddb.TableDescription {
	t.Helper()
	out, err := f.DescribeTable(t.Context(), alice, &ddb.DescribeTableInput{TableName: name})
	if err != nil {
		t.Fatal(err)
	}
	return out.Table
}

// newIndex is an UpdateTable that makes a global index, with definitions of
// attributes such as "g:S".
func newIndex(table string, ix ddb.GlobalSecondaryIndex, attributes ...string) *ddb.UpdateTableInput {
	return &ddb.UpdateTableInput{TableName: table, AttributeDefinitions: tableOf("", attributes...).AttributeDefinitions,
		GlobalSecondaryIndexUpdates: []ddb.GlobalSecondaryIndexUpdate{{Create: (*ddb.CreateGlobalSecondaryIndexAction)(&ix)}}}
}

func withoutIndex(table, name string) *ddb.UpdateTableInput {
	return &ddb.UpdateTableInput{TableName: table, GlobalSecondaryIndexUpdates: []ddb.GlobalSecondaryIndexUpdate{{Delete: &ddb.DeleteGlobalSecondaryIndexAction{IndexName: name}}}}
}

func TestANewIndexGetsTheItemsThatWereThere(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("music", "pk:S"))
	for n := range 3*backfillItems + 1 {
		it := item("pk", fmt.Sprint(n))
		switch n % 3 {
		case 1:
			it["g"] = str(fmt.Sprint("g", n%2))
		case 2:
			it["g"] = num(1) // no key of the index: it stays out
		}
		f.put(t, "music", it)
	}
	d := f.update(t, newIndex("music", global("byG", "g", "KEYS_ONLY"), "g:S"))
	equal(t, "the index at first", d.TableStatus+" "+d.GlobalSecondaryIndexes[0].IndexStatus, "UPDATING CREATING")
	d = f.describeTable(t, "music")
	equal(t, "the index meanwhile", d.TableStatus+" "+d.GlobalSecondaryIndexes[0].IndexStatus, "ACTIVE CREATING")
	_, err := f.Scan(t.Context(), alice, &ddb.ScanInput{TableName: "music", IndexName: new("byG")})
	refused(t, "a read of it", err, "ValidationException: Cannot read from backfilling global secondary index: byG")

	f.work(t)
	d = f.describeTable(t, "music")
	equal(t, "the index at last", d.GlobalSecondaryIndexes[0].IndexStatus, "ACTIVE")
	equal(t, "its items", *d.GlobalSecondaryIndexes[0].ItemCount, int64(backfillItems))
	f.checkIndexes(t, "music")
	if jobs, _ := f.jobs(t.Context()); len(jobs) != 0 {
		t.Errorf("%d jobs are left", len(jobs))
	}
}

func TestWritesGoOnWhileAnIndexIsFilled(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("music", "pk:S"))
	for n := range 2 * backfillItems {
		f.put(t, "music", item("pk", fmt.Sprint(n), "g", "old"))
	}
	f.update(t, newIndex("music", global("byG", "g", "ALL"), "g:S"))
	ctx, cancel := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				key := item("pk", fmt.Sprint((n*7+w)%(3*backfillItems)))
				if n%3 == 0 {
					_, _ = f.DeleteItem(ctx, alice, &ddb.DeleteItemInput{TableName: "music", Key: key})
				} else {
					key["g"] = str(fmt.Sprint("new", n%5))
					_, _ = f.PutItem(ctx, alice, &ddb.PutItemInput{TableName: "music", Item: key})
				}
			}
		})
	}
	f.work(t)
	cancel()
	writers.Wait()
	f.checkIndexes(t, "music")
}

func TestABackfillGoesOnWhereItWas(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("music", "pk:S"))
	for n := range 2*backfillItems + 1 {
		f.put(t, "music", item("pk", fmt.Sprint(n), "g", "x"))
	}
	f.update(t, newIndex("music", global("byG", "g", "ALL"), "g:S"))
	jobs, err := f.jobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := f.step(t.Context(), jobs[0]); err != nil {
		t.Fatal(err)
	}
	again := &fixture{store: f.store, clock: f.clock, judge: f.judge, Service: New(Config{Store: f.store, Authorizer: f.judge, Clock: f.clock})}
	if jobs, _ = again.jobs(t.Context()); len(jobs) != 1 || jobs[0].After == nil {
		t.Fatalf("after a restart there are jobs %+v", jobs)
	}
	again.work(t)
	again.checkIndexes(t, "music")
	equal(t, "its items", *again.describeTable(t, "music").GlobalSecondaryIndexes[0].ItemCount, int64(2*backfillItems+1))
}

func TestARemovedIndexLeavesNothing(t *testing.T) {
	f := newFixture(t)
	in := tableOf("music", "pk:S")
	in.AttributeDefinitions = append(in.AttributeDefinitions, ddb.AttributeDefinition{AttributeName: "g", AttributeType: "S"})
	in.GlobalSecondaryIndexes = []ddb.GlobalSecondaryIndex{global("byG", "g", "ALL")}
	f.create(t, in)
	f.put(t, "music", item("pk", "a", "g", "x"))
	d := f.update(t, withoutIndex("music", "byG"))
	equal(t, "the index in the answer", d.GlobalSecondaryIndexes[0].IndexStatus, "DELETING")
	f.put(t, "music", item("pk", "b", "g", "y"))
	f.work(t)
	d = f.describeTable(t, "music")
	equal(t, "indexes and attributes that are left", fmt.Sprint(len(d.GlobalSecondaryIndexes), len(d.AttributeDefinitions)), "0 1")
	equal(t, "keys in the store", f.keys(t), 3) // the definition and two items

	f.update(t, newIndex("music", global("byG", "g", "ALL"), "g:S"))
	f.work(t)
	f.checkIndexes(t, "music")
	equal(t, "items of a new index of the name", *f.describeTable(t, "music").GlobalSecondaryIndexes[0].ItemCount, int64(2))
}

func TestUpdateTableChangesCapacity(t *testing.T) {
	f := newFixture(t)
	in := tableOf("music", "pk:S")
	in.BillingMode, in.ProvisionedThroughput = "", &ddb.ProvisionedThroughput{ReadCapacityUnits: 5, WriteCapacityUnits: 5}
	f.create(t, in)
	f.update(t, &ddb.UpdateTableInput{TableName: "music", ProvisionedThroughput: &ddb.ProvisionedThroughput{ReadCapacityUnits: 6, WriteCapacityUnits: 4}})
	p := f.describeTable(t, "music").ProvisionedThroughput
	equal(t, "units and decreases", fmt.Sprint(*p.ReadCapacityUnits, *p.WriteCapacityUnits, *p.NumberOfDecreasesToday), "6 4 1")
	equal(t, "times of the last changes", *p.LastIncreaseDateTime == epoch && *p.LastDecreaseDateTime == epoch, true)
	f.clock.Advance(24 * time.Hour)
	equal(t, "decreases a day later", *f.describeTable(t, "music").ProvisionedThroughput.NumberOfDecreasesToday, int64(0))

	f.update(t, &ddb.UpdateTableInput{TableName: "music", BillingMode: payPerRequest})
	d := f.describeTable(t, "music")
	equal(t, "the mode", d.BillingModeSummary.BillingMode, payPerRequest)
	equal(t, "provisioned units on demand", *d.ProvisionedThroughput.ReadCapacityUnits, int64(0))
	f.update(t, &ddb.UpdateTableInput{TableName: "music", OnDemandThroughput: &ddb.OnDemandThroughput{MaxReadRequestUnits: new(int64(10))}})
	o := f.describeTable(t, "music").OnDemandThroughput
	equal(t, "bounds on demand", fmt.Sprint(*o.MaxReadRequestUnits, *o.MaxWriteRequestUnits), "10 -1")
	f.update(t, &ddb.UpdateTableInput{TableName: "music", BillingMode: provisioned, ProvisionedThroughput: &ddb.ProvisionedThroughput{ReadCapacityUnits: 1, WriteCapacityUnits: 1}})
	equal(t, "the mode again", f.describeTable(t, "music").BillingModeSummary.BillingMode, provisioned)
}

func TestUpdateTableSwitchesWhatElseThereIs(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("music", "pk:S"))
	f.update(t, &ddb.UpdateTableInput{TableName: "music", DeletionProtectionEnabled: new(true), TableClass: "STANDARD_INFREQUENT_ACCESS", SSESpecification: &ddb.SSESpecification{Enabled: new(true)}})
	d := f.describeTable(t, "music")
	equal(t, "protection and class", fmt.Sprint(*d.DeletionProtectionEnabled, d.TableClassSummary.TableClass), "trueSTANDARD_INFREQUENT_ACCESS")
	if sse := d.SSEDescription; sse == nil || sse.Status != "ENABLED" || sse.SSEType != "KMS" || !strings.HasPrefix(*sse.KMSMasterKeyArn, "arn:aws:kms:us-east-1:000000000000:key/") {
		t.Errorf("SSEDescription = %+v", sse)
	}
	d = f.update(t, &ddb.UpdateTableInput{TableName: "music", StreamSpecification: &ddb.StreamSpecification{StreamEnabled: true, StreamViewType: "KEYS_ONLY"}})
	first := *d.LatestStreamArn
	f.clock.Advance(time.Second)
	d = f.update(t, &ddb.UpdateTableInput{TableName: "music", StreamSpecification: &ddb.StreamSpecification{}})
	equal(t, "the stream that has ended", fmt.Sprint(*d.LatestStreamArn == first, d.StreamSpecification == nil), "true true")
	d = f.update(t, &ddb.UpdateTableInput{TableName: "music", StreamSpecification: &ddb.StreamSpecification{StreamEnabled: true, StreamViewType: "KEYS_ONLY"}})
	equal(t, "the next stream is another", *d.LatestStreamArn != first, true)
}

func TestUpdateTableRefuses(t *testing.T) {
	f := newFixture(t)
	in := tableOf("music", "pk:S")
	in.BillingMode, in.ProvisionedThroughput = "", &ddb.ProvisionedThroughput{ReadCapacityUnits: 5, WriteCapacityUnits: 5}
	f.create(t, in)
	f.create(t, tableOf("demand", "pk:S"))
	const invalid = "ValidationException: One or more parameter values were invalid: "
	for _, tt := range []struct {
		name string
		in   *ddb.UpdateTableInput
		want string
	}{
		{"nothing to do", &ddb.UpdateTableInput{TableName: "music"},
			"ValidationException: At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required"},
		{"a table that is not there", &ddb.UpdateTableInput{TableName: "none", TableClass: "STANDARD"},
			"ResourceNotFoundException: Requested resource not found: Table: none not found"},
		{"the same capacity", &ddb.UpdateTableInput{TableName: "music", ProvisionedThroughput: in.ProvisionedThroughput},
			"ValidationException: The provisioned throughput for the table will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the table: 5. " +
				"Requested ReadCapacityUnits: 5. Current WriteCapacityUnits provisioned for the table: 5. Requested WriteCapacityUnits: 5. " +
				"Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."},
		{"capacity on demand", &ddb.UpdateTableInput{TableName: "demand", ProvisionedThroughput: in.ProvisionedThroughput},
			invalid + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"},
		{"no capacity where it is needed", &ddb.UpdateTableInput{TableName: "demand", BillingMode: provisioned},
			invalid + "ProvisionedThroughput must be specified when BillingMode is PROVISIONED"},
		{"an index that is not there", withoutIndex("music", "byG"), "ResourceNotFoundException: Requested resource not found"},
		{"an index without capacity", newIndex("music", global("byG", "g", "ALL"), "g:S"), invalid + "ProvisionedThroughput is not specified for index: byG"},
		{"an index whose key is not defined", newIndex("demand", global("byG", "g", "ALL")),
			invalid + "Some index key attributes are not defined in AttributeDefinitions. Keys: [g], AttributeDefinitions: [pk]"},
		{"a definition that no key needs", newIndex("demand", global("byG", "g", "ALL"), "g:S", "h:S"),
			invalid + "Some AttributeDefinitions are not used. AttributeDefinitions: [pk, g, h], keys used: [pk, g]"},
		{"a definition of another type", newIndex("demand", global("byG", "g", "ALL"), "pk:N", "g:S"),
			invalid + "Table already has attribute definition with the same name but different type: pk"},
		{"a stream that is off", &ddb.UpdateTableInput{TableName: "music", StreamSpecification: &ddb.StreamSpecification{}},
			"ValidationException: Table has no stream to disable: TableName: music"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := f.keys(t)
			_, err := f.UpdateTable(t.Context(), alice, tt.in)
			refused(t, "UpdateTable", err, tt.want)
			equal(t, "keys in the store", f.keys(t), before)
		})
	}
}

// A job that fails keeps no other one waiting, and is tried again.
func TestAJobThatFailsRests(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("music", "pk:S"))
	f.put(t, "music", item("pk", "a", "g", "x"))
	broken := &job{Version: jobVersion, ID: 1, Kind: "nonsense"}
	err := f.store.Update(t.Context(), kv.Claims{}, func(tx kv.Tx) error {
		tx.Set(jobKey(broken.ID), broken.encode())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	f.update(t, newIndex("music", global("byG", "g", "ALL"), "g:S"))
	round := jobRound{resting: map[uint64]time.Time{}}
	failures := 0
	for range 5 {
		if _, err := round.run(t.Context(), f.Service); err != nil {
			failures++
		}
	}
	equal(t, "failures while it rests", failures, 1)
	equal(t, "the index", f.describeTable(t, "music").GlobalSecondaryIndexes[0].IndexStatus, "ACTIVE")
	f.clock.Advance(retryInterval)
	if _, err := round.run(t.Context(), f.Service); err == nil {
		t.Error("it is not tried again")
	}
}
