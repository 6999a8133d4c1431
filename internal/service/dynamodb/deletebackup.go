package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/storage/kv"
)

// DeleteBackup removes a backup. Its items go with a job.
func (s *Service) DeleteBackup(ctx context.Context, call *api.Call, in *ddb.DeleteBackupInput) (*ddb.DeleteBackupOutput, error) {
	where, err := parseBackupARN(in.BackupArn)
	if err != nil {
		return nil, err
	}
	if err := s.authz.Authorize(ctx, call, "dynamodb:DeleteBackup", in.BackupArn); err != nil {
		return nil, err
	}
	var b *backupRecord
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{where.key()}}, func(tx kv.Tx) error {
		if b, err = readBackup(tx, where); err != nil {
			return err
		}
		if !b.Available || len(b.Readers) > 0 {
			return ddb.BackupInUseException("Backup is in use: " + in.BackupArn)
		}
		j := &job{Kind: jobDrop, Data: b.Data, Index: tableIndex}
		s.identifyJob(j)
		tx.Set(jobKey(j.ID), j.encode())
		tx.Delete(where.key())
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.wakeJobs()
	d := b.describe()
	d.BackupDetails.BackupStatus = "DELETED"
	return &ddb.DeleteBackupOutput{BackupDescription: d}, nil
}
