package app

import (
	"context"
	"fmt"
	"strings"

	"cloudless/internal/api"
	"cloudless/internal/awserr"
	"cloudless/internal/event"
	"cloudless/internal/service/lambda"
	"cloudless/internal/storage/kv"
)

// eventMappings is Lambda as the fabric of events sees it: what to poll for,
// and functions.
type eventMappings struct {
	lambda *lambda.Service
	store  kv.Store
}

// Mappings implements event.Mappings.
func (e eventMappings) Mappings(ctx context.Context) ([]event.Mapping, error) {
	list, err := e.lambda.Mappings(ctx)
	all := make([]event.Mapping, len(list))
	for i, m := range list {
		all[i] = event.Mapping{
			ID: m.UUID, Revision: m.Revision, Enabled: m.Enabled, Created: m.Created, Account: m.Account, Region: m.Region,
			EventSourceARN: m.SourceARN, FunctionARN: m.FunctionARN, StartingPosition: m.StartingPosition,
			BatchSize: m.BatchSize, MaximumBatchingWindow: m.BatchingWindow, ParallelizationFactor: m.ParallelizationFactor,
			MaximumRetryAttempts: m.MaximumRetryAttempts, MaximumRecordAge: m.MaximumRecordAge,
			BisectBatchOnFunctionError: m.BisectOnError, ReportBatchItemFailures: m.ReportBatchItemFailures,
			TumblingWindow: m.TumblingWindow, Filters: m.Filters, OnFailure: m.OnFailure,
		}
	}
	return all, err
}

// Changed implements event.Mappings.
func (e eventMappings) Changed(ctx context.Context) <-chan struct{} {
	return e.store.Watch(ctx, lambda.MappingsKey())
}

// Polled implements event.Mappings.
func (e eventMappings) Polled(ctx context.Context, m *event.Mapping, result string) error {
	if err := e.lambda.NotePolled(ctx, mappingFor(m)); err != nil || result == "" {
		return err
	}
	return e.lambda.NoteProcessing(ctx, mappingFor(m), result)
}

// Invoke implements event.Invoker.
func (e eventMappings) Invoke(ctx context.Context, m *event.Mapping, requestID string, payload []byte) (event.Result, error) {
	out, version, err := e.lambda.InvokeMapped(ctx, mappingFor(m), requestID, payload)
	return event.Result{Payload: out.Payload, FunctionError: out.FunctionError, ExecutedVersion: version}, err
}

// mappingFor names a mapping to Lambda.
func mappingFor(m *event.Mapping) lambda.Mapping {
	return lambda.Mapping{Account: m.Account, Region: m.Region, UUID: m.ID, Revision: m.Revision, FunctionARN: m.FunctionARN}
}

// eventDestinations delivers what a mapping has discarded: to buckets, as the
// role of its function.
type eventDestinations struct {
	lambda *lambda.Service
	s3     *api.Service
}

// Send implements event.Destinations.
func (d eventDestinations) Send(ctx context.Context, m *event.Mapping, f *event.Failure) error {
	bucket, ok := strings.CutPrefix(m.OnFailure, "arn:aws:s3:::")
	if !ok {
		return awserr.Unsupported("the destination " + m.OnFailure)
	}
	call, err := d.lambda.MappingCall(ctx, mappingFor(m))
	if err != nil {
		return err
	}
	body, err := f.JSON(true)
	if err != nil {
		return err
	}
	at := f.Timestamp.UTC().Format("2006/01/02/2006-01-02T15.04.05")
	key := fmt.Sprintf("aws/lambda/%s/%s/%s-%s", m.ID, f.ShardID(), at, f.ID)
	return buckets{d.s3}.Put(ctx, call, bucket, key, body)
}
