package dynamodb

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/expr"
)

// UpdateItem changes attributes of one item, which it makes if there is none,
// if the condition holds for what was there.
func (s *Service) UpdateItem(ctx context.Context, call *api.Call, in *ddb.UpdateItemInput) (*ddb.UpdateItemOutput, error) {
	update, err := s.planUpdate(in)
	if err != nil {
		return nil, err
	}
	plan := update.write(in.ReturnValuesOnConditionCheckFailure)
	done, err := s.writeOne(ctx, call, plan.request(in.TableName, in.ReturnValues, in.ReturnConsumedCapacity, in.ReturnItemCollectionMetrics))
	if err != nil {
		return nil, err
	}
	return &ddb.UpdateItemOutput{
		Attributes:            update.shown(in.ReturnValues, done.changed),
		ConsumedCapacity:      done.capacity,
		ItemCollectionMetrics: done.collection,
	}, nil
}

// updatePlan is what an UpdateItem asks for.
type updatePlan struct {
	key       attr.Item
	condition *expr.Condition // or nil
	update    update          // or nil, which makes the item with its key alone
}

// update is an update expression or the legacy AttributeUpdates.
type update interface {
	Apply(attr.Item) (attr.Item, error)
	Targets() []attr.Path
	Creates() bool
}

func (s *Service) planUpdate(in *ddb.UpdateItemInput) (*updatePlan, error) {
	exprs := expressions{
		names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues,
		modern: []param{{"UpdateExpression", in.UpdateExpression != nil}, {"ConditionExpression", in.ConditionExpression != nil}},
		legacy: []param{{"AttributeUpdates", in.AttributeUpdates != nil}, {"Expected", in.Expected != nil}, {"ConditionalOperator", in.ConditionalOperator != ""}},
	}
	if err := exprs.check(); err != nil {
		return nil, err
	}
	plan := &updatePlan{}
	var err error
	if plan.key, err = attr.FromAPI(in.Key); err != nil {
		return nil, err
	}
	if in.AttributeUpdates != nil {
		if plan.update, err = attributeUpdates(in.AttributeUpdates); err != nil {
			return nil, err
		}
	}
	if in.Expected != nil || in.ConditionalOperator != "" {
		if plan.condition, err = expectedCondition(in.Expected, in.ConditionalOperator); err != nil {
			return nil, err
		}
	}
	if in.UpdateExpression == nil && in.ConditionExpression == nil {
		return plan, nil
	}
	scope, err := exprs.scope()
	if err != nil {
		return nil, err
	}
	if in.UpdateExpression != nil {
		if plan.update, err = s.exprs.Update(scope, *in.UpdateExpression); err != nil {
			return nil, err
		}
	}
	plan.condition, err = optional(in.ConditionExpression, func(text string) (*expr.Condition, error) {
		return s.exprs.Condition(scope, "ConditionExpression", text)
	})
	if err != nil {
		return nil, err
	}
	return plan, scope.Unused()
}

// write is the update as a plan of a write.
func (p *updatePlan) write(onFailure string) *writePlan {
	return &writePlan{
		action:    "UpdateItem",
		item:      p.key,
		condition: p.condition,
		showOld:   onFailure == "ALL_OLD",
		check:     p.check,
		apply:     p.apply,
	}
}

// attributeUpdates translates the legacy parameter.
func attributeUpdates(in map[string]ddb.AttributeValueUpdate) (expr.AttributeUpdates, error) {
	var updates expr.AttributeUpdates
	for _, name := range slices.Sorted(maps.Keys(in)) {
		u := expr.AttributeUpdate{Name: name, Action: in[name].Action}
		if in[name].Value == nil {
			if u.Action != "DELETE" {
				return nil, awserr.Validation(invalidValues + "Only DELETE action is allowed when no attribute value is specified")
			}
			updates = append(updates, u)
			continue
		}
		var err error
		if u.Value, err = attr.ValueFromAPI(in[name].Value); err != nil {
			return nil, err
		}
		k := u.Value.Kind()
		switch {
		case u.Action == "DELETE" && !k.IsSet():
			return nil, awserr.Validation(fmt.Sprintf(invalidValues+"DELETE action with value is not supported for the type %s", k))
		case u.Action == "ADD" && !k.IsSet() && k != attr.Number && k != attr.List:
			return nil, awserr.Validation(fmt.Sprintf(invalidValues+"ADD action is not supported for the type %s", k))
		}
		updates = append(updates, u)
	}
	return updates, nil
}

// check refuses a wrong key, and an update of key attributes.
func (p *updatePlan) check(t *table) error {
	if err := t.schema.checkKey(p.key); err != nil {
		return err
	}
	var paths []attr.Path
	if p.update != nil {
		paths = p.update.Targets()
	}
	for _, path := range paths {
		if t.schema.has(path[0].Name) {
			return awserr.Validation(invalidValues + "Cannot update attribute " + path[0].Name + ". This attribute is part of the key")
		}
	}
	return t.checkPaths(paths)
}

// apply returns the item as the update makes it.
func (p *updatePlan) apply(t *table, old attr.Item) (attr.Item, error) {
	base := old
	if base == nil {
		base = p.key
	}
	if p.update == nil {
		return base, nil
	}
	next, err := p.update.Apply(base)
	if err != nil {
		return nil, err
	}
	if old == nil && !p.update.Creates() {
		return nil, nil
	}
	if next.Size() > attr.MaxItemBytes {
		return nil, awserr.Validation("Item size to update has exceeded the maximum allowed size")
	}
	if next.TooDeep() {
		return nil, awserr.Validation("Nesting Levels have exceeded supported limits")
	}
	for _, ix := range t.indexes {
		for i, a := range ix.schema.all {
			v := next.Get(a.name)
			if v == nil || v.Equal(base.Get(a.name)) {
				continue
			}
			if err := p.checkIndexKey(ix, i, v); err != nil {
				return nil, err
			}
		}
	}
	return next, nil
}

// checkIndexKey refuses a new value of the i-th key attribute of an index. The
// two ways of updating have their own words for it.
func (p *updatePlan) checkIndexKey(ix *index, i int, v attr.Value) error {
	a := ix.schema.all[i]
	_, legacy := p.update.(expr.AttributeUpdates)
	switch {
	case !v.Is(a.kind) && legacy:
		return awserr.Validation(fmt.Sprintf(invalidValues+"Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", a.name, a.kind, v.Kind(), ix.Name))
	case !v.Is(a.kind):
		return awserr.Validation("The update expression attempted to update the secondary index key to unsupported type")
	case len(v.Payload()) == 0 && !legacy:
		what := "string"
		if v.Is(attr.Binary) {
			what = "binary"
		}
		return awserr.Validation("One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. " +
			"The AttributeValue for a key attribute cannot contain an empty " + what + " value.")
	}
	return ix.checkKeySize(a.name, v, i < len(ix.schema.hash))
}

// shown returns the attributes that ReturnValues asks for.
func (p *updatePlan) shown(want string, done changed) map[string]ddb.AttributeValue {
	var it attr.Item
	switch want {
	case "ALL_OLD":
		return done.old.API()
	case "ALL_NEW":
		return done.new.API()
	case "UPDATED_OLD":
		it = done.old
	case "UPDATED_NEW":
		it = done.new
	}
	if it == nil || p.update == nil {
		return nil
	}
	var pick attr.Pick
	for _, path := range p.update.Targets() {
		pick.Add(path)
	}
	if part := pick.From(it); part.Len() > 0 {
		return part.API()
	}
	return nil
}
