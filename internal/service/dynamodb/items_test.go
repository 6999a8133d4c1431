package dynamodb

import (
	"strings"
	"testing"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
)

const (
	invalid  = "ValidationException: "
	badParam = invalid + "One or more parameter values were invalid: "
)

func TestPutItemReplacesAnItemWhole(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("music", "pk:S", "sk:N"))
	f.put(t, "music", item("pk", "a", "sk", 1, "title", "Blue Train", "list", list(num(1), str("x")), "map", doc("k", set("b", "a"))))
	f.put(t, "music", item("pk", "a", "sk", 2, "title", "other"))
	equal(t, "first item", show(f.get(t, "music", item("pk", "a", "sk", 1))), "list=[1 x] map={k=[a b]} pk=a sk=1 title=Blue Train")

	out, err := f.PutItem(t.Context(), alice, &ddb.PutItemInput{TableName: "music", Item: item("pk", "a", "sk", num("1.0"), "new", "y"), ReturnValues: "ALL_OLD"})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "old item", show(out.Attributes), "list=[1 x] map={k=[a b]} pk=a sk=1 title=Blue Train")
	equal(t, "new item", show(f.get(t, "music", item("pk", "a", "sk", 1))), "new=y pk=a sk=1")
	equal(t, "the other item", show(f.get(t, "music", item("pk", "a", "sk", 2))), "pk=a sk=2 title=other")
	if got := f.get(t, "music", item("pk", "a", "sk", 3)); got != nil {
		t.Errorf("an item that was never put = %s", show(got))
	}
}

func TestPutItemRefuses(t *testing.T) {
	f := newFixture(t)
	in := tableOf("music", "pk:S", "sk:B", "g:S", "n:N")
	in.GlobalSecondaryIndexes = []ddb.GlobalSecondaryIndex{global("byG", "g|n", "ALL")}
	f.create(t, in)
	f.put(t, "music", item("pk", "taken", "sk", bin(1)))
	sound := func(kv ...any) map[string]av {
		it := item("pk", "a", "sk", bin(1))
		for name, v := range item(kv...) {
			it[name] = v
		}
		return it
	}
	for _, tt := range []struct {
		name string
		in   ddb.PutItemInput
		want string
	}{
		{"an unknown table", ddb.PutItemInput{TableName: "nosuch", Item: item("pk", "a")}, "ResourceNotFoundException: Requested resource not found"},
		{"a table of another region", ddb.PutItemInput{TableName: "arn:aws:dynamodb:eu-west-1:000000000000:table/music", Item: sound()}, "ResourceNotFoundException: Requested resource not found"},
		{"an item without its hash key", ddb.PutItemInput{Item: item("title", "a")}, badParam + "Missing the key pk in the item"},
		{"an item without its range key", ddb.PutItemInput{Item: item("pk", "a")}, badParam + "Missing the key sk in the item"},
		{"a key of another type", ddb.PutItemInput{Item: item("pk", 1, "sk", bin(1))}, badParam + "Type mismatch for key pk expected: S actual: N"},
		{"an empty key", ddb.PutItemInput{Item: sound("pk", "")},
			invalid + "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk"},
		{"an empty binary key", ddb.PutItemInput{Item: sound("sk", bin())},
			invalid + "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty binary value. Key: sk"},
		{"a hash key of 2049 bytes", ddb.PutItemInput{Item: sound("pk", strings.Repeat("x", 2049))}, badParam + "Size of hashkey has exceeded the maximum size limit of2048 bytes"},
		{"a range key of 1025 bytes", ddb.PutItemInput{Item: sound("sk", bin(make([]byte, 1025)...))}, badParam + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"},
		{"an index key of another type", ddb.PutItemInput{Item: sound("g", 1)}, badParam + "Type mismatch for Index Key g Expected: S Actual: N IndexName: byG"},
		{"an empty index key", ddb.PutItemInput{Item: sound("g", "")},
			invalid + "One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: byG, IndexKey: g"},
		{"an item of more than 400 KB", ddb.PutItemInput{Item: sound("x", strings.Repeat("x", 400<<10))}, invalid + "Item size has exceeded the maximum allowed size"},
		{"a value that is none", ddb.PutItemInput{Item: sound("x", av{})}, invalid + "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
		{"ReturnValues of an update", ddb.PutItemInput{Item: sound(), ReturnValues: "UPDATED_NEW"}, invalid + "ReturnValues can only be ALL_OLD or NONE"},
		{"both kinds of conditions", ddb.PutItemInput{Item: sound(), Expected: map[string]ddb.ExpectedAttributeValue{"pk": {Exists: new(false)}}, ConditionExpression: new("attribute_not_exists(pk)")},
			invalid + "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}"},
		{"values without an expression", ddb.PutItemInput{Item: sound(), ExpressionAttributeValues: item(":v", "x")},
			invalid + "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null"},
		{"names without an expression", ddb.PutItemInput{Item: sound(), ExpressionAttributeNames: map[string]string{"#a": "a"}},
			invalid + "ExpressionAttributeNames can only be specified when using expressions"},
		{"an unused value", ddb.PutItemInput{Item: sound(), ConditionExpression: new("a = b"), ExpressionAttributeValues: item(":v", "x")},
			invalid + "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}"},
		{"a condition into a key", ddb.PutItemInput{Item: sound(), ConditionExpression: new("pk.x = sk")},
			invalid + "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk"},
		{"a condition that does not hold", ddb.PutItemInput{Item: item("pk", "taken", "sk", bin(1)), ConditionExpression: new("attribute_not_exists(pk)")},
			"ConditionalCheckFailedException: The conditional request failed"},
		{"an expectation that does not hold", ddb.PutItemInput{Item: item("pk", "taken", "sk", bin(1)), Expected: map[string]ddb.ExpectedAttributeValue{"pk": {Exists: new(false)}}},
			"ConditionalCheckFailedException: The conditional request failed"},
		{"an expectation of nothing", ddb.PutItemInput{Item: sound(), Expected: map[string]ddb.ExpectedAttributeValue{"x": {}}},
			badParam + "Value must be provided when Exists is null for Attribute: x"},
	} {
		if tt.in.TableName == "" {
			tt.in.TableName = "music"
		}
		_, err := f.PutItem(t.Context(), alice, &tt.in)
		refused(t, tt.name, err, tt.want)
	}
	for _, it := range []map[string]av{sound("pk", strings.Repeat("x", 2048), "sk", bin(make([]byte, 1024)...)), sound("empty", ""), sound("g", "only a half of the index key")} {
		f.put(t, "music", it)
	}
	atLimit := sound()
	atLimit["x"] = str(strings.Repeat("x", attr.MaxItemBytes-2-1-2-1-1)) // pk, a, sk, one byte, x
	f.put(t, "music", atLimit)
}

func TestAFailedConditionShowsTheItemToWhoAsks(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("shop", "id:S"))
	f.put(t, "shop", item("id", "456", "price", 650, "product", "sporting goods"))
	_, err := f.PutItem(t.Context(), alice, &ddb.PutItemInput{TableName: "shop", Item: item("id", "456"),
		ConditionExpression: new("price < :p"), ExpressionAttributeValues: item(":p", 5), ReturnValuesOnConditionCheckFailure: "ALL_OLD"})
	refused(t, "PutItem", err, "ConditionalCheckFailedException: The conditional request failed")
	detail, _ := awserr.From(err).Detail.(*ddb.ConditionalCheckFailedExceptionDetail)
	if detail == nil || show(detail.Item) != "id=456 price=650 product=sporting goods" {
		t.Errorf("detail = %v", detail)
	}
}

func TestDeleteItem(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("music", "pk:S"))
	f.put(t, "music", item("pk", "a", "n", 1))
	del := func(in ddb.DeleteItemInput) (string, error) {
		in.TableName = "music"
		out, err := f.DeleteItem(t.Context(), alice, &in)
		if err != nil {
			return "", err
		}
		return show(out.Attributes), nil
	}
	_, err := del(ddb.DeleteItemInput{Key: item("pk", "a"), ConditionExpression: new("n > :n"), ExpressionAttributeValues: item(":n", 1)})
	refused(t, "a condition that does not hold", err, "ConditionalCheckFailedException: The conditional request failed")
	_, err = del(ddb.DeleteItemInput{Key: item("pk", "a", "n", 1)})
	refused(t, "a key with another attribute", err, invalid+"The provided key element does not match the schema")
	_, err = del(ddb.DeleteItemInput{Key: item("pk", 1)})
	refused(t, "a key of another type", err, invalid+"The provided key element does not match the schema")
	for _, want := range []string{"n=1 pk=a", ""} {
		got, err := del(ddb.DeleteItemInput{Key: item("pk", "a"), ReturnValues: "ALL_OLD"})
		if err != nil || got != want {
			t.Errorf("DeleteItem = %q, %v, want %q", got, err, want)
		}
	}
}

