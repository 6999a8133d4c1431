package lambda

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// States of an event source mapping.
const (
	mappingCreating  = "Creating"
	mappingEnabling  = "Enabling"
	mappingEnabled   = "Enabled"
	mappingDisabling = "Disabling"
	mappingDisabled  = "Disabled"
	mappingUpdating  = "Updating"
	mappingDeleting  = "Deleting"
)

// mapping is an event source mapping as the store keeps it. Ages and numbers
// of attempts of -1 have no limit.
type mapping struct {
	FormatVersion int       `json:"v"`
	Account       string    `json:"account"`
	Region        string    `json:"region"`
	UUID          string    `json:"uuid"`
	Revision      int64     `json:"revision"` // grows with each change that a poller has to know of
	Created       time.Time `json:"created"`
	Modified      time.Time `json:"modified"`

	State   string            `json:"state"`
	Enabled bool              `json:"enabled"` // that is what State leads to
	Result  string            `json:"result"`  // of the last processing
	Tags    map[string]string `json:"tags,omitempty"`

	Source            string     `json:"source"`   // its ARN
	Function          string     `json:"function"` // its ARN, with the qualifier that was given
	StartingPosition  string     `json:"start"`
	StartingTimestamp *time.Time `json:"startTime,omitempty"`

	BatchSize       int64    `json:"batchSize"`
	BatchWindowS    int64    `json:"batchWindow"` // seconds
	Parallelization int64    `json:"parallelization"`
	Bisect          bool     `json:"bisect"`
	RecordAgeS      int64    `json:"recordAge"` // seconds
	RetryAttempts   int64    `json:"retryAttempts"`
	TumblingWindowS int64    `json:"tumblingWindow"` // seconds
	ResponseTypes   []string `json:"responseTypes,omitempty"`
	Filters         []string `json:"filters,omitempty"`
	OnFailure       string   `json:"onFailure,omitempty"`
}

// neverProcessed is the result before there was any.
const neverProcessed = "No records processed"

func (m *mapping) key() []byte { return mappingKey(m.Account, m.Region, m.UUID) }

func (m *mapping) arn() string {
	return "arn:aws:lambda:" + m.Region + ":" + m.Account + ":event-source-mapping:" + m.UUID
}

// describe returns the mapping as the API shows it.
func (m *mapping) describe() *lambdaapi.EventSourceMappingConfiguration {
	out := &lambdaapi.EventSourceMappingConfiguration{
		UUID: new(m.UUID), EventSourceMappingArn: new(m.arn()), EventSourceArn: new(m.Source), FunctionArn: new(m.Function),
		StartingPosition: m.StartingPosition, StartingPositionTimestamp: m.StartingTimestamp,
		LastModified: new(m.Modified), LastProcessingResult: new(m.Result), State: new(m.State), StateTransitionReason: new("User action"),
		BatchSize: new(m.BatchSize), MaximumBatchingWindowInSeconds: new(m.BatchWindowS), ParallelizationFactor: new(m.Parallelization),
		BisectBatchOnFunctionError: new(m.Bisect), MaximumRecordAgeInSeconds: new(m.RecordAgeS), MaximumRetryAttempts: new(m.RetryAttempts),
		TumblingWindowInSeconds: new(m.TumblingWindowS), FunctionResponseTypes: append([]string{}, m.ResponseTypes...),
		DestinationConfig: &lambdaapi.DestinationConfig{OnFailure: &lambdaapi.OnFailure{}},
	}
	if m.OnFailure != "" {
		out.DestinationConfig.OnFailure.Destination = new(m.OnFailure)
	}
	if len(m.Filters) > 0 {
		out.FilterCriteria = &lambdaapi.FilterCriteria{}
		for _, pattern := range m.Filters {
			out.FilterCriteria.Filters = append(out.FilterCriteria.Filters, lambdaapi.Filter{Pattern: new(pattern)})
		}
	}
	return out
}

// apply changes what the request gives and leaves the rest as it is.
func (m *mapping) apply(in *lambdaapi.UpdateEventSourceMappingRequest) {
	set(&m.BatchSize, in.BatchSize)
	set(&m.BatchWindowS, in.MaximumBatchingWindowInSeconds)
	set(&m.Parallelization, in.ParallelizationFactor)
	set(&m.Bisect, in.BisectBatchOnFunctionError)
	set(&m.RecordAgeS, in.MaximumRecordAgeInSeconds)
	set(&m.RetryAttempts, in.MaximumRetryAttempts)
	set(&m.TumblingWindowS, in.TumblingWindowInSeconds)
	if in.FunctionResponseTypes != nil {
		m.ResponseTypes = in.FunctionResponseTypes
	}
	if in.FilterCriteria != nil {
		m.Filters = nil
		for _, f := range in.FilterCriteria.Filters {
			m.Filters = append(m.Filters, valueOf(f.Pattern))
		}
	}
	if to := in.DestinationConfig; to != nil && to.OnFailure != nil {
		m.OnFailure = valueOf(to.OnFailure.Destination)
	}
}

func noSuchMapping() error {
	return lambdaapi.ResourceNotFoundException("The resource you requested does not exist.")
}

