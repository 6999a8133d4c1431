package dynamodb

import (
	"fmt"
	"strings"
	"testing"

	ddb "cloudless/internal/api/dynamodb"
)

func TestBatches(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("one", "pk:S"))
	f.create(t, tableOf("two", "pk:S", "sk:N"))
	put := func(kv ...any) ddb.WriteRequest {
		return ddb.WriteRequest{PutRequest: &ddb.PutRequest{Item: item(kv...)}}
	}
	del := func(kv ...any) ddb.WriteRequest {
		return ddb.WriteRequest{DeleteRequest: &ddb.DeleteRequest{Key: item(kv...)}}
	}
	f.put(t, "one", item("pk", "old"))
	out, err := f.BatchWriteItem(t.Context(), alice, &ddb.BatchWriteItemInput{RequestItems: map[string][]ddb.WriteRequest{
		"one": {put("pk", "a", "n", 1), del("pk", "old"), del("pk", "never")},
		"two": {put("pk", "a", "sk", 1), put("pk", "a", "sk", 2)},
	}})
	if err != nil || len(out.UnprocessedItems) != 0 {
		t.Fatalf("BatchWriteItem = %v, %v", out, err)
	}
	got, err := f.BatchGetItem(t.Context(), alice, &ddb.BatchGetItemInput{ReturnConsumedCapacity: "TOTAL", RequestItems: map[string]ddb.KeysAndAttributes{
		"one": {Keys: []map[string]av{item("pk", "old"), item("pk", "a")}, ProjectionExpression: new("n")},
		"two": {Keys: []map[string]av{item("pk", "a", "sk", 2), item("pk", "a", "sk", 1)}, ConsistentRead: new(true)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "one", showAll(got.Responses["one"]), "n=1")
	equal(t, "two", showAll(got.Responses["two"]), "pk=a sk=2; pk=a sk=1")
	equal(t, "unprocessed", len(got.UnprocessedKeys), 0)
	equal(t, "units", []float64{*got.ConsumedCapacity[0].CapacityUnits, *got.ConsumedCapacity[1].CapacityUnits}, []float64{1, 2})

	many := make([]ddb.WriteRequest, 26)
	for i := range many {
		many[i] = put("pk", fmt.Sprint(i))
	}
	for _, tt := range []struct {
		name   string
		writes map[string][]ddb.WriteRequest
		want   string
	}{
		{"nothing", nil, invalid + "The requestItems parameter is required for BatchWriteItem"},
		{"one key twice", map[string][]ddb.WriteRequest{"one": {put("pk", "a"), del("pk", "a")}}, invalid + "Provided list of item keys contains duplicates"},
		{"one key twice, by name and ARN", map[string][]ddb.WriteRequest{"one": {put("pk", "a")}, "arn:aws:dynamodb:us-east-1:000000000000:table/one": {put("pk", "a")}},
			invalid + "Provided list of item keys contains duplicates"},
		{"too many", map[string][]ddb.WriteRequest{"one": many}, invalid + "Too many items requested for the BatchWriteItem call"},
		{"neither put nor delete", map[string][]ddb.WriteRequest{"one": {{}}}, invalid + "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"},
		{"an unknown table", map[string][]ddb.WriteRequest{"one": {put("pk", "z")}, "zzz": {put("pk", "z")}}, "ResourceNotFoundException: Requested resource not found"},
		{"a key of a wrong type", map[string][]ddb.WriteRequest{"one": {put("pk", 1)}}, invalid + "The provided key element does not match the schema"},
		{"a wrong key", map[string][]ddb.WriteRequest{"one": {put("pk", "z"), put("q", "z")}}, badParam + "Missing the key pk in the item"},
	} {
		_, err := f.BatchWriteItem(t.Context(), alice, &ddb.BatchWriteItemInput{RequestItems: tt.writes})
		refused(t, tt.name, err, tt.want)
	}
	if it := f.get(t, "one", item("pk", "z")); it != nil {
		t.Error("a refused batch has written an item")
	}
	_, err = f.BatchGetItem(t.Context(), alice, &ddb.BatchGetItemInput{RequestItems: map[string]ddb.KeysAndAttributes{"one": {Keys: []map[string]av{item("pk", "a"), item("pk", "a")}}}})
	refused(t, "one key twice", err, invalid+"Provided list of item keys contains duplicates")
}

func TestABatchOfLargeItemsIsReadInParts(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("music", "pk:S"))
	keys := make([]map[string]av, 50)
	for i := range keys {
		keys[i] = item("pk", fmt.Sprintf("%02d", i))
		f.put(t, "music", item("pk", fmt.Sprintf("%02d", i), "x", strings.Repeat("x", 399<<10)))
	}
	read := 0
	for rounds := 0; len(keys) > 0 && rounds < 5; rounds++ {
		out, err := f.BatchGetItem(t.Context(), alice, &ddb.BatchGetItemInput{RequestItems: map[string]ddb.KeysAndAttributes{"music": {Keys: keys}}})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(out.Responses["music"]); n > 43 {
			t.Errorf("an answer has %d items of 399 KB, want not much more than 16 MB", n)
		}
		read += len(out.Responses["music"])
		keys = out.UnprocessedKeys["music"].Keys
	}
	equal(t, "items read in all parts", read, 50)
}
