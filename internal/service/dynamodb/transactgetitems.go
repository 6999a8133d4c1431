package dynamodb

import (
	"context"
	"errors"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/expr"
	"cloudless/internal/storage/kv"
)

// TransactGetItems returns several items, of several tables, from one state of
// the store.
func (s *Service) TransactGetItems(ctx context.Context, call *api.Call, in *ddb.TransactGetItemsInput) (*ddb.TransactGetItemsOutput, error) {
	var gets []*transactGet
	for _, item := range in.TransactItems {
		g, err := s.planTransactGet(item.Get)
		if err != nil {
			return nil, err
		}
		gets = append(gets, g)
	}
	if err := s.readTogether(ctx, call, gets, func([]*transactGet) error { return nil }); err != nil {
		return nil, err
	}
	read := transactionOf(gets)
	out := &ddb.TransactGetItemsOutput{Responses: []ddb.ItemResponse{}, ConsumedCapacity: read.capacity(in.ReturnConsumedCapacity)}
	for _, g := range gets {
		out.Responses = append(out.Responses, ddb.ItemResponse{Item: project(g.projection, g.item).API()})
	}
	return out, nil
}

// transactGet is one item that is asked for, and then what was found.
type transactGet struct {
	tableName  string
	action     string // what policies call it
	keyIn      func(*table) (attr.Item, error)
	refuse     func(error) error // what an error from before the transaction becomes, or nil
	key        attr.Item         // for the table
	projection *expr.Projection
	table      *table
	item       attr.Item
}

func (s *Service) planTransactGet(in *ddb.Get) (g *transactGet, err error) {
	g = &transactGet{tableName: in.TableName, action: "GetItem"}
	key, err := attr.FromAPI(in.Key)
	if err != nil {
		return nil, err
	}
	g.keyIn = func(*table) (attr.Item, error) { return key, nil }
	g.projection, err = s.projection(projectionParams{expression: in.ProjectionExpression, names: in.ExpressionAttributeNames})
	return g, err
}

// readTogether reads all the items from one state of the store. check sees
// them when their tables are known.
func (s *Service) readTogether(ctx context.Context, call *api.Call, gets []*transactGet, check func([]*transactGet) error) error {
	err := s.retrying(ctx, func(a *attempt) error {
		if err := openGets(ctx, a, call, gets); err != nil {
			return err
		}
		if err := check(gets); err != nil {
			return err
		}
		if err := transactionOf(gets).admitted(func(t *table) error { return s.admits(t, nil, false) }); err != nil {
			return err
		}
		return s.store.View(ctx, func(r kv.Reader) error { return readGets(r, gets) })
	})
	if err != nil {
		return err
	}
	s.takeTransaction(transactionOf(gets))
	return nil
}

// openGets finds the tables, and authorizes and checks each read.
func openGets(ctx context.Context, a *attempt, call *api.Call, gets []*transactGet) error {
	reasons := make([]ddb.CancellationReason, len(gets))
	refused := false
	for i, g := range gets {
		reasons[i].Code = new("None")
		err := g.open(ctx, a, call)
		if err != nil && g.refuse != nil {
			err = g.refuse(err)
		}
		if e, ok := errors.AsType[*cancelError](err); ok {
			reasons[i], _ = cancellation(e.cause)
			refused = true
			continue
		}
		if err != nil {
			return err
		}
	}
	if refused {
		return canceled(reasons)
	}
	return nil
}

func (g *transactGet) open(ctx context.Context, a *attempt, call *api.Call) (err error) {
	g.table, err = a.open(ctx, call, g.action, g.tableName, "", func(t *table) []api.Fact {
		var facts []api.Fact
		if key, err := g.keyIn(t); err == nil {
			facts = t.leadingKeys(key)
		}
		return append(facts, attributeFacts(g.projection)...)
	})
	if err != nil {
		return err
	}
	if g.key, err = g.keyIn(g.table); err != nil {
		return err
	}
	return g.table.checkRead(g.key, g.projection)
}

func readGets(r kv.Reader, gets []*transactGet) error {
	size := 0
	for _, g := range gets {
		if err := g.table.verify(r); err != nil {
			return err
		}
		var err error
		if g.item, err = readItem(r, g.table.itemKey(g.key)); err != nil {
			return err
		}
		if size += g.item.Size(); size > maxTransactionBytes {
			return errTransactionSize
		}
	}
	return nil
}

// transactionOf looks at reads as at a transaction that changes nothing.
func transactionOf(gets []*transactGet) *transaction {
	tx := &transaction{repeated: true}
	for _, g := range gets {
		part := &transactionPart{table: g.table}
		part.done.consumed.add(nil, readUnits(g.item.Size(), true))
		tx.parts = append(tx.parts, part)
	}
	return tx
}
