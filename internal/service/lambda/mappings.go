package lambda

import (
	"context"
	"time"

	"cloudless/internal/api"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// Mapping is what a poller has to know of an event source mapping.
//
// The contract between this package, which keeps the mappings, and whoever
// polls for them:
//
//   - [Service.Mappings] lists all mappings. One that is not Enabled is not
//     polled and keeps its checkpoints; those of one that is missing are of no
//     more use, since a UUID is never used again. A batch that is at the
//     function when that happens may end.
//   - The store is watched at [MappingsKey]: it changes whenever the list may
//     have. Watching before listing loses nothing.
//   - Revision grows with every change. A poller that runs with an older one
//     goes on from its checkpoint with the new parameters.
//   - LATEST means what comes after Created, also if the poller hears of the
//     mapping later.
//   - A mapping stays Creating, Enabling or Updating until [Service.NotePolled]
//     says that it is polled, and until then it can be neither updated nor
//     deleted. Who waits for Enabled before writing into the source misses
//     nothing.
//   - The source is read by [Service.MappingCall], with the rights of the
//     function's role, and the function is called by [Service.InvokeMapped],
//     with nobody's: a mapping is its own permission.
//   - [Service.NoteProcessing] shows the owner how it goes.
type Mapping struct {
	Account  string
	Region   string
	UUID     string
	Revision int64
	Created  time.Time
	Enabled  bool // it is to be polled

	SourceARN        string
	FunctionARN      string // with the qualifier, if it has one
	StartingPosition string // "TRIM_HORIZON" or "LATEST"

	BatchSize               int
	BatchingWindow          time.Duration // 0: do not wait for more
	ParallelizationFactor   int           // batches of a shard at a time, of different keys
	BisectOnError           bool
	MaximumRecordAge        time.Duration // negative: no limit
	MaximumRetryAttempts    int           // negative: no limit
	TumblingWindow          time.Duration // 0: none
	ReportBatchItemFailures bool
	Filters                 []string // patterns, of which one must match; none lets all pass
	OnFailure               string   // ARN, or ""
}

// ARN names the mapping.
func (m *Mapping) ARN() string {
	return (&mapping{Account: m.Account, Region: m.Region, UUID: m.UUID}).arn()
}

// MappingsKey is the key of the store that changes with the mappings.
func MappingsKey() []byte { return keys.Encode(root, "mappings") }

// Mappings lists the mappings of all accounts and regions, those that are not
// enabled among them.
func (s *Service) Mappings(ctx context.Context) ([]Mapping, error) {
	var all []Mapping
	err := s.store.View(ctx, func(r kv.Reader) error {
		all = nil
		return eachRecord(r, allOf("mapping"), func(m *mapping) error {
			all = append(all, m.polled())
			return nil
		})
	})
	return all, err
}

func (m *mapping) polled() Mapping {
	return Mapping{
		Account: m.Account, Region: m.Region, UUID: m.UUID, Revision: m.Revision, Created: m.Created, Enabled: m.Enabled,
		SourceARN: m.Source, FunctionARN: m.Function, StartingPosition: m.StartingPosition,
		BatchSize: int(m.BatchSize), BatchingWindow: seconds(m.BatchWindowS), ParallelizationFactor: int(m.Parallelization),
		BisectOnError: m.Bisect, MaximumRecordAge: seconds(m.RecordAgeS), MaximumRetryAttempts: int(m.RetryAttempts),
		TumblingWindow: seconds(m.TumblingWindowS), ReportBatchItemFailures: m.reportsItems(), Filters: m.Filters, OnFailure: m.OnFailure,
	}
}

func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }

// MappingCall returns a call made by the role of the mapping's function, for
// reading the source.
func (s *Service) MappingCall(ctx context.Context, m Mapping) (*api.Call, error) {
	n, err := parseName(&api.Call{Account: m.Account, Region: m.Region}, m.FunctionARN, nil)
	if err != nil {
		return nil, err
	}
	return s.asRole(ctx, n)
}

// InvokeMapped runs the mapping's function once. version is the one that ran.
// An error says that the event has not reached the function: it is throttled
// (TooManyRequestsException), gone (ResourceNotFoundException) or not ready
// (ResourceConflictException), or something of ours has failed.
func (s *Service) InvokeMapped(ctx context.Context, m Mapping, requestID string, payload []byte) (out Outcome, version string, err error) {
	n, err := parseName(&api.Call{Account: m.Account, Region: m.Region}, m.FunctionARN, nil)
	if err != nil {
		return Outcome{}, "", err
	}
	if err := checkPayload(payload, maxPayloadBytes); err != nil {
		return Outcome{}, "", err
	}
	t, _, err := s.find(ctx, n)
	if err != nil {
		return Outcome{}, "", err
	}
	if err := checkActive(t); err != nil {
		return Outcome{}, "", err
	}
	out, err = s.run(ctx, t, Invocation{RequestID: requestID, Payload: payload, ARN: n.qualifiedARN(), TraceID: s.traceOf("", t).at(t).String()})
	return out, t.version(), err
}

// NoteProcessing keeps what the API shows as the LastProcessingResult, such as
// "OK" or "PROBLEM: Function call failed".
func (s *Service) NoteProcessing(ctx context.Context, m Mapping, result string) error {
	return s.noteMapping(ctx, m.Account, m.Region, m.UUID, func(now *mapping) bool {
		changed := now.Result != result
		now.Result = result
		return changed
	})
}

// NotePolled notes that a mapping is polled as it is at this revision: from now
// on no record is missed, and its state is Enabled.
func (s *Service) NotePolled(ctx context.Context, m Mapping) error {
	return s.noteMapping(ctx, m.Account, m.Region, m.UUID, func(now *mapping) bool {
		if now.Revision != m.Revision || !now.Enabled || now.State == mappingEnabled {
			return false
		}
		now.State = mappingEnabled
		return true
	})
}
