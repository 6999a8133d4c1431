package dynamodb

import (
	"context"
	"slices"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/storage/kv"
)

// RestoreTableFromBackup makes a new table with the items of a backup. The
// table is CREATING until a job has copied them.
func (s *Service) RestoreTableFromBackup(ctx context.Context, call *api.Call, in *ddb.RestoreTableFromBackupInput) (*ddb.RestoreTableFromBackupOutput, error) {
	from, err := parseBackupARN(in.BackupArn)
	if err != nil {
		return nil, err
	}
	where, err := parseRef(call, in.TargetTableName)
	if err != nil {
		return nil, err
	}
	for _, resource := range []string{in.BackupArn, where.arn()} {
		if err := s.authz.Authorize(ctx, call, "dynamodb:RestoreTableFromBackup", resource); err != nil {
			return nil, err
		}
	}
	var r *record
	key := tableKey(where.account, where.region, where.name)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key, from.key()}}, func(tx kv.Tx) error {
		b, err := readBackup(tx, from)
		if err != nil {
			return err
		}
		if !b.Available {
			return ddb.BackupInUseException("Backup is being created: " + in.BackupArn)
		}
		if err := s.claimName(tx, where, ddb.TableAlreadyExistsException); err != nil {
			return err
		}
		r, err = s.restored(&b.Table, where, overrides{in.BillingModeOverride, in.ProvisionedThroughputOverride, in.OnDemandThroughputOverride,
			in.GlobalSecondaryIndexOverride, in.LocalSecondaryIndexOverride, in.SSESpecificationOverride})
		if err != nil {
			return err
		}
		r.Restored = &restoredRecord{BackupARN: in.BackupArn, TableARN: b.Table.arn(), AsOf: b.Created, InProgress: true}
		j := &job{Kind: jobRestore, Account: r.Account, Region: r.Region,
			Copy: &copyJob{From: b.Data, Backup: b.ID, BackupOf: b.Table.Name, To: r.Data, Target: r.Name}}
		s.identifyJob(j)
		b.Readers = append(slices.Clone(b.Readers), j.ID)
		tx.Set(from.key(), b.encode())
		tx.Set(jobKey(j.ID), j.encode())
		tx.Set(key, r.encode())
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.wakeJobs()
	return &ddb.RestoreTableFromBackupOutput{TableDescription: describe(r, s.clock.Now(), statusCreating, nil)}, nil
}
