package dynamodb

import (
	"context"
	"time"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// RestoreTableToPointInTime makes a new table with the items that another one
// had at some time. The table is CREATING until a job has copied them.
func (s *Service) RestoreTableToPointInTime(ctx context.Context, call *api.Call, in *ddb.RestoreTableToPointInTimeInput) (*ddb.RestoreTableToPointInTimeOutput, error) {
	from, where, err := parseRestore(call, in)
	if err != nil {
		return nil, err
	}
	for _, of := range []ref{from, where} {
		if err := s.authorize(ctx, call, "RestoreTableToPointInTime", of); err != nil {
			return nil, err
		}
	}
	var r *record
	key, fromKey := tableKey(where.account, where.region, where.name), tableKey(from.account, from.region, from.name)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key, fromKey}}, func(tx kv.Tx) error {
		was, err := s.readActive(tx, call, from)
		if err != nil {
			return err
		}
		at, err := was.restorable(in, s.tick())
		if err != nil {
			return err
		}
		if err := s.claimName(tx, where, ddb.TableAlreadyExistsException); err != nil {
			return err
		}
		r, err = s.restored(was, where, overrides{in.BillingModeOverride, in.ProvisionedThroughputOverride, in.OnDemandThroughputOverride,
			in.GlobalSecondaryIndexOverride, in.LocalSecondaryIndexOverride, in.SSESpecificationOverride})
		if err != nil {
			return err
		}
		r.Restored = &restoredRecord{TableARN: was.arn(), AsOf: at, InProgress: true}
		j := &job{Kind: jobRestore, Account: r.Account, Region: r.Region, Table: was.Name, Data: was.Data, Copy: &copyJob{To: r.Data, Target: r.Name}}
		s.copyAsOf(was, j, at)
		tx.Set(fromKey, was.encode())
		tx.Set(jobKey(j.ID), j.encode())
		tx.Set(key, r.encode())
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.wakeJobs()
	return &ddb.RestoreTableToPointInTimeOutput{TableDescription: describe(r, s.clock.Now(), statusCreating, nil)}, nil
}

func parseRestore(call *api.Call, in *ddb.RestoreTableToPointInTimeInput) (from, to ref, err error) {
	var name string
	switch {
	case in.SourceTableArn != nil && in.SourceTableName != nil:
		return ref{}, ref{}, awserr.Validation("Only one of SourceTableArn and SourceTableName can be specified")
	case in.SourceTableArn != nil:
		name = *in.SourceTableArn
	case in.SourceTableName != nil:
		name = *in.SourceTableName
	default:
		return ref{}, ref{}, awserr.Validation("Either SourceTableArn or SourceTableName must be specified")
	}
	if isTrue(in.UseLatestRestorableTime) == (in.RestoreDateTime != nil) {
		return ref{}, ref{}, awserr.Validation("Exactly one of UseLatestRestorableTime and RestoreDateTime must be specified")
	}
	if from, err = parseRef(call, name); err != nil {
		return ref{}, ref{}, err
	}
	to, err = parseRef(call, in.TargetTableName)
	return from, to, err
}

// restorable returns the time that a request names, or refuses it where the
// table's history does not reach there.
func (r *record) restorable(in *ddb.RestoreTableToPointInTimeInput, now time.Time) (time.Time, error) {
	if r.Recovery == nil {
		return time.Time{}, errNoRecovery(r.Name)
	}
	if in.RestoreDateTime == nil {
		return now, nil
	}
	at := *in.RestoreDateTime
	if at.Before(r.Recovery.earliest(now)) || at.After(now) {
		return time.Time{}, ddb.InvalidRestoreTimeException("An invalid restore time was specified. RestoreDateTime must be between EarliestRestorableDateTime and LatestRestorableDateTime.")
	}
	return at, nil
}

func errNoRecovery(name string) error {
	return ddb.PointInTimeRecoveryUnavailableException("Point in time recovery is not enabled for table '" + name + "'")
}
