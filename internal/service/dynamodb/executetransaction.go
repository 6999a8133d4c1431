package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/partiql"
)

// ExecuteTransaction runs statements that each read one item, from one state
// of the store, or that each write or check one, all or none.
func (s *Service) ExecuteTransaction(ctx context.Context, call *api.Call, in *ddb.ExecuteTransactionInput) (*ddb.ExecuteTransactionOutput, error) {
	statements := make([]*partiql.Statement, len(in.TransactStatements))
	reads := 0
	for i, request := range in.TransactStatements {
		st, err := s.statement(statementParams{text: request.Statement, parameters: request.Parameters})
		if err != nil {
			return nil, err
		}
		switch {
		case st.Index != "":
			return nil, partiql.ErrIndexInTransaction
		case st.Returning != "":
			return nil, partiql.ErrReturning
		case st.IsRead():
			reads++
		}
		statements[i] = st
	}
	switch reads {
	case 0:
		return s.executeWrites(ctx, call, statements, in)
	case len(statements):
		return s.executeReads(ctx, call, statements, in)
	}
	return nil, partiql.ErrMixed
}

func (s *Service) executeReads(ctx context.Context, call *api.Call, statements []*partiql.Statement, in *ddb.ExecuteTransactionInput) (*ddb.ExecuteTransactionOutput, error) {
	var gets []*transactGet
	for _, st := range statements {
		gets = append(gets, &transactGet{tableName: st.Table, action: st.Kind.Action(), projection: st.Projection,
			keyIn: func(t *table) (attr.Item, error) { return st.One(t.schema.partiqlKey(), "ExecuteTransaction") }})
	}
	if err := s.readTogether(ctx, call, gets); err != nil {
		return nil, err
	}
	out := &ddb.ExecuteTransactionOutput{Responses: []ddb.ItemResponse{}, ConsumedCapacity: transactionOf(gets).capacity(in.ReturnConsumedCapacity)}
	for _, g := range gets {
		out.Responses = append(out.Responses, ddb.ItemResponse{Item: project(g.projection, g.item).API()})
	}
	return out, nil
}

func (s *Service) executeWrites(ctx context.Context, call *api.Call, statements []*partiql.Statement, in *ddb.ExecuteTransactionInput) (*ddb.ExecuteTransactionOutput, error) {
	tx := &transaction{token: newToken(call, in.ClientRequestToken, in.TransactStatements)}
	for i, st := range statements {
		tx.parts = append(tx.parts, &transactionPart{tableName: st.Table, action: st.Kind.Action(), planIn: func(t *table) (*writePlan, error) {
			return planInTransaction(t, st, in.TransactStatements[i].ReturnValuesOnConditionCheckFailure)
		}})
	}
	if err := s.runTransaction(ctx, call, tx); err != nil {
		return nil, err
	}
	out := &ddb.ExecuteTransactionOutput{Responses: []ddb.ItemResponse{}, ConsumedCapacity: tx.capacity(in.ReturnConsumedCapacity)}
	for range statements {
		out.Responses = append(out.Responses, ddb.ItemResponse{})
	}
	return out, nil
}

// planInTransaction is planStatement in the words of a transaction: what does
// not name an item's key is canceled, and the item of an INSERT is looked at as
// that of a PutItem.
func planInTransaction(t *table, st *partiql.Statement, onFailure string) (*writePlan, error) {
	if st.Kind == partiql.Insert {
		if err := t.schema.checkItem(st.Item); err != nil {
			return nil, err
		}
	}
	plan, err := planStatement(t, st, onFailure)
	if awserr.Code(err) == awserr.CodeValidation && st.Kind != partiql.Insert {
		return nil, &cancelError{errKeySchema}
	}
	return plan, err
}

// cancelError is what cancels a transaction before it has begun.
type cancelError struct{ cause error }

func (e *cancelError) Error() string { return e.cause.Error() }

func (e *cancelError) Unwrap() error { return e.cause }
