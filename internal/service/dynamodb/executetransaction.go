package dynamodb

import (
	"context"
	"fmt"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/partiql"
)

// ExecuteTransaction runs statements that each read one item, from one state
// of the store, or that each write or check one, all or none.
func (s *Service) ExecuteTransaction(ctx context.Context, call *api.Call, in *ddb.ExecuteTransactionInput) (*ddb.ExecuteTransactionOutput, error) {
	statements, err := s.transactStatements(in.TransactStatements)
	if err != nil {
		return nil, err
	}
	reads := 0
	for _, st := range statements {
		if st.IsRead() {
			reads++
		}
	}
	switch reads {
	case 0:
		return s.executeWrites(ctx, call, statements, in)
	case len(statements):
		return s.executeReads(ctx, call, statements, in)
	}
	return nil, partiql.ErrMixed
}

// transactStatements parses the statements. AWS looks at the parameters of all
// of them first.
func (s *Service) transactStatements(in []ddb.ParameterizedStatement) ([]*partiql.Statement, error) {
	parameters := make([][]attr.Value, len(in))
	for i, request := range in {
		var err error
		if parameters[i], err = parametersOf(request.Parameters); err != nil {
			return nil, err
		}
	}
	statements := make([]*partiql.Statement, len(in))
	for i, request := range in {
		var err error
		if statements[i], err = s.statements.Statement(request.Statement, parameters[i]); err != nil {
			return nil, inStatement(i, err)
		}
	}
	return statements, nil
}

// inStatement says which statement of a transaction an error is about.
func inStatement(i int, err error) error {
	if awserr.Code(err) != awserr.CodeValidation {
		return err
	}
	return &statementError{awserr.Validation(fmt.Sprintf("Validation failed in TransactStatements[%d]: %s", i, awserr.From(err).Message))}
}

// statementError refuses a transaction for one of its statements. Other faults
// of a statement cancel it.
type statementError struct{ cause *awserr.Error }

func (e *statementError) Error() string { return e.cause.Error() }

func (e *statementError) Unwrap() error { return e.cause }

// cancelError cancels a transaction before it has begun.
type cancelError struct{ cause error }

func (e *cancelError) Error() string { return e.cause.Error() }

func (e *cancelError) Unwrap() error { return e.cause }

// cancelFor makes the faults of a statement that AWS tells so into reasons of a
// cancellation.
func cancelFor(err error) error {
	if _, ok := err.(*statementError); ok {
		return err
	}
	switch awserr.Code(err) {
	case awserr.CodeValidation, "ResourceNotFoundException":
		return &cancelError{err}
	}
	return err
}

// checkInTransaction refuses what a statement cannot have within a transaction.
func checkInTransaction(i int, st *partiql.Statement) error {
	switch {
	case st.Index != "":
		return inStatement(i, partiql.ErrIndexInTransaction)
	case st.Returning != "":
		return inStatement(i, partiql.ErrReturning)
	}
	return nil
}

func (s *Service) executeReads(ctx context.Context, call *api.Call, statements []*partiql.Statement, in *ddb.ExecuteTransactionInput) (*ddb.ExecuteTransactionOutput, error) {
	var gets []*transactGet
	for i, st := range statements {
		gets = append(gets, &transactGet{tableName: st.Table, action: st.Kind.Action(), projection: st.Projection, refuse: cancelFor,
			keyIn: func(t *table) (attr.Item, error) {
				if err := checkInTransaction(i, st); err != nil {
					return nil, err
				}
				key, err := st.One(t.schema.partiqlKey(), "ExecuteTransaction")
				if err != nil {
					return nil, inStatement(i, err)
				}
				return key, nil
			}})
	}
	if err := s.readTogether(ctx, call, gets, distinct); err != nil {
		return nil, err
	}
	out := &ddb.ExecuteTransactionOutput{Responses: []ddb.ItemResponse{}, ConsumedCapacity: transactionOf(gets).capacity(in.ReturnConsumedCapacity)}
	for _, g := range gets {
		out.Responses = append(out.Responses, ddb.ItemResponse{Item: project(g.projection, g.item).API()})
	}
	return out, nil
}

// distinct refuses reads of one item twice.
func distinct(gets []*transactGet) error {
	keys := make([][]byte, len(gets))
	for i, g := range gets {
		keys[i] = g.table.itemKey(g.key)
	}
	return checkDistinct(keys)
}

func (s *Service) executeWrites(ctx context.Context, call *api.Call, statements []*partiql.Statement, in *ddb.ExecuteTransactionInput) (*ddb.ExecuteTransactionOutput, error) {
	tx := &transaction{token: newToken(call, in.ClientRequestToken, in.TransactStatements)}
	for i, st := range statements {
		onFailure := in.TransactStatements[i].ReturnValuesOnConditionCheckFailure
		tx.parts = append(tx.parts, &transactionPart{tableName: st.Table, action: st.Kind.Action(), refuse: cancelFor,
			planIn: func(t *table) (*writePlan, error) {
				if err := checkInTransaction(i, st); err != nil {
					return nil, err
				}
				return planInTransaction(t, i, st, onFailure)
			}})
	}
	if err := s.runTransaction(ctx, call, tx); err != nil {
		return nil, err
	}
	return &ddb.ExecuteTransactionOutput{Responses: []ddb.ItemResponse{}, ConsumedCapacity: tx.capacity(in.ReturnConsumedCapacity)}, nil
}

// planInTransaction is planStatement in the words of a transaction: the item of
// an INSERT is looked at as that of a PutItem, and what an UPDATE or a DELETE
// says of the key as a key that does not match.
func planInTransaction(t *table, i int, st *partiql.Statement, onFailure string) (*writePlan, error) {
	if st.Kind == partiql.Insert {
		if err := t.schema.checkItem(st.Item); err != nil {
			return nil, err
		}
	}
	plan, err := planStatement(t, st, onFailure)
	switch {
	case awserr.Code(err) != awserr.CodeValidation || st.Kind == partiql.Insert:
		return plan, err
	case st.Kind == partiql.Exists:
		return nil, inStatement(i, err)
	}
	return nil, errKeySchema
}
