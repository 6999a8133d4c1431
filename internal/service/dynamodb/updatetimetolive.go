package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// UpdateTimeToLive makes items of a table go when the time in one of their
// attributes has come, or lets them stay.
func (s *Service) UpdateTimeToLive(ctx context.Context, call *api.Call, in *ddb.UpdateTimeToLiveInput) (*ddb.UpdateTimeToLiveOutput, error) {
	where, err := parseRef(call, in.TableName)
	if err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, "UpdateTimeToLive", where); err != nil {
		return nil, err
	}
	key := tableKey(where.account, where.region, where.name)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		r, err := s.readRecord(tx, call, where)
		if err != nil {
			return err
		}
		if err := r.checkChangeable(r.status(s.clock.Now())); err != nil {
			return err
		}
		j, err := r.switchTTL(in.TimeToLiveSpecification)
		if err != nil {
			return err
		}
		s.identifyJob(j)
		tx.Set(jobKey(j.ID), j.encode())
		if r.TTL != nil {
			tx.Set(ttlNote(r.Data), tableKey(r.Account, r.Region, r.Name))
		} else {
			tx.Delete(ttlNote(r.Data))
		}
		tx.Set(key, r.encode())
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.wakeJobs()
	return &ddb.UpdateTimeToLiveOutput{TimeToLiveSpecification: in.TimeToLiveSpecification}, nil
}

// switchTTL changes the definition, and returns the job that follows: to fill
// the index of times, or to drop it.
func (r *record) switchTTL(spec *ddb.TimeToLiveSpecification) (*job, error) {
	switch {
	case spec.Enabled && r.TTL != nil && r.TTL.Attribute != spec.AttributeName:
		return nil, awserr.Validation("TimeToLive is active on a different AttributeName: current AttributeName is " + r.TTL.Attribute)
	case spec.Enabled && r.TTL != nil:
		return nil, awserr.Validation("TimeToLive is already enabled")
	case !spec.Enabled && r.TTL == nil:
		return nil, awserr.Validation("TimeToLive is already disabled")
	case !spec.Enabled && r.TTL.Attribute != spec.AttributeName:
		return nil, awserr.Validation("TimeToLive is active on a different AttributeName: current AttributeName is " + r.TTL.Attribute)
	}
	j := &job{Account: r.Account, Region: r.Region, Table: r.Name, Data: r.Data}
	if spec.Enabled {
		r.Numbered = r.lastNumber() + 1
		r.TTL = &ttlRecord{Attribute: spec.AttributeName, Number: r.Numbered, Building: true}
		j.Kind, j.Index = jobBackfill, r.Numbered
		return j, nil
	}
	r.Numbered = r.lastNumber()
	j.Kind, j.Index = jobDrop, r.TTL.Number
	r.TTL = nil
	return j, nil
}