func TestGetItemProjects(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("music", "pk:S"))
	f.put(t, "music", item("pk", "a", "m", doc("x", 1, "y", 2), "l", list(num(0), num(1)), "z", 3))
	for _, tt := range []struct {
		in   ddb.GetItemInput
		want string
	}{
		{ddb.GetItemInput{ProjectionExpression: new("#m.x, l[1]"), ExpressionAttributeNames: map[string]string{"#m": "m"}}, "l=[1] m={x=1}"},
		{ddb.GetItemInput{AttributesToGet: []string{"z", "pk"}}, "pk=a z=3"},
		{ddb.GetItemInput{ProjectionExpression: new("nosuch")}, ""},
	} {
		tt.in.TableName, tt.in.Key = "music", item("pk", "a")
		out, err := f.GetItem(t.Context(), alice, &tt.in)
		if err != nil || out.Item == nil || show(out.Item) != tt.want {
			t.Errorf("GetItem(%v) = %v, %v, want %s", tt.in, out, err, tt.want)
		}
	}
	for _, tt := range []struct {
		name string
		in   ddb.GetItemInput
		want string
	}{
		{"a projection into the key", ddb.GetItemInput{ProjectionExpression: new("pk.x")},
			invalid + "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk"},
		{"a syntax error", ddb.GetItemInput{ProjectionExpression: new("!!! INVALID !!!")}, invalid + `Invalid ProjectionExpression: Syntax error; token: "!", near: "!!"`},
		{"an attribute twice", ddb.GetItemInput{AttributesToGet: []string{"a", "a"}}, badParam + "Duplicate value in attribute name: a"},
		{"both ways of projecting", ddb.GetItemInput{AttributesToGet: []string{"a"}, ProjectionExpression: new("a")},
			invalid + "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}"},
	} {
		tt.in.TableName, tt.in.Key = "music", item("pk", "a")
		_, err := f.GetItem(t.Context(), alice, &tt.in)
		refused(t, tt.name, err, tt.want)
	}
}
