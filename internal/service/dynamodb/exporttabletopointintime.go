package dynamodb

import (
	"context"
	"fmt"
	"time"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/transfer"
	"cloudless/internal/storage/kv"
)

const tokenAge = 8 * time.Hour // how long the ClientToken of an export or an import is remembered

// An incremental export is about so much time.
const (
	minIncrement = 15 * time.Minute
	maxIncrement = 24 * time.Hour
)

// ExportTableToPointInTime writes the items that a table had at some time, or
// what became of them between two times, into a bucket. A job does it.
func (s *Service) ExportTableToPointInTime(ctx context.Context, call *api.Call, in *ddb.ExportTableToPointInTimeInput) (*ddb.ExportTableToPointInTimeOutput, error) {
	where, err := parseRef(call, in.TableArn)
	if err != nil || where.arn() != in.TableArn {
		return nil, awserr.Validation(invalidValues + "tableArn is not a valid ARN")
	}
	if err := checkExport(in); err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, "ExportTableToPointInTime", where); err != nil {
		return nil, err
	}
	if s.objects == nil {
		return nil, awserr.Unsupported("exports where there is no S3")
	}
	var x *exportRecord
	key := tableKey(where.account, where.region, where.name)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		r, err := s.readActive(tx, call, where)
		if err != nil {
			return err
		}
		if x, err = s.sameExport(tx, where, in); x != nil || err != nil {
			return err
		}
		if x, err = s.newExport(r, where, in); err != nil {
			return err
		}
		x.By = callerOf(call)
		j := &job{Kind: jobExport, Account: r.Account, Region: r.Region, Table: r.Name, Data: r.Data, Export: x.ID, Copy: &copyJob{}}
		s.copyAsOf(r, j, x.At)
		if x.incremental() {
			r.Copies[len(r.Copies)-1].AsOf = x.From
		}
		tx.Set(x.key(), x.encode())
		tx.Set(jobKey(j.ID), j.encode())
		tx.Set(key, r.encode())
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.wakeJobs()
	return &ddb.ExportTableToPointInTimeOutput{ExportDescription: x.describe()}, nil
}

func checkExport(in *ddb.ExportTableToPointInTimeInput) error {
	incremental := in.ExportType == "INCREMENTAL_EXPORT"
	spec := in.IncrementalExportSpecification
	refuse := func(message string) error { return awserr.Validation("Invalid Request: " + message) }
	switch {
	case in.ExportType == "" && spec != nil:
		return refuse("Export Type expected to be Incremental Export when incremental export specification is provided")
	case !incremental && spec != nil:
		return refuse("When Export Type is Full Export , Incremental Export Specification should not be provided") // AWS's own blank
	case incremental && spec == nil:
		return refuse("Incremental Export Specification expected when export type is set as Incremental Export")
	case incremental && spec.ExportFromTime == nil:
		return refuse("ExportFromTime must be provided in IncrementalExportSpecification")
	case in.S3SseKmsKeyId != nil && in.S3SseAlgorithm != "KMS":
		return refuse("KMS Key Id is not supported for this encryption type")
	}
	return nil
}

// newExport checks the times that a request names against the table's history.
func (s *Service) newExport(r *record, where ref, in *ddb.ExportTableToPointInTimeInput) (*exportRecord, error) {
	if r.Recovery == nil {
		return nil, errNoRecovery(r.Name)
	}
	now := s.tick()
	x := &exportRecord{Version: exportVersion, ID: transfer.NewID(now, uint32(s.draw())), Table: where, TableID: r.ID, Input: in, Started: now, At: now, Key: namesOf(r.Key)}
	if x.Input.ClientToken == nil {
		filled := *in
		filled.ClientToken = new(fmt.Sprintf("%016x%016x", s.draw(), s.draw()))
		x.Input = &filled
	}
	if x.incremental() {
		return x, x.setIncrement(r, now)
	}
	if in.ExportTime != nil {
		x.At = *in.ExportTime
	}
	if x.At.Before(r.Recovery.earliest(now)) || x.At.After(now) {
		return nil, ddb.InvalidExportTimeException("Export Time is invalid")
	}
	return x, nil
}

// setIncrement sets the two times of an incremental export.
func (x *exportRecord) setIncrement(r *record, now time.Time) error {
	spec := x.Input.IncrementalExportSpecification
	x.From = *spec.ExportFromTime
	if spec.ExportToTime != nil {
		x.At = *spec.ExportToTime
	}
	refuse := func(message string, at ...time.Time) error {
		for _, t := range at {
			message += t.UTC().Format(time.RFC3339)
		}
		return ddb.InvalidExportTimeException(message)
	}
	switch length := x.At.Sub(x.From); {
	case x.From.Before(r.Created.Truncate(time.Second)):
		return refuse("Incremental export period from time cannot be less than the table creation time : ", x.From)
	case x.At.After(now):
		return refuse("Incremental export period to time cannot be greater than the current time : ", x.At)
	case length < minIncrement:
		return refuse("Difference between export period from time and export period to time is less than 15 minutes")
	case length > maxIncrement:
		return refuse("Difference between export period from time and export period to time is greater than 24 hours")
	case x.From.Before(r.Recovery.earliest(now)):
		return refuse("Export Time is invalid")
	}
	// What happened at the second time itself is of the next increment.
	x.At = x.At.Add(-time.Nanosecond)
	x.From = x.From.Add(-time.Nanosecond)
	return nil
}

// sameExport returns the export that was begun with the same ClientToken, or
// nil.
func (s *Service) sameExport(r kv.Reader, where ref, in *ddb.ExportTableToPointInTimeInput) (*exportRecord, error) {
	if in.ClientToken == nil {
		return nil, nil
	}
	for pair, err := range r.Scan(exportsOf(where.account, where.region, where.name)) {
		if err != nil {
			return nil, err
		}
		x, err := decodeExport(pair.Key, pair.Value)
		if err != nil {
			return nil, err
		}
		if value(x.Input.ClientToken) != *in.ClientToken || s.clock.Now().Sub(x.Started) > tokenAge {
			continue
		}
		if !sameJSON(x.Input, in) {
			return nil, ddb.ExportConflictException("Export conflict: Duplicate request detected with conflicting parameters")
		}
		return x, nil
	}
	return nil, nil
}
