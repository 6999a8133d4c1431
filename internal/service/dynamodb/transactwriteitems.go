package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
)

const maxTransactionBytes = 4 << 20 // of all items that a transaction is about

// TransactWriteItems changes several items, of several tables, all or none, if
// all conditions hold. A ClientRequestToken makes it happen once, however often
// it is sent.
func (s *Service) TransactWriteItems(ctx context.Context, call *api.Call, in *ddb.TransactWriteItemsInput) (*ddb.TransactWriteItemsOutput, error) {
	tx := &transaction{token: newToken(call, in.ClientRequestToken, in.TransactItems)}
	for i := range in.TransactItems {
		part, err := s.planTransactWrite(&in.TransactItems[i])
		if err != nil {
			return nil, err
		}
		tx.parts = append(tx.parts, part)
	}
	if err := s.runTransaction(ctx, call, tx); err != nil {
		return nil, err
	}
	out := &ddb.TransactWriteItemsOutput{ConsumedCapacity: tx.capacity(in.ReturnConsumedCapacity)}
	var err error
	out.ItemCollectionMetrics, err = s.transactionMetrics(ctx, tx, in.ReturnItemCollectionMetrics)
	return out, err
}

// planTransactWrite plans one part of a transaction as the operation of that
// name would.
func (s *Service) planTransactWrite(in *ddb.TransactWriteItem) (*transactionPart, error) {
	given := 0
	for _, is := range []bool{in.ConditionCheck != nil, in.Put != nil, in.Delete != nil, in.Update != nil} {
		if is {
			given++
		}
	}
	if given != 1 {
		return nil, awserr.Validation("TransactItems can only contain one of Check, Put, Update or Delete")
	}
	var name string
	var plan *writePlan
	var err error
	switch {
	case in.Put != nil:
		name = in.Put.TableName
		plan, err = s.planPut(&ddb.PutItemInput{Item: in.Put.Item, ConditionExpression: in.Put.ConditionExpression,
			ExpressionAttributeNames: in.Put.ExpressionAttributeNames, ExpressionAttributeValues: in.Put.ExpressionAttributeValues,
			ReturnValuesOnConditionCheckFailure: in.Put.ReturnValuesOnConditionCheckFailure})
	case in.Delete != nil:
		name = in.Delete.TableName
		plan, err = s.planDelete(&ddb.DeleteItemInput{Key: in.Delete.Key, ConditionExpression: in.Delete.ConditionExpression,
			ExpressionAttributeNames: in.Delete.ExpressionAttributeNames, ExpressionAttributeValues: in.Delete.ExpressionAttributeValues,
			ReturnValuesOnConditionCheckFailure: in.Delete.ReturnValuesOnConditionCheckFailure})
	case in.Update != nil:
		name = in.Update.TableName
		var update *updatePlan
		update, err = s.planUpdate(&ddb.UpdateItemInput{Key: in.Update.Key, UpdateExpression: &in.Update.UpdateExpression, ConditionExpression: in.Update.ConditionExpression,
			ExpressionAttributeNames: in.Update.ExpressionAttributeNames, ExpressionAttributeValues: in.Update.ExpressionAttributeValues})
		if err == nil {
			plan = update.write(in.Update.ReturnValuesOnConditionCheckFailure)
		}
	default:
		name = in.ConditionCheck.TableName
		plan, err = s.planConditionCheck(in.ConditionCheck)
	}
	if err != nil {
		return nil, err
	}
	return &transactionPart{tableName: name, action: plan.action, planIn: func(*table) (*writePlan, error) { return plan, nil }}, nil
}

// planConditionCheck plans a part that changes nothing.
func (s *Service) planConditionCheck(in *ddb.ConditionCheck) (*writePlan, error) {
	key, err := attr.FromAPI(in.Key)
	if err != nil {
		return nil, err
	}
	condition, err := s.guard(guardParams{expression: &in.ConditionExpression, names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues})
	if err != nil {
		return nil, err
	}
	return &writePlan{
		action:    "ConditionCheckItem",
		item:      key,
		condition: condition,
		showOld:   in.ReturnValuesOnConditionCheckFailure == "ALL_OLD",
		check:     func(t *table) error { return t.schema.checkKey(key) },
	}, nil
}

// transactionMetrics answers ReturnItemCollectionMetrics, once for each
// partition key that was written to.
func (s *Service) transactionMetrics(ctx context.Context, tx *transaction, want string) (map[string][]ddb.ItemCollectionMetrics, error) {
	var all map[string][]ddb.ItemCollectionMetrics
	seen := map[string]bool{}
	for _, p := range tx.parts {
		partition := p.tableName + "\x00" + string(p.plan.item.Get(p.table.schema.hash[0].name))
		if p.plan.apply == nil || seen[partition] {
			continue
		}
		seen[partition] = true
		metrics, err := s.collectionMetrics(ctx, p.table, p.plan.item, want)
		if err != nil {
			return nil, err
		}
		if metrics == nil {
			continue
		}
		if all == nil {
			all = map[string][]ddb.ItemCollectionMetrics{}
		}
		all[p.tableName] = append(all[p.tableName], *metrics)
	}
	return all, nil
}
