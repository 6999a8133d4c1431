package dynamodb

import (
	"context"
	"encoding/binary"
	"errors"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/clock"
	"cloudless/internal/storage/kv"
)

// CreateTable makes an empty table with its indexes.
func (s *Service) CreateTable(ctx context.Context, call *api.Call, in *ddb.CreateTableInput) (*ddb.CreateTableOutput, error) {
	where, err := parseRef(call, in.TableName)
	if err != nil {
		return nil, err
	}
	r, err := newRecord(where, in)
	if err != nil {
		return nil, err
	}
	if err := s.authz.Authorize(ctx, call, "dynamodb:CreateTable", r.arn()); err != nil {
		return nil, err
	}
	if len(r.Tags) > 0 {
		if err := s.authz.Authorize(ctx, call, "dynamodb:TagResource", r.arn()); err != nil {
			return nil, err
		}
	}
	if in.ResourcePolicy != nil {
		if err := s.authz.Authorize(ctx, call, "dynamodb:PutResourcePolicy", r.arn()); err != nil {
			return nil, err
		}
		if err := s.checkPolicy(*in.ResourcePolicy); err != nil {
			return nil, err
		}
		r.Policy = &policyRecord{Document: *in.ResourcePolicy, Revision: s.newRevision()}
	}
	now := s.clock.Now()
	s.identify(r)
	r.Created, r.Active = now, now.Add(s.settle)
	if r.Stream != nil {
		r.Stream = s.newStream(r, r.Stream.View, now)
	}
	if r.BillingMode == payPerRequest {
		r.OnDemand = now
	}

	key := tableKey(r.Account, r.Region, r.Name)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		if err := s.claimName(tx, where, ddb.ResourceInUseException); err != nil {
			return err
		}
		if r.Stream != nil {
			r.Stream.Open(tx)
		}
		tx.Set(key, r.encode())
		return nil
	})
	if err != nil {
		return nil, err
	}
	d := describe(r, s.clock.Now(), statusCreating, nil)
	d.WarmThroughput = nil // told when the table is there
	for i := range d.GlobalSecondaryIndexes {
		d.GlobalSecondaryIndexes[i].WarmThroughput = nil
	}
	if d.BillingModeSummary != nil {
		d.BillingModeSummary.LastUpdateToPayPerRequestDateTime = nil
	}
	return &ddb.CreateTableOutput{TableDescription: d}, nil
}

// claimName refuses the name of a table that there is, in the way of the
// operation.
func (s *Service) claimName(tx kv.Reader, where ref, refuse func(message string) *awserr.Error) error {
	stored, err := tx.Get(tableKey(where.account, where.region, where.name))
	if errors.Is(err, kv.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	r, err := decodeRecord(stored)
	if err != nil {
		return err
	}
	if r.status(s.clock.Now()) != statusGone {
		return refuse("Table already exists: " + where.name)
	}
	return nil
}

// draw returns a number that nothing else has.
func (s *Service) draw() uint64 {
	var b [8]byte
	_, _ = s.clock.Read(b[:]) // never fails
	return binary.BigEndian.Uint64(b[:])
}

// identify draws the table's identity: a UUID, and from it the number that
// begins the keys of its data.
func (s *Service) identify(r *record) {
	var b [16]byte
	_, _ = s.clock.Read(b[:]) // never fails
	r.ID = clock.UUIDOf(&b)
	r.Data = binary.BigEndian.Uint64(b[:8])
}
