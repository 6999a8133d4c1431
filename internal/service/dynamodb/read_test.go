package dynamodb

import (
	"fmt"
	"strings"
	"testing"

	ddb "cloudless/internal/api/dynamodb"
)

// shelf is a table with a composite key, two global indexes and two local ones.
func shelf(t testing.TB) *fixture {
	f := newFixture(t)
	in := tableOf("shelf", "pk:S", "sk:N", "g:S", "l:S", "r:B")
	in.GlobalSecondaryIndexes = []ddb.GlobalSecondaryIndex{
		global("byG", "g | sk", "ALL"),
		global("thin", "g", "INCLUDE", "x"),
		global("wide", "g l | r sk", "KEYS_ONLY"),
	}
	in.LocalSecondaryIndexes = []ddb.LocalSecondaryIndex{local("byL", "pk|l", "KEYS_ONLY"), local("byR", "pk|r", "ALL")}
	f.create(t, in)
	return f
}

// query runs a query of table shelf to its end, in pages.
func (f *fixture) query(t testing.TB, in ddb.QueryInput) (items []map[string]av, pages int) {
	t.Helper()
	in.TableName = "shelf"
	for {
		out, err := f.Query(t.Context(), alice, &in)
		if err != nil {
			t.Fatalf("Query(%v) = %v", in, err)
		}
		items = append(items, out.Items...)
		pages++
		if out.LastEvaluatedKey == nil {
			return items, pages
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// column shows one attribute of each item.
func column(items []map[string]av, name string) string {
	var parts []string
	for _, it := range items {
		parts = append(parts, showValue(it[name]))
	}
	return strings.Join(parts, " ")
}

func TestFiltersCountApartFromWhatIsRead(t *testing.T) {
	f := shelf(t)
	for i := range 10 {
		f.put(t, "shelf", item("pk", "a", "sk", i, "even", i%2, "x", "y"))
	}
	in := ddb.QueryInput{TableName: "shelf", KeyConditionExpression: new("pk = :p"), FilterExpression: new("even = :e"), ProjectionExpression: new("sk"),
		ExpressionAttributeValues: item(":p", "a", ":e", 0), Limit: new(int64(4)), ReturnConsumedCapacity: "INDEXES"}
	out, err := f.Query(t.Context(), alice, &in)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "items", showAll(out.Items), "sk=0; sk=2")
	equal(t, "Count and ScannedCount", []int64{*out.Count, *out.ScannedCount}, []int64{2, 4})
	equal(t, "LastEvaluatedKey", show(out.LastEvaluatedKey), "pk=a sk=3")
	equal(t, "units", []float64{*out.ConsumedCapacity.CapacityUnits, *out.ConsumedCapacity.Table.CapacityUnits}, []float64{0.5, 0.5})

	in.ProjectionExpression, in.Select, in.Limit, in.ConsistentRead = nil, "COUNT", nil, new(true)
	out, err = f.Query(t.Context(), alice, &in)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "a count", []any{*out.Count, *out.ScannedCount, out.Items == nil, out.LastEvaluatedKey == nil, *out.ConsumedCapacity.CapacityUnits},
		[]any{int64(5), int64(10), true, true, 1.0})
}

func TestAPageEndsAtOneMegabyte(t *testing.T) {
	f := shelf(t)
	for i := range 20 {
		f.put(t, "shelf", item("pk", "a", "sk", i, "x", strings.Repeat("x", 60_000)))
	}
	items, pages := f.query(t, ddb.QueryInput{KeyConditionExpression: new("pk = :p"), FilterExpression: new("x <> :no"), ExpressionAttributeValues: item(":p", "a", ":no", "no"), ProjectionExpression: new("sk")})
	equal(t, "items and pages", []int{len(items), pages}, []int{20, 2})
}

func TestLegacyQueryAndScan(t *testing.T) {
	f := shelf(t)
	for i := range 6 {
		f.put(t, "shelf", item("pk", "a", "sk", i, "x", fmt.Sprint("v", i%3)))
	}
	got, _ := f.query(t, ddb.QueryInput{
		KeyConditions: map[string]ddb.Condition{"pk": {ComparisonOperator: "EQ", AttributeValueList: []av{str("a")}},
			"sk": {ComparisonOperator: "BETWEEN", AttributeValueList: []av{num(1), num(4)}}},
		QueryFilter:     map[string]ddb.Condition{"x": {ComparisonOperator: "IN", AttributeValueList: []av{str("v1"), str("v2")}}},
		AttributesToGet: []string{"sk", "x"},
	})
	equal(t, "Query", showAll(got), "sk=1 x=v1; sk=2 x=v2; sk=4 x=v1")
	out, err := f.Scan(t.Context(), alice, &ddb.ScanInput{TableName: "shelf", ConditionalOperator: "OR", AttributesToGet: []string{"sk"},
		ScanFilter: map[string]ddb.Condition{"x": {ComparisonOperator: "EQ", AttributeValueList: []av{str("v0")}}, "sk": {ComparisonOperator: "GT", AttributeValueList: []av{num(4)}}}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "Scan", showAll(out.Items), "sk=0; sk=3; sk=5")
}
