package dynamodb

import (
	"context"
	"errors"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/storage/kv"
)

// DescribeTable returns the table's definition, status and size.
func (s *Service) DescribeTable(ctx context.Context, call *api.Call, in *ddb.DescribeTableInput) (*ddb.DescribeTableOutput, error) {
	where, err := parseRef(call, in.TableName)
	if err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, "DescribeTable", where); err != nil {
		return nil, err
	}
	r, err := s.current(ctx, call, where)
	if err != nil {
		return nil, err
	}
	now := s.clock.Now()
	counted, err := s.census(ctx, r)
	if err != nil {
		return nil, err
	}
	return &ddb.DescribeTableOutput{Table: describe(r, now, r.status(now), counted)}, nil
}

func (r ref) arn() string { return tableARN(r.account, r.region, r.name) }

// current reads the definition of a table as it is now.
func (s *Service) current(ctx context.Context, call *api.Call, where ref) (r *record, err error) {
	err = s.store.View(ctx, func(tx kv.Reader) error {
		r, err = s.readRecord(tx, call, where)
		return err
	})
	return r, err
}

// readRecord reads the definition of a table that is not gone.
func (s *Service) readRecord(tx kv.Reader, call *api.Call, where ref) (*record, error) {
	stored, err := tx.Get(tableKey(where.account, where.region, where.name))
	if errors.Is(err, kv.ErrNotFound) || where.region != call.Region {
		return nil, errNoTableNamed(where.name)
	}
	if err != nil {
		return nil, err
	}
	r, err := decodeRecord(stored)
	if err != nil {
		return nil, err
	}
	if r.status(s.clock.Now()) == statusGone {
		return nil, errNoTableNamed(where.name)
	}
	return r, nil
}
