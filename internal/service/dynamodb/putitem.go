package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
)

// PutItem replaces one item, whole, if the condition holds for what was there.
func (s *Service) PutItem(ctx context.Context, call *api.Call, in *ddb.PutItemInput) (*ddb.PutItemOutput, error) {
	guard := guardParams{in.ConditionExpression, in.Expected, in.ConditionalOperator, in.ExpressionAttributeNames, in.ExpressionAttributeValues}
	if err := guard.expressions().check(); err != nil {
		return nil, err
	}
	it, err := attr.FromAPI(in.Item)
	if err != nil {
		return nil, err
	}
	if err := checkReturnValues(in.ReturnValues); err != nil {
		return nil, err
	}
	if it.Size() > attr.MaxItemBytes {
		return nil, awserr.Validation("Item size has exceeded the maximum allowed size")
	}
	condition, err := s.guard(guard)
	if err != nil {
		return nil, err
	}

	var out *ddb.PutItemOutput
	err = s.retrying(func() error {
		t, err := s.open(ctx, call, "PutItem", in.TableName, "", func(t *table) []api.Fact {
			return itemFacts(t, it, in.ReturnValues)
		})
		if err != nil {
			return err
		}
		if err := t.checkPut(it); err != nil {
			return err
		}
		if condition != nil {
			if err := t.checkPaths(condition.Paths()); err != nil {
				return err
			}
		}
		done, err := s.commit(ctx, &change{
			table:     t,
			storeKey:  t.itemKey(it),
			condition: condition,
			showOld:   in.ReturnValuesOnConditionCheckFailure == "ALL_OLD",
			apply:     func(attr.Item) (attr.Item, error) { return it, nil },
		})
		if err != nil {
			return err
		}
		out = &ddb.PutItemOutput{ConsumedCapacity: done.consumed.answer(in.ReturnConsumedCapacity, t)}
		if in.ReturnValues == "ALL_OLD" {
			out.Attributes = done.old.API()
		}
		out.ItemCollectionMetrics, err = s.collectionMetrics(ctx, t, it, in.ReturnItemCollectionMetrics)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// checkPut refuses an item that the table or one of its indexes cannot take.
func (t *table) checkPut(it attr.Item) error {
	if err := t.schema.checkItem(it); err != nil {
		return err
	}
	return t.checkIndexKeys(it)
}

// checkReturnValues refuses what makes sense for UpdateItem alone.
func checkReturnValues(want string) error {
	switch want {
	case "", "NONE", "ALL_OLD":
		return nil
	}
	return awserr.Validation("ReturnValues can only be ALL_OLD or NONE")
}
