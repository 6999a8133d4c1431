package event

import (
	"context"
	"time"
)

// Mapping says which source is read for which function, and how: the
// parameters of an event source mapping, under AWS's names.
type Mapping struct {
	ID       string // the UUID
	Revision int64  // grows with each change
	Enabled  bool   // one that is not keeps its checkpoints
	Created  time.Time

	Account        string
	Region         string
	EventSourceARN string
	FunctionARN    string // as it is to be invoked, with the qualifier if there is one

	StartingPosition          string    // TRIM_HORIZON, LATEST (what comes after Created) or AT_TIMESTAMP
	StartingPositionTimestamp time.Time // for AT_TIMESTAMP

	BatchSize                  int           // from 1 on
	MaximumBatchingWindow      time.Duration // 0: a batch goes as soon as there is a record
	ParallelizationFactor      int           // batches of a shard at a time, 1 to 10
	MaximumRetryAttempts       int           // -1: until the records expire
	MaximumRecordAge           time.Duration // negative: until the records expire
	BisectBatchOnFunctionError bool
	ReportBatchItemFailures    bool
	TumblingWindow             time.Duration // 0: none
	Filters                    []string      // event patterns; a record must match one, if there are any
	OnFailure                  string        // the ARN of the destination of what is discarded, or ""
}

// Mappings is where mappings are kept.
type Mappings interface {
	// Mappings returns every mapping there is, those that are not enabled
	// among them. The checkpoints of one that is missing are forgotten.
	Mappings(ctx context.Context) ([]Mapping, error)

	// Changed returns a channel that receives after what Mappings returns may
	// have changed, until ctx ends. Signals that nobody has taken become one.
	Changed(ctx context.Context) <-chan struct{}

	// Polled notes how a mapping does. It is called when that changes, and,
	// without a result, when polling begins: from then on no record is missed.
	Polled(ctx context.Context, m *Mapping, lastProcessingResult string) error
}

// Source is where the records of a mapping come from.
type Source interface {
	// Shards lists the shards of the source. A parent stands before its
	// children.
	Shards(ctx context.Context, m *Mapping) ([]Shard, error)

	// Open returns a reader of a shard's records from a position on. It is
	// good until ctx ends.
	Open(ctx context.Context, m *Mapping, shardID string, at Position) (Reader, error)
}

// Shard is a part of a source whose records have an order.
type Shard struct {
	ID       string
	ParentID string // the shard whose records come before its own, or ""
}

// Position is a place between the records of a shard.
type Position struct {
	After string    // behind the record of this sequence number, whatever else is said
	Start string    // TRIM_HORIZON, LATEST or AT_TIMESTAMP
	Since time.Time // for AT_TIMESTAMP: before the first record that arrived then or later
}

// Reader reads the records of a shard in their order.
type Reader interface {
	// Read returns the records that come next, limit at most, or none if there
	// are none now. ended says that none will come behind these.
	Read(ctx context.Context, limit int) (records []Record, ended bool, err error)

	// More returns a channel that receives after records may have come.
	More() <-chan struct{}
}

// Record is one record of a source.
type Record struct {
	SequenceNumber string // numbers of a shard can be compared as decimal numbers
	Key            string // records of the same key stay in order
	Arrived        time.Time
	Expires        time.Time // when the source forgets it
	JSON           []byte    // as the function gets it; it belongs to the receiver
}

// Invoker runs functions.
type Invoker interface {
	// Invoke runs a mapping's function and waits for its answer. An error says
	// that the event has not reached it, or that nobody knows what became of
	// it: in any case it is to be invoked again. What goes wrong inside of the
	// function is part of the Result.
	Invoke(ctx context.Context, m *Mapping, requestID string, payload []byte) (Result, error)
}

// Result is what came of an invocation.
type Result struct {
	Payload         []byte
	FunctionError   string // "Unhandled", or "" if the function answered
	ExecutedVersion string
}

// Destinations takes what is discarded.
type Destinations interface {
	// Send delivers a failure to the mapping's OnFailure destination.
	Send(ctx context.Context, m *Mapping, f *Failure) error
}
