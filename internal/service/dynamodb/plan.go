package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/expr"
)

// writePlan is the change of one item that a request asks for, as far as it is
// known without the table.
type writePlan struct {
	action    string          // what policies call it, such as "PutItem"
	item      attr.Item       // the item to put, or the key of the one to change
	condition *expr.Condition // on the item as it was, or nil
	showOld   bool            // an unmet condition's answer carries the item

	check func(*table) error // refuses what the table cannot take
	// apply returns what becomes of the item, or nil when it goes. It may be
	// called more than once. Where apply is nil, the condition is all there is.
	apply func(t *table, old attr.Item) (attr.Item, error)
}

// on makes a change of the plan, for a table.
func (p *writePlan) on(t *table) (*change, error) {
	if err := p.check(t); err != nil {
		return nil, err
	}
	if p.condition != nil {
		if err := t.checkPaths(p.condition.Paths()); err != nil {
			return nil, err
		}
	}
	c := t.changeOf(p.item)
	c.condition, c.showOld = p.condition, p.showOld
	if p.apply != nil {
		c.apply = func(old attr.Item) (attr.Item, error) { return p.apply(t, old) }
	}
	return c, nil
}

// writeRequest is a request to write one item, with what it wants to hear of
// it.
type writeRequest struct {
	action string // what policies call it
	table  string // as the request has it
	plan   func(*table) (*writePlan, error)
	facts  func(*table) []api.Fact

	capacity   string // ReturnConsumedCapacity
	collection string // ReturnItemCollectionMetrics
}

// request makes a request of a plan that needs no table.
func (p *writePlan) request(tableName, returnValues, capacity, collection string) writeRequest {
	return writeRequest{
		action: p.action, table: tableName,
		plan:     func(*table) (*writePlan, error) { return p, nil },
		facts:    func(t *table) []api.Fact { return itemFacts(t, p.item, returnValues) },
		capacity: capacity, collection: collection,
	}
}

// written is a write of one item that is durable.
type written struct {
	changed
	capacity   *ddb.ConsumedCapacity
	collection *ddb.ItemCollectionMetrics
}

// writeOne carries out a request in a transaction of its own.
func (s *Service) writeOne(ctx context.Context, call *api.Call, request writeRequest) (*written, error) {
	var out *written
	err := s.retrying(ctx, func(a *attempt) error {
		t, err := a.open(ctx, call, request.action, request.table, "", request.facts)
		if err != nil {
			return err
		}
		plan, err := request.plan(t)
		if err != nil {
			return err
		}
		c, err := plan.on(t)
		if err != nil {
			return err
		}
		if err := s.admitsWrite(t); err != nil {
			return err
		}
		done, err := s.commit(ctx, c)
		if err != nil {
			s.takeRefused(t, err)
			return err
		}
		s.take(t, done[0].consumed, true, 1)
		out = &written{changed: done[0], capacity: done[0].consumed.answer(request.capacity, t)}
		out.collection, err = s.collectionMetrics(ctx, t, plan.item, request.collection)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
