package event

import (
	"encoding/json"
	"strings"
	"time"
)

// Why records are discarded.
const (
	retriesExhausted = "RetryAttemptsExhausted"
	ageExceeded      = "RecordAgeExceeded"
)

// Failure tells of records that were discarded. Its JSON is what AWS writes to
// destinations.
type Failure struct {
	ID              string // a UUID of its own
	RequestContext  requestContext
	ResponseContext *responseContext // nil where the age of the records has decided
	Timestamp       time.Time
	Batch           batchInfo
	Payload         []byte // the event, for destinations that are given it
}

type requestContext struct {
	RequestID              string `json:"requestId"`
	FunctionARN            string `json:"functionArn"`
	Condition              string `json:"condition"`
	ApproximateInvokeCount int    `json:"approximateInvokeCount"`
}

type responseContext struct {
	StatusCode      int     `json:"statusCode"`
	ExecutedVersion string  `json:"executedVersion"`
	FunctionError   *string `json:"functionError"` // null if the function told which records failed
}

type batchInfo struct {
	ShardID        string `json:"shardId"`
	Start          string `json:"startSequenceNumber"`
	End            string `json:"endSequenceNumber"`
	ArrivalOfFirst string `json:"approximateArrivalOfFirstRecord"`
	ArrivalOfLast  string `json:"approximateArrivalOfLastRecord"`
	BatchSize      int    `json:"batchSize"`
	StreamARN      string `json:"streamArn"`
}

// ShardID returns the shard that the records come from.
func (f *Failure) ShardID() string { return f.Batch.ShardID }

// JSON writes the failure as AWS does for queues, topics and functions, and
// with the event, as text, for buckets.
func (f *Failure) JSON(withPayload bool) ([]byte, error) {
	record := struct {
		RequestContext  requestContext   `json:"requestContext"`
		ResponseContext *responseContext `json:"responseContext,omitempty"`
		Version         string           `json:"version"`
		Timestamp       string           `json:"timestamp"`
		Kinesis         *batchInfo       `json:"KinesisBatchInfo,omitempty"`
		DynamoDB        *batchInfo       `json:"DDBStreamBatchInfo,omitempty"`
		Payload         *string          `json:"payload,omitempty"`
	}{
		RequestContext: f.RequestContext, ResponseContext: f.ResponseContext,
		Version: "1.0", Timestamp: f.Timestamp.UTC().Format("2006-01-02T15:04:05.000Z"),
	}
	if strings.HasPrefix(f.Batch.StreamARN, "arn:aws:kinesis:") {
		record.Kinesis = &f.Batch
	} else {
		record.DynamoDB = &f.Batch
	}
	if withPayload {
		record.Payload = new(string(f.Payload))
	}
	return json.Marshal(record)
}

// failure describes the discarding of a part.
func (b *batch) failure(p *part, condition string) *Failure {
	first, last := p.entries[0], p.entries[len(p.entries)-1]
	f := &Failure{
		ID: b.newID(),
		RequestContext: requestContext{
			RequestID: p.requestID, FunctionARN: b.m.FunctionARN, Condition: condition,
			ApproximateInvokeCount: max(1, p.invocations), // AWS tells of 1 where there was none
		},
		Timestamp: b.Clock.Now(),
		Batch: batchInfo{
			ShardID: b.id, Start: first.SequenceNumber, End: last.SequenceNumber,
			ArrivalOfFirst: instant(first.Arrived), ArrivalOfLast: instant(last.Arrived),
			BatchSize: len(p.entries), StreamARN: b.m.EventSourceARN,
		},
		Payload: b.payload(p.entries, false),
	}
	if f.RequestContext.RequestID == "" {
		f.RequestContext.RequestID = b.newID()
	}
	if condition == retriesExhausted {
		f.ResponseContext = &responseContext{StatusCode: 200, ExecutedVersion: p.result.ExecutedVersion}
		if p.result.FunctionError != "" {
			f.ResponseContext.FunctionError = new(p.result.FunctionError)
		}
	}
	return f
}

// instant writes a time as AWS does: with milliseconds, unless there are none.
func instant(t time.Time) string {
	if t.Nanosecond() < int(time.Millisecond) {
		return t.UTC().Format("2006-01-02T15:04:05Z")
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
