package dynamodb

import (
	"context"
	"strings"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/partiql"
)

// BatchExecuteStatement runs statements that each read or write one item. One
// that fails does not keep the others from being run.
func (s *Service) BatchExecuteStatement(ctx context.Context, call *api.Call, in *ddb.BatchExecuteStatementInput) (*ddb.BatchExecuteStatementOutput, error) {
	statements := make([]*partiql.Statement, len(in.Statements))
	failed := make([]error, len(in.Statements))
	reads, writes := 0, 0
	for i, request := range in.Statements {
		statements[i], failed[i] = s.statement(request.Statement, request.Parameters)
		switch {
		case failed[i] != nil:
		case statements[i].Kind == partiql.Exists:
			failed[i] = partiql.ErrExists
		case statements[i].IsRead():
			reads++
		default:
			writes++
		}
	}
	if reads > 0 && writes > 0 {
		return nil, partiql.ErrMixedBatch
	}
	out := &ddb.BatchExecuteStatementOutput{Responses: []ddb.BatchStatementResponse{}}
	for i, st := range statements {
		var answer ddb.BatchStatementResponse
		var consumed *ddb.ConsumedCapacity
		if failed[i] == nil {
			answer.TableName = &st.Table
			answer.Item, consumed, failed[i] = s.executeOne(ctx, call, st, in.Statements[i], in.ReturnConsumedCapacity)
		}
		if failed[i] != nil {
			if awserr.Code(failed[i]) == "" {
				return nil, failed[i] // the server's own fault
			}
			answer.Error = batchError(failed[i])
		}
		if consumed != nil {
			out.ConsumedCapacity = append(out.ConsumedCapacity, *consumed)
		}
		out.Responses = append(out.Responses, answer)
	}
	return out, nil
}

// executeOne runs one statement of a batch.
func (s *Service) executeOne(ctx context.Context, call *api.Call, st *partiql.Statement, request ddb.BatchStatementRequest, capacity string) (map[string]ddb.AttributeValue, *ddb.ConsumedCapacity, error) {
	if st.IsRead() {
		return s.selectOne(ctx, call, st, isTrue(request.ConsistentRead), capacity)
	}
	done, err := s.writeStatement(ctx, call, st, request.ReturnValuesOnConditionCheckFailure, capacity)
	if err != nil {
		return nil, nil, err
	}
	return returned(st, done.changed), done.capacity, nil
}

// selectOne reads the one item that a SELECT names.
func (s *Service) selectOne(ctx context.Context, call *api.Call, st *partiql.Statement, consistent bool, capacity string) (item map[string]ddb.AttributeValue, used *ddb.ConsumedCapacity, err error) {
	err = s.retrying(ctx, func(a *attempt) error {
		t, err := a.open(ctx, call, st.Kind.Action(), st.Table, st.Index, func(t *table) []api.Fact { return statementFacts(t, st) })
		if err != nil {
			return err
		}
		key, err := st.One(t.schema.partiqlKey(), "BatchExecuteStatement")
		if err != nil {
			return err
		}
		if err := t.checkRead(key, st.Projection); err != nil {
			return err
		}
		it, consumed, err := s.readOne(ctx, t, key, consistent)
		if err != nil {
			return err
		}
		item, used = project(st.Projection, it).API(), consumed.answer(capacity, t)
		return nil
	})
	return item, used, err
}

// batchError tells in a batch what was wrong with one statement. The codes
// are those of the exceptions, without the word, but for two.
func batchError(err error) *ddb.BatchStatementError {
	e := awserr.From(err)
	answer := &ddb.BatchStatementError{Code: strings.TrimSuffix(e.Code, "Exception"), Message: &e.Message}
	switch e.Code {
	case awserr.CodeValidation:
		answer.Code = "ValidationError"
	case awserr.CodeThrottling:
		answer.Code = "ThrottlingError"
	}
	if detail, ok := e.Detail.(*ddb.ConditionalCheckFailedExceptionDetail); ok {
		answer.Item = detail.Item
	}
	return answer
}
