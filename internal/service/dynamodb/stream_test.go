package dynamodb

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	dds "cloudless/internal/api/dynamodbstreams"
	"cloudless/internal/service/dynamodb/stream"
)

// streamFixture is a table "music" with a stream, and the API of streams.
type streamFixture struct {
	*fixture
	streams *stream.Service
	arn     string
}

func newStreamFixture(t *testing.T, view string, change ...func(*ddb.CreateTableInput)) *streamFixture {
	f := &streamFixture{fixture: newFixture(t)}
	f.streams = stream.New(stream.Config{Store: f.store, Authorizer: f.judge, Clock: f.clock})
	in := tableOf("music", "pk:S", "sk:N")
	in.BillingMode, in.ProvisionedThroughput = "", &ddb.ProvisionedThroughput{ReadCapacityUnits: 5, WriteCapacityUnits: 5}
	in.StreamSpecification = &ddb.StreamSpecification{StreamEnabled: true, StreamViewType: view}
	for _, ch := range change {
		ch(in)
	}
	f.arn = *f.create(t, in).LatestStreamArn
	return f
}

func (f *streamFixture) describe(t *testing.T) *dds.StreamDescription {
	t.Helper()
	out, err := f.streams.DescribeStream(t.Context(), alice, &dds.DescribeStreamInput{StreamArn: f.arn})
	if err != nil {
		t.Fatalf("DescribeStream = %v", err)
	}
	return out.StreamDescription
}

func (f *streamFixture) iterator(t *testing.T, shard, kind string, sequence ...string) string {
	t.Helper()
	in := &dds.GetShardIteratorInput{StreamArn: f.arn, ShardId: shard, ShardIteratorType: kind}
	if len(sequence) > 0 {
		in.SequenceNumber = &sequence[0]
	}
	out, err := f.streams.GetShardIterator(t.Context(), alice, in)
	if err != nil {
		t.Fatalf("GetShardIterator(%s) = %v", kind, err)
	}
	return *out.ShardIterator
}

func (f *streamFixture) records(t *testing.T, iterator string) (records []dds.Record, next *string) {
	t.Helper()
	out, err := f.streams.GetRecords(t.Context(), alice, &dds.GetRecordsInput{ShardIterator: iterator})
	if err != nil {
		t.Fatalf("GetRecords = %v", err)
	}
	return out.Records, out.NextShardIterator
}

// all reads every record of every shard.
func (f *streamFixture) all(t *testing.T) (records []dds.Record) {
	t.Helper()
	for _, shard := range f.describe(t).Shards {
		got, _ := f.records(t, f.iterator(t, *shard.ShardId, "TRIM_HORIZON"))
		records = append(records, got...)
	}
	return records
}

// showRecord writes a record shortly: event, keys, old image, new image.
func showRecord(r dds.Record) string {
	parts := []string{r.EventName}
	for _, image := range []map[string]dds.AttributeValue{r.Dynamodb.Keys, r.Dynamodb.OldImage, r.Dynamodb.NewImage} {
		it := map[string]av{}
		for name, v := range image {
			it[name] = av{S: v.S, N: v.N}
		}
		parts = append(parts, "{"+show(it)+"}")
	}
	return strings.Join(parts, " ")
}

func showRecords(records []dds.Record) string {
	var parts []string
	for _, r := range records {
		parts = append(parts, showRecord(r))
	}
	return strings.Join(parts, "\n")
}

func TestAStreamHasEveryChangeInItsView(t *testing.T) {
	for view, want := range map[string]string{
		"KEYS_ONLY": "INSERT {pk=a sk=1} {} {}\nMODIFY {pk=a sk=1} {} {}\nREMOVE {pk=a sk=1} {} {}",
		"NEW_IMAGE": "INSERT {pk=a sk=1} {} {pk=a sk=1 v=1}\nMODIFY {pk=a sk=1} {} {pk=a sk=1 v=2}\nREMOVE {pk=a sk=1} {} {}",
		"OLD_IMAGE": "INSERT {pk=a sk=1} {} {}\nMODIFY {pk=a sk=1} {pk=a sk=1 v=1} {}\nREMOVE {pk=a sk=1} {pk=a sk=1 v=2} {}",
		"NEW_AND_OLD_IMAGES": "INSERT {pk=a sk=1} {} {pk=a sk=1 v=1}\nMODIFY {pk=a sk=1} {pk=a sk=1 v=1} {pk=a sk=1 v=2}\n" +
			"REMOVE {pk=a sk=1} {pk=a sk=1 v=2} {}",
	} {
		t.Run(view, func(t *testing.T) {
			f := newStreamFixture(t, view)
			f.put(t, "music", item("pk", "a", "sk", 1, "v", 1))
			f.put(t, "music", item("pk", "a", "sk", 1, "v", 1)) // which changes nothing
			_, err := f.UpdateItem(t.Context(), alice, &ddb.UpdateItemInput{TableName: "music", Key: item("pk", "a", "sk", 1),
				UpdateExpression: new("ADD v :one"), ExpressionAttributeValues: item(":one", 1)})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.DeleteItem(t.Context(), alice, &ddb.DeleteItemInput{TableName: "music", Key: item("pk", "a", "sk", 1)}); err != nil {
				t.Fatal(err)
			}
			equal(t, "the records", showRecords(f.all(t)), want)
		})
	}
}

