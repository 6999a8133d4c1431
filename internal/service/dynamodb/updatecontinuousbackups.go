package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// UpdateContinuousBackups lets a table be restored to any moment of its last
// days, from now on, or no longer.
func (s *Service) UpdateContinuousBackups(ctx context.Context, call *api.Call, in *ddb.UpdateContinuousBackupsInput) (*ddb.UpdateContinuousBackupsOutput, error) {
	where, err := parseRef(call, in.TableName)
	if err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, "UpdateContinuousBackups", where); err != nil {
		return nil, err
	}
	spec := in.PointInTimeRecoverySpecification
	if !spec.PointInTimeRecoveryEnabled && spec.RecoveryPeriodInDays != nil {
		return nil, awserr.Validation("RecoveryPeriodInDays can only be specified when point in time recovery is enabled")
	}
	var d *ddb.ContinuousBackupsDescription
	key := tableKey(where.account, where.region, where.name)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		r, err := s.readActive(tx, call, where)
		if err != nil {
			return err
		}
		now := s.tick()
		s.switchRecovery(tx, r, spec)
		d = r.describeRecovery(now)
		tx.Set(key, r.encode())
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.wakeJobs()
	return &ddb.UpdateContinuousBackupsOutput{ContinuousBackupsDescription: d}, nil
}

func (s *Service) switchRecovery(tx kv.Tx, r *record, spec *ddb.PointInTimeRecoverySpecification) {
	now := s.clock.Now()
	if !spec.PointInTimeRecoveryEnabled {
		r.Recovery = nil
		tx.Delete(recoveryNote(r.Data))
		if j := s.dropHistory(r); j != nil {
			tx.Set(jobKey(j.ID), j.encode())
		}
		return
	}
	recovery := recoveryRecord{Since: now, Days: defaultRecoveryDays}
	if r.Recovery != nil {
		recovery = *r.Recovery
	}
	if spec.RecoveryPeriodInDays != nil {
		recovery.Days = *spec.RecoveryPeriodInDays
	}
	r.Recovery = &recovery
	r.keepHistory(now)
	tx.Set(recoveryNote(r.Data), tableKey(r.Account, r.Region, r.Name))
}
