package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/service/dynamodb/partiql"
)

// ExecuteStatement runs one statement of PartiQL: a SELECT, page by page, or a
// write of one item.
func (s *Service) ExecuteStatement(ctx context.Context, call *api.Call, in *ddb.ExecuteStatementInput) (*ddb.ExecuteStatementOutput, error) {
	st, err := s.statement(in.Statement, in.Parameters)
	if err != nil {
		return nil, err
	}
	switch st.Kind {
	case partiql.Exists:
		return nil, partiql.ErrExists
	case partiql.Select:
		return s.selectPage(ctx, call, st, in)
	}
	done, err := s.writeStatement(ctx, call, st, in.ReturnValuesOnConditionCheckFailure, in.ReturnConsumedCapacity)
	if err != nil {
		return nil, err
	}
	out := &ddb.ExecuteStatementOutput{Items: []map[string]ddb.AttributeValue{}, ConsumedCapacity: done.capacity}
	if it := returned(st, done.changed); it != nil {
		out.Items = append(out.Items, it)
	}
	return out, nil
}

// writeStatement carries out a statement that writes, in a transaction of its
// own.
func (s *Service) writeStatement(ctx context.Context, call *api.Call, st *partiql.Statement, onFailure, capacity string) (*written, error) {
	plan := func(t *table) (*writePlan, error) { return planStatement(t, st, onFailure) }
	facts := func(t *table) []api.Fact { return statementFacts(t, st) }
	return s.writeOne(ctx, call, writeRequest{action: st.Kind.Action(), table: st.Table, plan: plan, facts: facts, capacity: capacity})
}