func TestARecordSaysWhatAWSSays(t *testing.T) {
	f := newStreamFixture(t, "NEW_AND_OLD_IMAGES", func(in *ddb.CreateTableInput) {
		in.AttributeDefinitions, in.KeySchema = tableOf("", "id:S").AttributeDefinitions, keyOf("id")
	})
	f.put(t, "music", item("id", "Fred"))
	r := f.all(t)[0]
	equal(t, "eventVersion, eventSource and awsRegion", *r.EventVersion+" "+*r.EventSource+" "+*r.AwsRegion, "1.1 aws:dynamodb us-east-1")
	equal(t, "SizeBytes", *r.Dynamodb.SizeBytes, int64(12)) // as AWS recorded for this item
	equal(t, "StreamViewType", r.Dynamodb.StreamViewType, "NEW_AND_OLD_IMAGES")
	equal(t, "ApproximateCreationDateTime", *r.Dynamodb.ApproximateCreationDateTime, epoch)
	equal(t, "digits of SequenceNumber", len(*r.Dynamodb.SequenceNumber), 21)
	equal(t, "digits of eventID", len(*r.EventID), 32)
	equal(t, "userIdentity", r.UserIdentity == nil, true)
}

func TestIteratorsOfEachTypeBeginWhereTheySay(t *testing.T) {
	f := newStreamFixture(t, "KEYS_ONLY")
	for n := range 3 {
		f.put(t, "music", item("pk", "a", "sk", n))
	}
	shard := *f.describe(t).Shards[0].ShardId
	latest := f.iterator(t, shard, "LATEST")
	f.put(t, "music", item("pk", "a", "sk", 3))
	all := f.all(t)
	second := *all[1].Dynamodb.SequenceNumber
	for _, tt := range []struct{ name, iterator, want string }{
		{"TRIM_HORIZON", f.iterator(t, shard, "TRIM_HORIZON"), "0 1 2 3"},
		{"LATEST", latest, "3"},
		{"AT_SEQUENCE_NUMBER", f.iterator(t, shard, "AT_SEQUENCE_NUMBER", second), "1 2 3"},
		{"AFTER_SEQUENCE_NUMBER", f.iterator(t, shard, "AFTER_SEQUENCE_NUMBER", second), "2 3"},
	} {
		got, next := f.records(t, tt.iterator)
		var keys []string
		for _, r := range got {
			keys = append(keys, *r.Dynamodb.Keys["sk"].N)
		}
		equal(t, "records from "+tt.name, strings.Join(keys, " "), tt.want)
		if next == nil {
			t.Errorf("%s: an open shard has no next iterator", tt.name)
			continue
		}
		if rest, _ := f.records(t, *next); len(rest) != 0 {
			t.Errorf("%s: behind the last record are %s", tt.name, showRecords(rest))
		}
	}
}

