package dynamodb

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// checkStreams replays the streams of both tables from their beginning: each
// record follows from those before it, at the end the items are those of
// the tables, and each change that happened has one record.
func (db *database) checkStreams(t *testing.T, l *ledger, read map[key]item) {
	t.Helper()
	replayed := map[key]item{}
	written, removed := map[int64]int{}, map[int64]int{}
	for side := range sides {
		out, err := db.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: db.table(side)})
		if err != nil {
			t.Fatal(err)
		}
		r := replay{t: t, side: side, items: replayed, events: map[string]bool{}, written: written, removed: removed}
		for _, shard := range db.shards(t, out.Table.LatestStreamArn) {
			db.readShard(t, out.Table.LatestStreamArn, shard, r.apply)
		}
	}
	for k := range merged2(replayed, read) {
		if got, want := replayed[k], read[k]; got.String() != want.String() {
			t.Errorf("by its stream %s is %.300s; in its table it is %.300s", k, got, want)
		}
	}
	checkFates(t, "was written", written, l.fates)
	checkFates(t, "was deleted", removed, l.removed)
}

// checkFates wants one record for each change that happened, and none for any
// other.
func checkFates(t *testing.T, what string, records map[int64]int, fates map[int64]fate) {
	t.Helper()
	for v, f := range fates {
		if n := records[v]; f == happened && n != 1 || f == refused && n != 0 {
			t.Errorf("version %d %s (it has %s), and the streams have %d records of that", v, what, f, n)
		}
	}
	for v := range records {
		if _, known := fates[v]; !known {
			t.Errorf("the streams say that version %d %s, and nobody asked for that", v, what)
		}
	}
}

func merged2(a, b map[key]item) map[key]item {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// shards lists the shards of a stream, parents before children.
func (db *database) shards(t *testing.T, stream *string) (ids []string) {
	t.Helper()
	parents := map[string]string{}
	in := &dynamodbstreams.DescribeStreamInput{StreamArn: stream}
	for {
		out, err := db.streams.DescribeStream(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range out.StreamDescription.Shards {
			parents[*s.ShardId] = aws.ToString(s.ParentShardId)
		}
		if in.ExclusiveStartShardId = out.StreamDescription.LastEvaluatedShardId; in.ExclusiveStartShardId == nil {
			break
		}
	}
	depth := func(id string) (n int) {
		for parents[id] != "" {
			id, n = parents[id], n+1
		}
		return n
	}
	return slices.SortedFunc(maps.Keys(parents), func(a, b string) int { return cmp.Compare(depth(a), depth(b)) })
}

// readShard gives each record of a shard to apply, in order.
func (db *database) readShard(t *testing.T, stream *string, shard string, apply func(types.Record)) {
	t.Helper()
	first, err := db.streams.GetShardIterator(t.Context(), &dynamodbstreams.GetShardIteratorInput{
		StreamArn: stream, ShardId: &shard, ShardIteratorType: types.ShardIteratorTypeTrimHorizon})
	if err != nil {
		t.Fatal(err)
	}
	last := ""
	for iterator, empty := first.ShardIterator, 0; iterator != nil && empty < 2; {
		out, err := db.streams.GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: iterator})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range out.Records {
			if n := *r.Dynamodb.SequenceNumber; compareSequence(last, n) >= 0 {
				t.Errorf("after the sequence number %q comes %q", last, n)
			}
			last = *r.Dynamodb.SequenceNumber
			apply(r)
		}
		if iterator, empty = out.NextShardIterator, empty+1; len(out.Records) > 0 {
			empty = 0
		}
	}
}

// compareSequence compares sequence numbers, which are integers of any length.
func compareSequence(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// replay makes a table from the records of its stream.
type replay struct {
	t                *testing.T
	side             int
	items            map[key]item
	events           map[string]bool
	written, removed map[int64]int
}

func (r replay) apply(record types.Record) {
	t, d := r.t, record.Dynamodb
	keys, before, after := r.image(d.Keys), r.image(d.OldImage), r.image(d.NewImage)
	k := keys.keyIn(r.side)
	if got, want := keys.String(), k.attributes().String(); got != want {
		t.Errorf("the keys of a record are %s, want %s", got, want)
	}
	if r.events[*record.EventID] {
		t.Errorf("two records have the id %s", *record.EventID)
	}
	r.events[*record.EventID] = true
	if got := r.items[k]; got.String() != before.String() {
		t.Errorf("a record's old image of %s is %.300s; by the records before it that was %.300s", k, before, got)
	}
	event := types.OperationTypeModify
	switch {
	case before == nil:
		event = types.OperationTypeInsert
	case after == nil:
		event = types.OperationTypeRemove
		r.removed[before.number("v")]++
	}
	if record.EventName != event {
		t.Errorf("the change of %s from %.300s to %.300s is called %s", k, before, after, record.EventName)
	}
	if after != nil {
		r.written[after.number("v")]++
	}
	r.items[k] = after
}

// image converts a record's image; none is no item.
func (r replay) image(image map[string]types.AttributeValue) item {
	converted, err := attributevalue.FromDynamoDBStreamsMap(image)
	if err != nil {
		r.t.Fatal(err)
	}
	return fromAnswer(converted)
}
