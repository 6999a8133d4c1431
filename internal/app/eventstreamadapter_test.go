package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cloudless/internal/api"
	dds "cloudless/internal/api/dynamodbstreams"
	"cloudless/internal/clock"
	"cloudless/internal/event"
)

var recordTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func streamRecord(n int, at time.Time) dds.Record {
	return dds.Record{
		EventID: new("e"), EventName: "REMOVE", EventVersion: new("1.1"), EventSource: new("aws:dynamodb"), AwsRegion: new("us-east-1"),
		Dynamodb: &dds.StreamRecord{
			ApproximateCreationDateTime: &at, Keys: map[string]dds.AttributeValue{"pk": {S: new("a\"b")}, "n": {N: new("1")}},
			OldImage:       map[string]dds.AttributeValue{"pk": {S: new("a\"b")}, "b": {B: []byte("foobar")}, "l": {L: []dds.AttributeValue{{NULL: new(true)}, {BOOL: new(false)}}}},
			SequenceNumber: new(fmt.Sprint(n)), SizeBytes: new(int64(26)), StreamViewType: "OLD_IMAGE",
		},
	}
}

func TestARecordIsAsLambdaGivesIt(t *testing.T) {
	in := streamRecord(111, recordTime)
	in.UserIdentity = &dds.Identity{Type: new("Service"), PrincipalId: new("dynamodb.amazonaws.com")}
	got, err := recordJSON(&in, "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/l")
	want := `{"eventID":"e","eventName":"REMOVE","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"us-east-1",` +
		`"dynamodb":{"ApproximateCreationDateTime":1767323045,"Keys":{"n":{"N":"1"},"pk":{"S":"a\"b"}},` +
		`"OldImage":{"b":{"B":"Zm9vYmFy"},"l":{"L":[{"NULL":true},{"BOOL":false}]},"pk":{"S":"a\"b"}},"SequenceNumber":"111","SizeBytes":26,"StreamViewType":"OLD_IMAGE"},` +
		`"userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"},"eventSourceARN":"arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/l"}`
	if err != nil || string(got) != want {
		t.Errorf("recordJSON = %s, %v, want\n%s", got, err, want)
	}
}

// fakeStream is the API of a stream of one shard: iterators are the place of
// the next record, and can be made to expire.
type fakeStream struct {
	records []dds.Record
	first   int // those before are trimmed
	expired bool
	asked   []string
}

func (f *fakeStream) api() *api.Service {
	return dds.Handlers{
		GetShardIterator: func(_ context.Context, _ *api.Call, in *dds.GetShardIteratorInput) (*dds.GetShardIteratorOutput, error) {
			f.asked = append(f.asked, in.ShardIteratorType)
			at := f.first
			switch in.ShardIteratorType {
			case "LATEST":
				at = len(f.records)
			case "AFTER_SEQUENCE_NUMBER":
				at = slices.IndexFunc(f.records, func(r dds.Record) bool { return *r.Dynamodb.SequenceNumber == *in.SequenceNumber }) + 1
				if at < f.first {
					return nil, dds.TrimmedDataAccessException("trimmed")
				}
			}
			f.expired = false
			return &dds.GetShardIteratorOutput{ShardIterator: new(fmt.Sprint(at))}, nil
		},
		GetRecords: func(_ context.Context, _ *api.Call, in *dds.GetRecordsInput) (*dds.GetRecordsOutput, error) {
			var at int
			if _, err := fmt.Sscan(in.ShardIterator, &at); err != nil {
				return nil, err
			}
			if f.expired {
				return nil, dds.ExpiredIteratorException("expired")
			}
			if at < f.first {
				return nil, dds.TrimmedDataAccessException("trimmed")
			}
			end := min(at+int(*in.Limit), len(f.records))
			return &dds.GetRecordsOutput{Records: f.records[at:end], NextShardIterator: new(fmt.Sprint(end))}, nil
		},
	}.Service()
}

func (f *fakeStream) put(at time.Time) {
	f.records = append(f.records, streamRecord(len(f.records)+1, at))
}

// TestAReaderGoesOn where it was, whatever becomes of its iterator.
func TestAReaderGoesOn(t *testing.T) {
	now := recordTime.Add(500 * time.Millisecond)
	for _, tt := range []struct {
		name  string
		at    event.Position
		then  func(*fakeStream) // after the reader was opened
		want  string            // the numbers that are read
		asked string
	}{
		{"from the first", event.Position{Start: "TRIM_HORIZON"}, func(*fakeStream) {}, "1 2 3", "TRIM_HORIZON"},
		{"from behind one", event.Position{After: "2"}, func(*fakeStream) {}, "3", "AFTER_SEQUENCE_NUMBER"},
		{"from the end", event.Position{Start: "LATEST"}, func(f *fakeStream) { f.put(now) }, "4", "LATEST"},
		{"from the end, after the iterator has expired", event.Position{Start: "LATEST"},
			func(f *fakeStream) { f.expired = true; f.put(now) }, "3 4", "LATEST TRIM_HORIZON"},
		{"from a time, which is told by the second", event.Position{Start: "AT_TIMESTAMP", Since: now}, func(*fakeStream) {}, "3", "TRIM_HORIZON"},
		{"from a time, with a page of older records before", event.Position{Start: "AT_TIMESTAMP", Since: now.Add(time.Hour)},
			func(f *fakeStream) { f.put(now.Add(time.Hour)) }, "4", "TRIM_HORIZON"},
		{"behind what is trimmed, at once", event.Position{Start: "TRIM_HORIZON"}, func(f *fakeStream) { f.first = 1 }, "2 3", "TRIM_HORIZON TRIM_HORIZON"},
		{"behind a record whose followers are trimmed", event.Position{After: "1"}, func(f *fakeStream) { f.first = 2 },
			"3", "AFTER_SEQUENCE_NUMBER AFTER_SEQUENCE_NUMBER TRIM_HORIZON"},
		{"nothing, for now", event.Position{After: "3"}, func(*fakeStream) {}, "", "AFTER_SEQUENCE_NUMBER"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &fakeStream{}
			f.put(recordTime.Add(-2 * time.Second))
			f.put(recordTime.Add(-time.Second))
			f.put(recordTime)
			r := &streamReader{
				eventStreams: eventStreams{api: f.api(), clock: clock.NewFake(now, 1)},
				m:            &event.Mapping{EventSourceARN: "arn"}, at: tt.at, call: &api.Call{}, callAt: now,
			}
			if err := r.seek(t.Context()); err != nil {
				t.Fatal(err)
			}
			tt.then(f)
			var got []string
			for {
				records, ended, err := r.Read(t.Context(), 2)
				if err != nil || ended {
					t.Fatalf("Read = %v, ended %v", err, ended)
				}
				if len(records) == 0 {
					break
				}
				for _, record := range records {
					got = append(got, record.SequenceNumber)
				}
			}
			if text := strings.Join(got, " "); text != tt.want {
				t.Errorf("records %s, want %s", text, tt.want)
			}
			if asked := strings.Join(f.asked, " "); asked != tt.asked {
				t.Errorf("iterators %s, want %s", asked, tt.asked)
			}
		})
	}
}
