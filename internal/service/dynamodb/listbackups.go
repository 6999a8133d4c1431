package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

const maxListedBackups = 100

// ListBackups returns the backups of a table, or of all tables, those of tables
// that are gone too. All are of the type USER.
func (s *Service) ListBackups(ctx context.Context, call *api.Call, in *ddb.ListBackupsInput) (*ddb.ListBackupsOutput, error) {
	if err := s.authz.Authorize(ctx, call, "dynamodb:ListBackups", "*"); err != nil {
		return nil, err
	}
	name := ""
	if in.TableName != nil {
		where, err := parseRef(call, *in.TableName)
		if err != nil {
			return nil, err
		}
		name = where.name
	}
	limit := maxListedBackups
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	within := backupsOf(call.Account, call.Region, name)
	if in.ExclusiveStartBackupArn != nil {
		after, err := parseBackupARN(*in.ExclusiveStartBackupArn)
		if err != nil {
			return nil, awserr.Validation("Invalid ExclusiveStartBackupArn")
		}
		within.Start = append(after.key(), 0) // no key is between
	}
	out := &ddb.ListBackupsOutput{BackupSummaries: []ddb.BackupSummary{}}
	err := s.store.View(ctx, func(r kv.Reader) error {
		out.BackupSummaries, out.LastEvaluatedBackupArn = out.BackupSummaries[:0], nil
		for pair, err := range r.Scan(within) {
			if err != nil {
				return err
			}
			b, err := decodeBackup(pair.Value)
			if err != nil {
				return err
			}
			if !b.listed(in) {
				continue
			}
			if len(out.BackupSummaries) == limit {
				out.LastEvaluatedBackupArn = out.BackupSummaries[limit-1].BackupArn
				return nil
			}
			out.BackupSummaries = append(out.BackupSummaries, b.summary())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// listed reports whether a backup is among those that are asked for.
func (b *backupRecord) listed(in *ddb.ListBackupsInput) bool {
	switch {
	case in.BackupType != "" && in.BackupType != "ALL" && in.BackupType != "USER":
		return false
	case in.TimeRangeLowerBound != nil && b.Created.Before(*in.TimeRangeLowerBound):
		return false
	}
	return in.TimeRangeUpperBound == nil || b.Created.Before(*in.TimeRangeUpperBound)
}

func (b *backupRecord) summary() ddb.BackupSummary {
	return ddb.BackupSummary{
		TableName: &b.Table.Name, TableId: &b.Table.ID, TableArn: new(b.Table.arn()), BackupArn: new(b.ref().arn()), BackupName: &b.Name,
		BackupCreationDateTime: &b.Created, BackupStatus: b.status(), BackupType: "USER", BackupSizeBytes: &b.Bytes,
	}
}
