package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/storage/kv"
)

const maxListedTables = 100

// ListTables returns the names of the tables in the account and region of the
// call, in order, in pages.
func (s *Service) ListTables(ctx context.Context, call *api.Call, in *ddb.ListTablesInput) (*ddb.ListTablesOutput, error) {
	if err := s.authz.Authorize(ctx, call, "dynamodb:ListTables", call.ARN("dynamodb", "table/*")); err != nil {
		return nil, err
	}
	limit := maxListedTables
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	out := &ddb.ListTablesOutput{}
	err := s.store.View(ctx, func(r kv.Reader) error {
		names, more, err := s.tableNames(r, call, value(in.ExclusiveStartTableName), limit)
		if err != nil {
			return err
		}
		out.TableNames, out.LastEvaluatedTableName = names, nil
		if more {
			out.LastEvaluatedTableName = new(names[len(names)-1])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// tableNames returns up to limit names behind after, and whether there are more.
func (s *Service) tableNames(r kv.Reader, call *api.Call, after string, limit int) (names []string, more bool, err error) {
	names = []string{}
	keys := tablesOf(call.Account, call.Region)
	if after != "" {
		keys.Start = append(tableKey(call.Account, call.Region, after), 0)
	}
	for pair, err := range r.Scan(keys) {
		if err != nil {
			return nil, false, err
		}
		t, err := decodeRecord(pair.Value)
		if err != nil {
			return nil, false, err
		}
		if t.status(s.clock.Now()) == statusGone {
			continue
		}
		if len(names) == limit {
			return names, true, nil
		}
		names = append(names, t.Name)
	}
	return names, false, nil
}
