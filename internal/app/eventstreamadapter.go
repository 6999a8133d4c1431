package app

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"time"

	"cloudless/internal/api"
	dds "cloudless/internal/api/dynamodbstreams"
	"cloudless/internal/awserr"
	"cloudless/internal/clock"
	"cloudless/internal/event"
	"cloudless/internal/service/dynamodb/stream"
	"cloudless/internal/service/lambda"
	"cloudless/internal/wire"
	"cloudless/internal/wire/jsonscan"
	"cloudless/internal/wire/jsonshape"
)

// eventStreams is DynamoDB Streams as the fabric of events sees it: its
// operation table, called as the role of the mapping's function. Only that
// something has changed it learns from the service itself.
type eventStreams struct {
	lambda  *lambda.Service
	service *stream.Service
	api     *api.Service // its operations
	clock   clock.Clock
}

// do calls an operation.
func (e eventStreams) do(ctx context.Context, call *api.Call, operation string, in any) (any, error) {
	return e.api.Operations[operation].Do(ctx, call, in)
}

// Shards implements event.Source.
func (e eventStreams) Shards(ctx context.Context, m *event.Mapping) ([]event.Shard, error) {
	call, err := e.lambda.MappingCall(ctx, mappingFor(m))
	if err != nil {
		return nil, err
	}
	var shards []event.Shard
	in := &dds.DescribeStreamInput{StreamArn: m.EventSourceARN}
	for {
		out, err := e.do(ctx, call, "DescribeStream", in)
		if err != nil {
			return nil, err
		}
		d := out.(*dds.DescribeStreamOutput).StreamDescription
		for _, s := range d.Shards {
			shard := event.Shard{ID: *s.ShardId}
			if s.ParentShardId != nil {
				shard.ParentID = *s.ParentShardId
			}
			shards = append(shards, shard)
		}
		if d.LastEvaluatedShardId == nil {
			return shards, nil
		}
		in.ExclusiveStartShardId = d.LastEvaluatedShardId
	}
}

// Open implements event.Source.
func (e eventStreams) Open(ctx context.Context, m *event.Mapping, shardID string, at event.Position) (event.Reader, error) {
	r := &streamReader{eventStreams: e, m: m, shardID: shardID, at: at}
	var err error
	if r.more, err = e.service.Changes(ctx, m.EventSourceARN, shardID); err != nil {
		return nil, err
	}
	return r, r.seek(ctx)
}

// streamReader reads a shard of a stream.
type streamReader struct {
	eventStreams
	m       *event.Mapping
	shardID string
	at      event.Position // of what is read next
	next    *string        // the iterator that is there; nil behind the last record
	more    <-chan struct{}

	mu     sync.Mutex
	call   *api.Call
	callAt time.Time
}

// More implements event.Reader.
func (r *streamReader) More() <-chan struct{} { return r.more }

// callTime is how long a reader calls as the session that it has.
const callTime = 5 * time.Minute

func (r *streamReader) asRole(ctx context.Context) (*api.Call, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	if r.call == nil || now.Sub(r.callAt) > callTime {
		call, err := r.lambda.MappingCall(ctx, mappingFor(r.m))
		if err != nil {
			return nil, err
		}
		r.call, r.callAt = call, now
	}
	return r.call, nil
}

// seek gets an iterator for the position. Records that are forgotten are
// passed over.
func (r *streamReader) seek(ctx context.Context) error {
	in := &dds.GetShardIteratorInput{StreamArn: r.m.EventSourceARN, ShardId: r.shardID, ShardIteratorType: "TRIM_HORIZON"}
	switch {
	case r.at.After != "":
		in.ShardIteratorType, in.SequenceNumber = "AFTER_SEQUENCE_NUMBER", &r.at.After
	case r.at.Start == "LATEST":
		in.ShardIteratorType = "LATEST"
		// Should the iterator expire before a record has come, the time tells.
		r.at = event.Position{Start: "AT_TIMESTAMP", Since: r.clock.Now()}
	}
	call, err := r.asRole(ctx)
	if err != nil {
		return err
	}
	out, err := r.do(ctx, call, "GetShardIterator", in)
	if awserr.Code(err) == "TrimmedDataAccessException" {
		in.ShardIteratorType, in.SequenceNumber = "TRIM_HORIZON", nil
		out, err = r.do(ctx, call, "GetShardIterator", in)
	}
	if err != nil {
		return err
	}
	r.next = out.(*dds.GetShardIteratorOutput).ShardIterator
	return nil
}

