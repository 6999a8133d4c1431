package dynamodb

import (
	"context"
	"maps"
	"slices"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/expr"
	"cloudless/internal/storage/kv"
)

const (
	maxBatchGets     = 100
	maxBatchGetBytes = 16 << 20 // of one answer; what is left is unprocessed
)

// BatchGetItem returns items by their keys, from several tables. All are read
// from one state of the store.
func (s *Service) BatchGetItem(ctx context.Context, call *api.Call, in *ddb.BatchGetItemInput) (*ddb.BatchGetItemOutput, error) {
	if len(in.RequestItems) == 0 {
		return nil, awserr.Validation("The requestItems parameter is required for BatchGetItem")
	}
	var gets []*batchGet
	total := 0
	for _, name := range slices.Sorted(maps.Keys(in.RequestItems)) {
		g, err := s.planBatchGet(name, in.RequestItems[name])
		if err != nil {
			return nil, err
		}
		if total += len(g.keys); total > maxBatchGets {
			return nil, awserr.Validation("Too many items requested for the BatchGetItem call")
		}
		gets = append(gets, g)
	}
	var out *ddb.BatchGetItemOutput
	err := s.retrying(ctx, func(a *attempt) error {
		for _, g := range gets {
			if err := openBatchGet(ctx, a, call, g); err != nil {
				return err
			}
			g.consumed, g.refused = consumption{}, s.admits(g.table, nil, false)
		}
		if !slices.ContainsFunc(gets, func(g *batchGet) bool { return g.refused == nil }) {
			return gets[0].refused
		}
		return s.store.View(ctx, func(r kv.Reader) (err error) {
			out, err = readBatch(r, gets, in.ReturnConsumedCapacity)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	for _, g := range gets {
		s.take(g.table, g.consumed, false, 1)
	}
	return out, nil
}

// batchGet is what is asked of one table.
type batchGet struct {
	name       string // as the request has it
	request    ddb.KeysAndAttributes
	keys       []attr.Item
	projection *expr.Projection
	table      *table
	consumed   consumption
	refused    error // why nothing is read of it now, when the table has given all that it has
}

func (s *Service) planBatchGet(name string, in ddb.KeysAndAttributes) (g *batchGet, err error) {
	g = &batchGet{name: name, request: in}
	for _, key := range in.Keys {
		it, err := attr.FromAPI(key)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(g.keys, func(other attr.Item) bool { return slices.Equal(other, it) }) {
			return nil, errDuplicateKeys
		}
		g.keys = append(g.keys, it)
	}
	g.projection, err = s.projection(projectionParams{in.ProjectionExpression, in.AttributesToGet, in.ExpressionAttributeNames})
	return g, err
}

var errDuplicateKeys error = awserr.Validation("Provided list of item keys contains duplicates")

func openBatchGet(ctx context.Context, a *attempt, call *api.Call, g *batchGet) (err error) {
	g.table, err = a.open(ctx, call, "BatchGetItem", g.name, "", func(t *table) []api.Fact {
		return append(t.leadingKeys(g.keys...), attributeFacts(g.projection)...)
	})
	if err != nil {
		return err
	}
	for _, key := range g.keys {
		if err := g.table.checkRead(key, g.projection); err != nil {
			return err
		}
	}
	return nil
}

func readBatch(r kv.Reader, gets []*batchGet, level string) (*ddb.BatchGetItemOutput, error) {
	out := &ddb.BatchGetItemOutput{Responses: map[string][]map[string]ddb.AttributeValue{}, UnprocessedKeys: map[string]ddb.KeysAndAttributes{}}
	size := 0
	for _, g := range gets {
		if err := g.table.verify(r); err != nil {
			return nil, err
		}
		if g.refused != nil {
			out.UnprocessedKeys[g.name] = g.request
			continue
		}
		g.consumed = consumption{}
		items := []map[string]ddb.AttributeValue{}
		for i, key := range g.keys {
			if size >= maxBatchGetBytes {
				left := g.request
				left.Keys = left.Keys[i:]
				out.UnprocessedKeys[g.name] = left
				break
			}
			it, err := readItem(r, g.table.itemKey(key))
			if err != nil {
				return nil, err
			}
			size += it.Size()
			g.consumed.add(nil, readUnits(it.Size(), isTrue(g.request.ConsistentRead)))
			if it != nil {
				items = append(items, project(g.projection, it).API())
			}
		}
		out.Responses[g.name] = items
		if c := g.consumed.answer(level, g.table); c != nil {
			out.ConsumedCapacity = append(out.ConsumedCapacity, *c)
		}
	}
	return out, nil
}