func TestAStreamOfManyShardsKeepsTheOrderOfEachItem(t *testing.T) {
	f := newStreamFixture(t, "NEW_IMAGE", func(in *ddb.CreateTableInput) { in.BillingMode, in.ProvisionedThroughput = payPerRequest, nil })
	for v := range 3 {
		var parts []transactWrite
		for n := range 20 {
			parts = append(parts, txPut("music", item("pk", fmt.Sprint("k", n), "sk", 1, "v", v)))
		}
		if err := f.transactWrite(t, parts...); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(f.describe(t).Shards); n != 4 {
		t.Errorf("a table on demand has %d shards, want 4", n)
	}
	seen, numbers := map[string]string{}, map[string]bool{}
	for _, r := range f.all(t) {
		seen[*r.Dynamodb.Keys["pk"].S] += *r.Dynamodb.NewImage["v"].N
		numbers[*r.Dynamodb.SequenceNumber] = true
	}
	for n := range 20 {
		equal(t, "the changes of an item", seen[fmt.Sprint("k", n)], "012")
	}
	equal(t, "sequence numbers that differ", len(numbers), 60)
}

func TestAFailedTransactionLeavesNoRecord(t *testing.T) {
	f := newStreamFixture(t, "KEYS_ONLY")
	_ = f.transactWrite(t, txPut("music", item("pk", "a", "sk", 1)), txCheck("music", item("pk", "b", "sk", 1), "attribute_exists(pk)"))
	equal(t, "records", showRecords(f.all(t)), "")
}

func TestAStreamEndsWithItsTableAndIsKeptForADay(t *testing.T) {
	f := newStreamFixture(t, "KEYS_ONLY")
	f.put(t, "music", item("pk", "a", "sk", 1))
	if _, err := f.DeleteTable(t.Context(), alice, &ddb.DeleteTableInput{TableName: "music"}); err != nil {
		t.Fatal(err)
	}
	d := f.describe(t)
	equal(t, "its status", d.StreamStatus, "DISABLED")
	records, next := f.records(t, f.iterator(t, *d.Shards[0].ShardId, "TRIM_HORIZON"))
	equal(t, "its records", showRecords(records), "INSERT {pk=a sk=1} {} {}")
	if next != nil {
		t.Error("there is an iterator behind the last record of a closed shard")
	}
	equal(t, "the last number of the shard", *d.Shards[0].SequenceNumberRange.EndingSequenceNumber, *records[0].Dynamodb.SequenceNumber)

	f.clock.Advance(25 * time.Hour)
	if err := f.streams.Trim(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := f.streams.DescribeStream(t.Context(), alice, &dds.DescribeStreamInput{StreamArn: f.arn})
	refused(t, "DescribeStream after a day", err, "ResourceNotFoundException: Requested resource not found: Stream: "+f.arn+" not found")
	if n := f.keys(t); n != 0 {
		t.Errorf("%d keys are left in the store", n)
	}
}

func TestRecordsAreTrimmedAfterADay(t *testing.T) {
	f := newStreamFixture(t, "KEYS_ONLY")
	for n := range 10 {
		f.put(t, "music", item("pk", "a", "sk", n))
		f.clock.Advance(4 * time.Hour)
	}
	shard := *f.describe(t).Shards[0].ShardId
	old := *f.all(t)[0].Dynamodb.SequenceNumber
	if err := f.streams.Trim(t.Context()); err != nil {
		t.Fatal(err)
	}
	left := f.all(t)
	equal(t, "records that are left", len(left), 6)
	equal(t, "the first of them", *left[0].Dynamodb.Keys["sk"].N, "4")
	_, err := f.streams.GetShardIterator(t.Context(), alice, &dds.GetShardIteratorInput{StreamArn: f.arn, ShardId: shard, ShardIteratorType: "AT_SEQUENCE_NUMBER", SequenceNumber: &old})
	refused(t, "GetShardIterator of a trimmed record", err, "TrimmedDataAccessException: The operation attempted to read past the oldest stream record in a shard")
}

func TestStreamsRefuse(t *testing.T) {
	f := newStreamFixture(t, "KEYS_ONLY")
	shard := *f.describe(t).Shards[0].ShardId
	iterator := f.iterator(t, shard, "LATEST")
	records := func(iterator string) error {
		_, err := f.streams.GetRecords(t.Context(), alice, &dds.GetRecordsInput{ShardIterator: iterator})
		return err
	}
	place := func(in dds.GetShardIteratorInput) error {
		in.StreamArn = f.arn
		_, err := f.streams.GetShardIterator(t.Context(), alice, &in)
		return err
	}
	refused(t, "an iterator that is none", records("nonsense"), "ValidationException: Invalid ShardIterator")
	refused(t, "a shard that is not there", place(dds.GetShardIteratorInput{ShardId: "shardId-00000000000000000000-00000000", ShardIteratorType: "LATEST"}),
		"ResourceNotFoundException: Requested resource not found: Shard does not exist")
	refused(t, "no sequence number", place(dds.GetShardIteratorInput{ShardId: shard, ShardIteratorType: "AT_SEQUENCE_NUMBER"}),
		"ValidationException: SequenceNumber must be specified when ShardIteratorType is AT_SEQUENCE_NUMBER")
	refused(t, "a sequence number of another shard", place(dds.GetShardIteratorInput{ShardId: shard, ShardIteratorType: "AT_SEQUENCE_NUMBER", SequenceNumber: new("100700000000000000001")}),
		"ValidationException: Invalid SequenceNumber")
	f.clock.Advance(16 * time.Minute)
	refused(t, "an old iterator", records(iterator), "ExpiredIteratorException: The shard iterator has expired and can no longer be used to retrieve stream records")

	f.judge.deny = "dynamodb:GetRecords"
	refused(t, "a reader without permission", records(f.iterator(t, shard, "LATEST")), "AccessDeniedException: not authorized to perform: dynamodb:GetRecords")
}

func TestListStreamsPagesThroughTables(t *testing.T) {
	f := newStreamFixture(t, "KEYS_ONLY")
	for _, name := range []string{"alpha", "omega"} {
		in := tableOf(name, "pk:S")
		in.StreamSpecification = &ddb.StreamSpecification{StreamEnabled: true, StreamViewType: "KEYS_ONLY"}
		f.create(t, in)
	}
	list := func(call *api.Call, in dds.ListStreamsInput) (names string, last *string) {
		out, err := f.streams.ListStreams(t.Context(), call, &in)
		if err != nil {
			t.Fatal(err)
		}
		for _, st := range out.Streams {
			names += *st.TableName + " "
		}
		return names, out.LastEvaluatedStreamArn
	}
	names, last := list(alice, dds.ListStreamsInput{Limit: new(int64(2))})
	equal(t, "the first page", names, "alpha music ")
	names, last = list(alice, dds.ListStreamsInput{ExclusiveStartStreamArn: last})
	equal(t, "the second page", names, "omega ")
	equal(t, "a further page", last == nil, true)
	names, _ = list(alice, dds.ListStreamsInput{TableName: new("music")})
	equal(t, "the streams of one table", names, "music ")
}