// Read implements event.Reader.
func (r *streamReader) Read(ctx context.Context, limit int) (records []event.Record, ended bool, err error) {
	for len(records) == 0 && r.next != nil {
		page, err := r.page(ctx, limit)
		if err != nil {
			return nil, false, err
		}
		r.next = page.NextShardIterator
		if len(page.Records) == 0 {
			break
		}
		for i := range page.Records {
			record, err := r.record(&page.Records[i])
			if err != nil {
				return nil, false, err
			}
			r.at.After = record.SequenceNumber
			// The API tells times by the second.
			if r.at.Start == "AT_TIMESTAMP" && record.Arrived.Before(r.at.Since.Truncate(time.Second)) {
				continue
			}
			records = append(records, record)
		}
	}
	return records, r.next == nil, nil
}

// page reads once, with a new iterator if the one that is there does not serve
// any more.
func (r *streamReader) page(ctx context.Context, limit int) (*dds.GetRecordsOutput, error) {
	for again := false; ; again = true {
		call, err := r.asRole(ctx)
		if err != nil {
			return nil, err
		}
		out, err := r.do(ctx, call, "GetRecords", &dds.GetRecordsInput{ShardIterator: *r.next, Limit: new(int64(limit))})
		if err == nil {
			return out.(*dds.GetRecordsOutput), nil
		}
		code := awserr.Code(err)
		if again || code != "ExpiredIteratorException" && code != "TrimmedDataAccessException" {
			return nil, err
		}
		if err := r.seek(ctx); err != nil {
			return nil, err
		}
	}
}

// record writes a record as functions get it.
func (r *streamReader) record(in *dds.Record) (event.Record, error) {
	text, err := recordJSON(in, r.m.EventSourceARN)
	if err != nil {
		return event.Record{}, err
	}
	key, err := shapeJSON("AttributeMap", nil, in.Dynamodb.Keys)
	if err != nil {
		return event.Record{}, err
	}
	at := *in.Dynamodb.ApproximateCreationDateTime
	return event.Record{
		SequenceNumber: *in.Dynamodb.SequenceNumber, Key: string(key), Arrived: at, Expires: at.Add(stream.Retention), JSON: text,
	}, nil
}

// recordJSON writes a record in the order of members in which AWS does. The
// one who made a change is written otherwise than in the API.
func recordJSON(in *dds.Record, sourceARN string) ([]byte, error) {
	out := []byte(`{"eventID":`)
	out = jsonscan.AppendString(out, *in.EventID)
	for _, member := range []struct{ name, value string }{
		{"eventName", in.EventName}, {"eventVersion", *in.EventVersion}, {"eventSource", *in.EventSource}, {"awsRegion", *in.AwsRegion},
	} {
		out = append(out, `,"`+member.name+`":`...)
		out = jsonscan.AppendString(out, member.value)
	}
	out, err := shapeJSON("StreamRecord", append(out, `,"dynamodb":`...), *in.Dynamodb)
	if err != nil {
		return nil, err
	}
	if who := in.UserIdentity; who != nil {
		out = jsonscan.AppendString(append(out, `,"userIdentity":{"type":`...), *who.Type)
		out = jsonscan.AppendString(append(out, `,"principalId":`...), *who.PrincipalId)
		out = append(out, '}')
	}
	out = jsonscan.AppendString(append(out, `,"eventSourceARN":`...), sourceARN)
	return append(out, '}'), nil
}

// shapeJSON appends a value of a shape of the streams' model.
func shapeJSON(shape string, dst []byte, value any) ([]byte, error) {
	for i := range dds.Schema.Shapes {
		if dds.Schema.Shapes[i].Name == shape {
			return jsonshape.Append(dst, &dds.Schema, wire.Ref(i), reflect.ValueOf(value))
		}
	}
	return nil, fmt.Errorf("the model has no shape %s", shape)
}
