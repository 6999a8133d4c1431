package dynamodb

import (
	"strings"
	"testing"

	ddb "cloudless/internal/api/dynamodb"
)

func TestUpdateItem(t *testing.T) {
	f := newFixture(t)
	in := tableOf("music", "pk:S", "sk:N", "g:S")
	in.GlobalSecondaryIndexes = []ddb.GlobalSecondaryIndex{global("byG", "g", "ALL")}
	f.create(t, in)
	key := item("pk", "a", "sk", 1)
	values := item(":1", 1, ":s", "x", ":g", "G")
	for _, tt := range []struct{ update, returns, shown, stored string }{
		{"REMOVE nothing", "ALL_NEW", "", ""},
		{"ADD n :1", "UPDATED_OLD", "", "n=1 pk=a sk=1"},
		{"ADD n :1", "UPDATED_NEW", "n=2", "n=2 pk=a sk=1"},
		{"SET n = n + :1, s = :s", "UPDATED_OLD", "n=2", "n=3 pk=a s=x sk=1"},
		{"SET g = :g REMOVE s", "ALL_OLD", "n=3 pk=a s=x sk=1", "g=G n=3 pk=a sk=1"},
		{"REMOVE g", "ALL_NEW", "n=3 pk=a sk=1", "n=3 pk=a sk=1"},
		{"SET n = if_not_exists(n, :1)", "NONE", "", "n=3 pk=a sk=1"},
	} {
		used := map[string]av{}
		for name, v := range values {
			if strings.Contains(tt.update, name) {
				used[name] = v
			}
		}
		if len(used) == 0 {
			used = nil
		}
		out, err := f.UpdateItem(t.Context(), alice, &ddb.UpdateItemInput{TableName: "music", Key: key, UpdateExpression: &tt.update, ExpressionAttributeValues: used, ReturnValues: tt.returns})
		if err != nil {
			t.Errorf("%s: %v", tt.update, err)
			continue
		}
		equal(t, tt.update+" returns", show(out.Attributes), tt.shown)
		equal(t, tt.update+" leaves", show(f.get(t, "music", key)), tt.stored)
	}
	for _, tt := range []struct {
		name string
		in   ddb.UpdateItemInput
		want string
	}{
		{"an update of the key", ddb.UpdateItemInput{UpdateExpression: new("SET pk = :s"), ExpressionAttributeValues: item(":s", "x")},
			badParam + "Cannot update attribute pk. This attribute is part of the key"},
		{"a number for a string index key", ddb.UpdateItemInput{UpdateExpression: new("SET g = :1"), ExpressionAttributeValues: item(":1", 1)},
			invalid + "The update expression attempted to update the secondary index key to unsupported type"},
		{"an empty index key", ddb.UpdateItemInput{UpdateExpression: new("SET g = :e"), ExpressionAttributeValues: item(":e", "")},
			invalid + "One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty string value."},
		{"the same by the legacy parameter", ddb.UpdateItemInput{AttributeUpdates: map[string]ddb.AttributeValueUpdate{"g": {Value: new(num(1))}}},
			badParam + "Type mismatch for Index Key g Expected: S Actual: N IndexName: byG"},
		{"an update within an index key", ddb.UpdateItemInput{UpdateExpression: new("SET g.x = :1"), ExpressionAttributeValues: item(":1", 1)},
			invalid + "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: g"},
		{"too large a result", ddb.UpdateItemInput{UpdateExpression: new("SET big = :s"), ExpressionAttributeValues: item(":s", strings.Repeat("x", 400<<10))},
			invalid + "Item size to update has exceeded the maximum allowed size"},
		{"a condition that does not hold", ddb.UpdateItemInput{UpdateExpression: new("REMOVE n"), ConditionExpression: new("attribute_not_exists(pk)")},
			"ConditionalCheckFailedException: The conditional request failed"},
		{"both ways of updating", ddb.UpdateItemInput{UpdateExpression: new("REMOVE n"), AttributeUpdates: map[string]ddb.AttributeValueUpdate{"g": {Action: "DELETE"}}},
			invalid + "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {AttributeUpdates} Expression parameters: {UpdateExpression}"},
		{"a legacy update without a value", ddb.UpdateItemInput{AttributeUpdates: map[string]ddb.AttributeValueUpdate{"g": {Action: "PUT"}}},
			badParam + "Only DELETE action is allowed when no attribute value is specified"},
	} {
		tt.in.TableName, tt.in.Key = "music", key
		_, err := f.UpdateItem(t.Context(), alice, &tt.in)
		refused(t, tt.name, err, tt.want)
	}
	deep := str("leaf")
	for range 20 {
		deep = doc("d", deep)
	}
	deepen := func(path string) error {
		_, err := f.UpdateItem(t.Context(), alice, &ddb.UpdateItemInput{TableName: "music", Key: item("pk", "deep", "sk", 1), UpdateExpression: new("SET " + path + " = :deep"), ExpressionAttributeValues: item(":deep", deep)})
		return err
	}
	if err := deepen("d"); err != nil {
		t.Fatal(err)
	}
	if err := deepen("d" + strings.Repeat(".d", 11)); err != nil {
		t.Error(err)
	}
	refused(t, "a value at level 33", deepen("d"+strings.Repeat(".d", 12)), invalid+"Nesting Levels have exceeded supported limits")
	if _, err := f.UpdateItem(t.Context(), alice, &ddb.UpdateItemInput{TableName: "music", Key: item("pk", "new", "sk", 1)}); err != nil {
		t.Fatal(err)
	}
	equal(t, "an update of nothing makes the item", show(f.get(t, "music", item("pk", "new", "sk", 1))), "pk=new sk=1")
	_, err := f.UpdateItem(t.Context(), alice, &ddb.UpdateItemInput{TableName: "music", Key: key,
		AttributeUpdates: map[string]ddb.AttributeValueUpdate{"n": {Action: "ADD", Value: new(num(4))}, "z": {Value: new(str("z"))}},
		Expected:         map[string]ddb.ExpectedAttributeValue{"n": {ComparisonOperator: "GE", AttributeValueList: []av{num(3)}}}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "legacy update", show(f.get(t, "music", key)), "n=7 pk=a sk=1 z=z")
}
