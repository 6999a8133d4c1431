package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/expr"
	"cloudless/internal/storage/kv"
)

// GetItem returns one item, or as much of it as the projection names.
func (s *Service) GetItem(ctx context.Context, call *api.Call, in *ddb.GetItemInput) (*ddb.GetItemOutput, error) {
	key, err := attr.FromAPI(in.Key)
	if err != nil {
		return nil, err
	}
	projection, err := s.projection(projectionParams{in.ProjectionExpression, in.AttributesToGet, in.ExpressionAttributeNames})
	if err != nil {
		return nil, err
	}
	var out *ddb.GetItemOutput
	err = s.retrying(ctx, func(a *attempt) error {
		t, err := a.open(ctx, call, "GetItem", in.TableName, "", func(t *table) []api.Fact {
			return append(t.leadingKeys(key), attributeFacts(projection)...)
		})
		if err != nil {
			return err
		}
		if err := t.checkRead(key, projection); err != nil {
			return err
		}
		it, consumed, err := s.readOne(ctx, t, key, isTrue(in.ConsistentRead))
		if err != nil {
			return err
		}
		out = &ddb.GetItemOutput{Item: project(projection, it).API(), ConsumedCapacity: consumed.answer(in.ReturnConsumedCapacity, t)}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// readOne reads the item of this key, and pays for it.
func (s *Service) readOne(ctx context.Context, t *table, key attr.Item, consistent bool) (it attr.Item, used consumption, err error) {
	if err := s.admits(t, nil, false); err != nil {
		return nil, used, err
	}
	err = s.store.View(ctx, func(r kv.Reader) (err error) {
		if err = t.verify(r); err != nil {
			return err
		}
		it, err = readItem(r, t.itemKey(key))
		return err
	})
	if err != nil {
		return nil, used, err
	}
	used.add(nil, readUnits(it.Size(), consistent))
	s.take(t, used, false, 1)
	return it, used, nil
}

// checkRead refuses a wrong key, and a projection into a key attribute.
func (t *table) checkRead(key attr.Item, projection *expr.Projection) error {
	if err := t.schema.checkKey(key); err != nil {
		return err
	}
	if projection == nil {
		return nil
	}
	return t.checkPaths(projection.Paths())
}

func isTrue(b *bool) bool { return b != nil && *b }
