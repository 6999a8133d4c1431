package dynamodb

import (
	"context"
	"fmt"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// CreateBackup keeps a table as it is at this moment.
//
// The transaction claims the definition, so no item is being written in it: the
// moment is the same for all of them. A job copies the items afterwards, while
// the table's history tells what they were.
func (s *Service) CreateBackup(ctx context.Context, call *api.Call, in *ddb.CreateBackupInput) (*ddb.CreateBackupOutput, error) {
	where, err := parseRef(call, in.TableName)
	if err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, "CreateBackup", where); err != nil {
		return nil, err
	}
	var b *backupRecord
	key := tableKey(where.account, where.region, where.name)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		r, err := s.readActive(tx, call, where)
		if err != nil {
			return err
		}
		now := s.tick()
		b = &backupRecord{Version: backupVersion, ID: s.newBackupID(), Name: in.BackupName, Created: now, Table: *r, Data: s.draw()}
		j := &job{Kind: jobBackup, Account: r.Account, Region: r.Region, Table: r.Name, Data: r.Data, Copy: &copyJob{To: b.Data, Backup: b.ID, BackupOf: r.Name}}
		s.copyAsOf(r, j, now)
		tx.Set(b.ref().key(), b.encode())
		tx.Set(jobKey(j.ID), j.encode())
		tx.Set(key, r.encode())
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.wakeJobs()
	return &ddb.CreateBackupOutput{BackupDetails: b.details()}, nil
}

// readActive reads the definition of a table that can be copied from now.
func (s *Service) readActive(tx kv.Reader, call *api.Call, where ref) (*record, error) {
	r, err := s.readRecord(tx, call, where)
	if awserr.Code(err) == "ResourceNotFoundException" {
		return nil, errTableNotFound(where.name)
	}
	if err != nil {
		return nil, err
	}
	if status := r.status(s.clock.Now()); status == statusCreating || status == statusDeleting {
		return nil, ddb.TableInUseException("Table is being " + map[string]string{statusCreating: "created", statusDeleting: "deleted"}[status] + ": " + r.Name)
	}
	return r, nil
}

// errTableNotFound is what operations on backups answer.
func errTableNotFound(name string) error {
	return ddb.TableNotFoundException("Table not found: " + name)
}

// newBackupID names a backup, an export or an import: the time in milliseconds,
// and something random.
func (s *Service) newBackupID() string {
	return fmt.Sprintf("%014d-%08x", s.clock.Now().UnixMilli(), uint32(s.draw()))
}
