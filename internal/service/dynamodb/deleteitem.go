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
	plan, err := s.planDelete(in)
	if err != nil {
		return nil, err
	}
	done, err := s.writeOne(ctx, call, plan.request(in.TableName, in.ReturnValues, in.ReturnConsumedCapacity, in.ReturnItemCollectionMetrics))
	if err != nil {
		return nil, err
	}
	out := &ddb.DeleteItemOutput{ConsumedCapacity: done.capacity, ItemCollectionMetrics: done.collection}
	if in.ReturnValues == "ALL_OLD" {
		out.Attributes = done.old.API()
	}
	return out, nil
}

func (s *Service) planDelete(in *ddb.DeleteItemInput) (*writePlan, error) {
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
	return &writePlan{
		action:    "DeleteItem",
		item:      key,
		condition: condition,
		showOld:   in.ReturnValuesOnConditionCheckFailure == "ALL_OLD",
		check:     func(t *table) error { return t.schema.checkKey(key) },
		apply:     func(*table, attr.Item) (attr.Item, error) { return nil, nil },
	}, nil
}
