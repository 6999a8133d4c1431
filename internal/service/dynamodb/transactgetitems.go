package dynamodb

import (
	"context"

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
	if err := s.readTogether(ctx, call, gets); err != nil {
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
	key        attr.Item // for the table
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

// readTogether reads all the items from one state of the store.
func (s *Service) readTogether(ctx context.Context, call *api.Call, gets []*transactGet) error {
	err := s.retrying(ctx, func(a *attempt) error {
		for _, g := range gets {
			var err error
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
			if err := g.table.checkRead(g.key, g.projection); err != nil {
				return err
			}
		}
		if err := transactionOf(gets).admitted(func(t *table) error { return s.admits(t, nil, false) }); err != nil {
			return err
		}
		return s.store.View(ctx, func(r kv.Reader) error {
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
		})
	})
	if err != nil {
		return err
	}
	s.takeTransaction(transactionOf(gets))
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
