package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/service/dynamodb/attr"
)

// DeleteItem removes one item if the condition holds for it. There need not be
// any.
func (s *Service) DeleteItem(ctx context.Context, call *api.Call, in *ddb.DeleteItemInput) (*ddb.DeleteItemOutput, error) {
	guard := guardParams{in.ConditionExpression, in.Expected, in.ConditionalOperator, in.ExpressionAttributeNames, in.ExpressionAttributeValues}
	if err := guard.expressions().check(); err != nil {
		return nil, err
	}
	key, err := attr.FromAPI(in.Key)
	if err != nil {
		return nil, err
	}
	if err := checkReturnValues(in.ReturnValues); err != nil {
		return nil, err
	}
	condition, err := s.guard(guard)
	if err != nil {
		return nil, err
	}

	var out *ddb.DeleteItemOutput
	err = s.retrying(func() error {
		t, err := s.open(ctx, call, "DeleteItem", in.TableName, "", func(t *table) []api.Fact {
			return itemFacts(t, key, in.ReturnValues)
		})
		if err != nil {
			return err
		}
		if err := t.schema.checkKey(key); err != nil {
			return err
		}
		if condition != nil {
			if err := t.checkPaths(condition.Paths()); err != nil {
				return err
			}
		}
		done, err := s.commit(ctx, &change{
			table:     t,
			storeKey:  t.itemKey(key),
			condition: condition,
			showOld:   in.ReturnValuesOnConditionCheckFailure == "ALL_OLD",
			apply:     func(attr.Item) (attr.Item, error) { return nil, nil },
		})
		if err != nil {
			return err
		}
		out = &ddb.DeleteItemOutput{ConsumedCapacity: done.consumed.answer(in.ReturnConsumedCapacity, t)}
		if in.ReturnValues == "ALL_OLD" {
			out.Attributes = done.old.API()
		}
		out.ItemCollectionMetrics, err = s.collectionMetrics(ctx, t, key, in.ReturnItemCollectionMetrics)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
