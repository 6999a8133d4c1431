package dynamodb

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// record has fields of every type.
type record struct {
	PK      string                `dynamodbav:"pk"`
	SK      int                   `dynamodbav:"sk"`
	Text    string                `dynamodbav:"text"`
	Big     attributevalue.Number `dynamodbav:"big"`
	Yes     bool                  `dynamodbav:"yes"`
	None    *string               `dynamodbav:"none"`
	Bytes   []byte                `dynamodbav:"bytes"`
	List    []any                 `dynamodbav:"list"`
	Map     map[string]string     `dynamodbav:"map"`
	Words   []string              `dynamodbav:"words,stringset"`
	Numbers []int                 `dynamodbav:"numbers,numberset"`
	Blobs   [][]byte              `dynamodbav:"blobs,binaryset"`
	At      time.Time             `dynamodbav:"at,unixtime"`
}

func (s story) items(t *testing.T) {
	ctx, name := t.Context(), aws.String("items")
	s.make(t, *name, nil)
	whole := record{
		PK: "a", SK: 1, Text: "ä\x00😀", Big: "1234567890123456789012345678901234567.8", Yes: true, Bytes: []byte{0, 255},
		List: []any{1.5, "two", []any{nil, map[string]any{"three": 3.0}}}, Map: map[string]string{"empty": "", "x": "y"},
		Words: []string{"a", "b"}, Numbers: []int{1, 2}, Blobs: [][]byte{{1}, {2}}, At: time.Unix(1_700_000_000, 0),
	}
	marshalled, err := attributevalue.MarshalMap(whole)
	must(t, err)
	s.put(t, *name, marshalled)
	var read record
	must(t, attributevalue.UnmarshalMap(s.get(t, *name, key("a", 1)), &read))
	slices.Sort(read.Words)
	slices.Sort(read.Numbers)
	if !reflect.DeepEqual(read, whole) {
		t.Errorf("read %+v, want %+v", read, whole)
	}

	update := expression.Set(expression.Name("list"), expression.ListAppend(expression.Name("list"), expression.Value([]int{7}))).
		Set(expression.Name("n"), expression.Plus(expression.IfNotExists(expression.Name("n"), expression.Value(0)), expression.Value(5))).
		Add(expression.Name("words"), expression.Value(&types.AttributeValueMemberSS{Value: []string{"c"}})).
		Delete(expression.Name("numbers"), expression.Value(&types.AttributeValueMemberNS{Value: []string{"1"}})).
		Remove(expression.Name("map.x"))
	e, err := expression.NewBuilder().WithUpdate(update).WithCondition(expression.Name("yes").Equal(expression.Value(true))).Build()
	must(t, err)
	out, err := s.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: name, Key: key("a", 1), UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(), ReturnValues: types.ReturnValueAllNew})
	must(t, err)
	read = record{}
	must(t, attributevalue.UnmarshalMap(out.Attributes, &read))
	slices.Sort(read.Words)
	same(t, "updated", []any{read.List[3], value(out.Attributes["n"]), read.Words, read.Numbers, read.Map}, "[7 5 [a b c] [2] map[empty:]]")

	e, err = expression.NewBuilder().WithProjection(expression.NamesList(expression.Name("list[2][1].three"), expression.Name("text"))).Build()
	must(t, err)
	part, err := s.GetItem(ctx, &dynamodb.GetItemInput{TableName: name, Key: key("a", 1), ProjectionExpression: e.Projection(), ExpressionAttributeNames: e.Names()})
	must(t, err)
	var projected struct {
		List [][]struct{ Three int } `dynamodbav:"list"`
	}
	must(t, attributevalue.UnmarshalMap(part.Item, &projected))
	same(t, "projected", []any{projected.List[0][0].Three, len(part.Item)}, "[3 2]")

	deleted, err := s.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: name, Key: key("a", 1), ReturnValues: types.ReturnValueAllOld, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
	must(t, err)
	same(t, "deleted", []any{len(deleted.Attributes), *deleted.ConsumedCapacity.CapacityUnits}, "[14 1]")
	same(t, "what is left", len(s.get(t, *name, key("a", 1))), 0)

	_, err = s.PutItem(ctx, &dynamodb.PutItemInput{TableName: name, Item: item{"pk": text("a")}})
	invalid(t, err, "One or more parameter values were invalid: Missing the key sk in the item")
	_, err = s.PutItem(ctx, &dynamodb.PutItemInput{TableName: name, Item: item{"pk": text("a"), "sk": number(1), "x": text(strings.Repeat("x", 400<<10))}})
	invalid(t, err, "Item size has exceeded the maximum allowed size")
}

func (s story) conditions(t *testing.T) {
	ctx, name := t.Context(), aws.String("conditions")
	s.make(t, *name, nil)
	first := item{"pk": text("a"), "sk": number(1), "name": text("first"), "n": number(5), "tags": &types.AttributeValueMemberSS{Value: []string{"x", "y"}}}
	fresh := &dynamodb.PutItemInput{TableName: name, Item: first, ConditionExpression: aws.String("attribute_not_exists(pk)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}
	_, err := s.PutItem(ctx, fresh)
	must(t, err)
	_, err = s.PutItem(ctx, fresh)
	taken := refused[*types.ConditionalCheckFailedException](t, err)
	same(t, "refusal", []any{taken.ErrorMessage(), value(taken.Item["n"])}, "[The conditional request failed 5]")

	val := func(v any) expression.ValueBuilder { return expression.Value(v) }
	nameIs, n, tags := expression.Name("name"), expression.Name("n"), expression.Name("tags")
	for i, tt := range []struct {
		condition expression.ConditionBuilder
		holds     bool
	}{
		{n.Equal(val(5)).And(nameIs.BeginsWith("fi")), true},
		{tags.Contains("x").Or(expression.Name("nosuch").AttributeExists()), true},
		{n.Between(val(6), val(8)).And(nameIs.AttributeType(expression.String)), true},
		{expression.Not(n.In(val(1), val(2))).And(nameIs.Size().Equal(val(5))), true},
		{n.LessThan(val(9)), false},
		{tags.Contains("z"), false},
		{nameIs.NotEqual(val("first")).Or(n.GreaterThan(expression.Name("name"))), false},
	} {
		e, err := expression.NewBuilder().WithUpdate(expression.Add(n, val(1))).WithCondition(tt.condition).Build()
		must(t, err)
		_, err = s.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: name, Key: key("a", 1), UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
			ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values()})
		if tt.holds && err != nil {
			t.Errorf("condition %d (%s): %v", i, *e.Condition(), err)
		} else if !tt.holds {
			refused[*types.ConditionalCheckFailedException](t, err)
		}
	}
	same(t, "n", value(s.get(t, *name, key("a", 1))["n"]), 9)
}