func readMapping(r kv.Reader, account, region, uuid string) (*mapping, error) {
	m := &mapping{}
	return m, readRecord(r, mappingKey(account, region, uuid), m, noSuchMapping())
}

// mappingOf returns a mapping that the caller may do something with.
func (s *Service) mappingOf(ctx context.Context, call *api.Call, action, uuid string, facts ...api.Fact) (*mapping, error) {
	var m *mapping
	err := s.store.View(ctx, func(r kv.Reader) error {
		var err error
		m, err = readMapping(r, call.Account, call.Region, uuid)
		return err
	})
	if err == nil {
		facts = slices.Concat(facts, resourceTags(m.Tags), given("lambda:FunctionArn", m.Function))
	}
	if denied := s.authz.Authorize(ctx, call, "lambda:"+action, call.ARN("lambda", "event-source-mapping:"+uuid), facts...); denied != nil {
		return nil, denied
	}
	return m, err
}

// changeMapping changes a mapping and tells those who poll. alter may run more
// than once.
func (s *Service) changeMapping(ctx context.Context, m *mapping, alter func(kv.Tx, *mapping) error) (*mapping, error) {
	var changed *mapping
	claims := kv.Claims{Write: [][]byte{m.key(), MappingsKey()}}
	err := s.store.Update(ctx, claims, func(tx kv.Tx) error {
		var err error
		if changed, err = readMapping(tx, m.Account, m.Region, m.UUID); err != nil {
			return err
		}
		if err := alter(tx, changed); err != nil {
			return err
		}
		changed.Revision++
		tx.Set(MappingsKey(), []byte(s.newID()))
		return writeRecord(tx, changed.key(), changed)
	})
	return changed, err
}

// checkSettled refuses to change a mapping while an earlier change is under way.
// deed is what is to be done to it: "update" or "delete".
func (m *mapping) checkSettled(deed string) error {
	if m.State == mappingEnabled || m.State == mappingDisabled {
		return nil
	}
	return lambdaapi.ResourceInUseException("Cannot " + deed + " the event source mapping because it is in use.")
}

// settleMapping ends, in the background, the state in which a change has left
// a mapping that is not enabled. That of others ends when they are polled.
func (s *Service) settleMapping(m *mapping) {
	if m.Enabled {
		return
	}
	settle := s.disableMapping
	if m.State == mappingDeleting {
		settle = s.removeMapping
	}
	s.background.Go(func() {
		if err := settle(s.ctx, m); err != nil && s.ctx.Err() == nil {
			s.log.Error("event source mapping not settled", "uuid", m.UUID, "err", err)
		}
	})
}

func (s *Service) disableMapping(ctx context.Context, m *mapping) error {
	return s.noteMapping(ctx, m.Account, m.Region, m.UUID, func(now *mapping) bool {
		if now.Revision != m.Revision {
			return false // a later change settles it
		}
		now.State = mappingDisabled
		return true
	})
}

// removeMapping removes a mapping that is Deleting: no change is let in between.
func (s *Service) removeMapping(ctx context.Context, m *mapping) error {
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{m.key(), MappingsKey()}}, func(tx kv.Tx) error {
		tx.Delete(m.key())
		tx.Set(MappingsKey(), []byte(s.newID()))
		return nil
	})
}

// noteMapping changes what no poller has to know of. That there is no such
// mapping any more is no error; note tells whether there is anything to write.
func (s *Service) noteMapping(ctx context.Context, account, region, uuid string, note func(*mapping) bool) error {
	key := mappingKey(account, region, uuid)
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		m := &mapping{}
		err := readRecord(tx, key, m, kv.ErrNotFound)
		if errors.Is(err, kv.ErrNotFound) {
			return nil
		}
		if err != nil || !note(m) {
			return err
		}
		return writeRecord(tx, key, m)
	})
}

// resumeMappings settles what an earlier server has left unsettled.
func (s *Service) resumeMappings(ctx context.Context) error {
	var undone []*mapping
	err := s.store.View(ctx, func(r kv.Reader) error {
		return eachRecord(r, allOf("mapping"), func(m *mapping) error {
			if m.State != mappingEnabled && m.State != mappingDisabled {
				undone = append(undone, m)
			}
			return nil
		})
	})
	for _, m := range undone {
		s.settleMapping(m)
	}
	return err
}

// checkTwin refuses a mapping between two that have one already.
func checkTwin(tx kv.Tx, m *mapping) error {
	return eachRecord(tx, allOf("mapping", m.Account, m.Region), func(other *mapping) error {
		if other.UUID == m.UUID || other.Source != m.Source || other.Function != m.Function {
			return nil
		}
		function := strings.Split(m.Function, ":")[6]
		return lambdaapi.ResourceConflictException(fmt.Sprintf("The event source arn (\" %s \") and function (\" %s \") provided mapping already exists. "+
			"Please update or delete the existing mapping with UUID %s", m.Source, function, other.UUID))
	})
}

// reportsItems tells whether the function's answer names the items that failed.
func (m *mapping) reportsItems() bool {
	return slices.Contains(m.ResponseTypes, "ReportBatchItemFailures")
}
