package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// CreateEventSourceMapping lets a function have the records of a stream.
func (s *Service) CreateEventSourceMapping(ctx context.Context, call *api.Call, in *lambdaapi.CreateEventSourceMappingRequest) (*lambdaapi.EventSourceMappingConfiguration, error) {
	n, err := mappedName(call, in.FunctionName)
	if err != nil {
		return nil, err
	}
	err = s.authz.Authorize(ctx, call, "lambda:CreateEventSourceMapping", "*", append(api.RequestTags(in.Tags), api.Given("lambda:FunctionArn", n.qualifiedARN()))...)
	if err != nil {
		return nil, err
	}
	if err := s.authorizeTagging(ctx, call, call.ARN("lambda", "event-source-mapping:*"), in.Tags); err != nil {
		return nil, err
	}
	if in.EventSourceArn != nil { // of what kind it is comes after, as on AWS
		if err := s.checkMapped(ctx, n); err != nil {
			return nil, err
		}
	}
	if err := checkStart(in); err != nil {
		return nil, err
	}
	if err := refuseUnbuiltMapping(in); err != nil {
		return nil, err
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	m := s.newMapping(n, in)
	if err := s.checkMapping(ctx, call, m); err != nil {
		return nil, err
	}
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{m.key(), MappingsKey()}}, func(tx kv.Tx) error {
		if err := checkTwin(tx, m); err != nil {
			return err
		}
		tx.Set(MappingsKey(), []byte(s.newID()))
		return writeRecord(tx, m.key(), m)
	})
	if err != nil {
		return nil, err
	}
	out := m.describe()
	s.settleMapping(m)
	return out, nil
}

// mappedName reads the name of a mapping's function. $LATEST is the function
// itself there.
func mappedName(call *api.Call, function string) (name, error) {
	n, err := parseName(call, function, nil)
	if n.qualifier == latest {
		n = n.unqualified()
	}
	return n, err
}

// newMapping makes the mapping that a request asks for.
func (s *Service) newMapping(n name, in *lambdaapi.CreateEventSourceMappingRequest) *mapping {
	m := &mapping{
		FormatVersion: 1, Account: n.account, Region: n.region, UUID: s.newID(), Revision: 1,
		Created: s.clock.Now(), Modified: s.clock.Now(), Result: neverProcessed, Tags: in.Tags,
		State: mappingCreating, Enabled: in.Enabled == nil || *in.Enabled,
		Source: *in.EventSourceArn, Function: n.qualifiedARN(), StartingPosition: in.StartingPosition,
		BatchSize: defaultBatchSize, Parallelization: 1, RecordAgeS: unlimited, RetryAttempts: unlimited,
	}
	m.apply(&lambdaapi.UpdateEventSourceMappingRequest{
		BatchSize: in.BatchSize, FilterCriteria: in.FilterCriteria, MaximumBatchingWindowInSeconds: in.MaximumBatchingWindowInSeconds,
		DestinationConfig: in.DestinationConfig, MaximumRecordAgeInSeconds: in.MaximumRecordAgeInSeconds,
		BisectBatchOnFunctionError: in.BisectBatchOnFunctionError, MaximumRetryAttempts: in.MaximumRetryAttempts,
		ParallelizationFactor: in.ParallelizationFactor, TumblingWindowInSeconds: in.TumblingWindowInSeconds,
		FunctionResponseTypes: in.FunctionResponseTypes,
	})
	return m
}
