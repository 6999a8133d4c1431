package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/storage/kv"
)

// DescribeBackup returns a backup, and the definition of its table at the time.
func (s *Service) DescribeBackup(ctx context.Context, call *api.Call, in *ddb.DescribeBackupInput) (*ddb.DescribeBackupOutput, error) {
	where, err := parseBackupARN(in.BackupArn)
	if err != nil {
		return nil, err
	}
	if err := s.authz.Authorize(ctx, call, "dynamodb:DescribeBackup", in.BackupArn); err != nil {
		return nil, err
	}
	var b *backupRecord
	err = s.store.View(ctx, func(r kv.Reader) error {
		b, err = readBackup(r, where)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &ddb.DescribeBackupOutput{BackupDescription: b.describe()}, nil
}
