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
	plan, err := s.planPut(in)
	if err != nil {
		return nil, err
	}
	done, err := s.writeOne(ctx, call, plan.request(in.TableName, in.ReturnValues, in.ReturnConsumedCapacity, in.ReturnItemCollectionMetrics))
	if err != nil {
		return nil, err
	}
	out := &ddb.PutItemOutput{ConsumedCapacity: done.capacity, ItemCollectionMetrics: done.collection}
	if in.ReturnValues == "ALL_OLD" {
		out.Attributes = done.old.API()
	}
	return out, nil
}

func (s *Service) planPut(in *ddb.PutItemInput) (*writePlan, error) {
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
	return &writePlan{
		action:    "PutItem",
		item:      it,
		condition: condition,
		showOld:   in.ReturnValuesOnConditionCheckFailure == "ALL_OLD",
		check:     func(t *table) error { return t.checkPut(it) },
		apply:     func(*table, attr.Item) (attr.Item, error) { return it, nil },
	}, nil
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
