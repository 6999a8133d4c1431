package dynamodb

import (
	"fmt"
	"testing"

	ddb "cloudless/internal/api/dynamodb"
)

func TestScanMeetsEveryItemOnceInAnySegmentsAndPages(t *testing.T) {
	f := shelf(t)
	const items = 137
	for i := range items {
		f.put(t, "shelf", item("pk", fmt.Sprint("p", i/3), "sk", i, "g", "G"))
	}
	for _, index := range []*string{nil, new("byG"), new("thin")} {
		for _, total := range []int64{1, 2, 7} {
			for _, limit := range []int64{1, 10, 1000} {
				seen := map[string]int{}
				for part := range total {
					in := &ddb.ScanInput{TableName: "shelf", IndexName: index, Segment: &part, TotalSegments: &total, Limit: &limit}
					for {
						out, err := f.Scan(t.Context(), alice, in)
						if err != nil {
							t.Fatal(err)
						}
						for _, it := range out.Items {
							seen[showValue(it["sk"])]++
						}
						if in.ExclusiveStartKey = out.LastEvaluatedKey; in.ExclusiveStartKey == nil {
							break
						}
					}
				}
				for sk, n := range seen {
					if n != 1 {
						t.Errorf("item %s was met %d times", sk, n)
					}
				}
				equal(t, fmt.Sprintf("items of %d segments, limit %d", total, limit), len(seen), items)
			}
		}
	}
}

func TestScanRefuses(t *testing.T) {
	f := shelf(t)
	f.put(t, "shelf", item("pk", "a", "sk", 1))
	for _, tt := range []struct {
		name string
		in   ddb.ScanInput
		want string
	}{
		{"an unknown table", ddb.ScanInput{TableName: "nosuch"}, "ResourceNotFoundException: Requested resource not found"},
		{"a segment of none", ddb.ScanInput{Segment: new(int64(0))}, invalid + "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"},
		{"segments without which", ddb.ScanInput{TotalSegments: new(int64(4))}, invalid + "The Segment parameter is required but was not present in the request when parameter TotalSegments is present"},
		{"a segment behind the last", ddb.ScanInput{Segment: new(int64(5)), TotalSegments: new(int64(5))},
			invalid + "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 5 is not less than TotalSegments: 5"},
		{"a start that is no key", ddb.ScanInput{ExclusiveStartKey: item("pk", "a")}, invalid + "The provided starting key is invalid: The provided key element does not match the schema"},
		{"a start with a value that is none", ddb.ScanInput{ExclusiveStartKey: item("pk", "a", "sk", av{})},
			invalid + "The provided starting key is invalid: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
		{"a filter that is wrong though nothing is read", ddb.ScanInput{FilterExpression: new("begins_with(x, :n)"), ExpressionAttributeValues: item(":n", 5)},
			invalid + "Invalid FilterExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"},
		{"attributes of a count", ddb.ScanInput{Select: "COUNT", ProjectionExpression: new("pk")}, invalid + "Cannot specify the ProjectionExpression when choosing to get only the Count"},
		{"projected attributes and others", ddb.ScanInput{Select: "ALL_PROJECTED_ATTRIBUTES", ProjectionExpression: new("pk")},
			invalid + "Cannot specify the ProjectionExpression when choosing to get ALL_PROJECTED_ATTRIBUTES"},
		{"both kinds of filters", ddb.ScanInput{FilterExpression: new("a = b"), ScanFilter: map[string]ddb.Condition{"x": {ComparisonOperator: "NULL"}}},
			invalid + "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {ScanFilter} Expression parameters: {FilterExpression}"},
		{"an operator for one condition", ddb.ScanInput{ConditionalOperator: "OR", ScanFilter: map[string]ddb.Condition{"x": {ComparisonOperator: "NULL"}}},
			invalid + "ConditionalOperator can only be used when Filter or Expected has two or more elements"},
	} {
		if tt.in.TableName == "" {
			tt.in.TableName = "shelf"
		}
		_, err := f.Scan(t.Context(), alice, &tt.in)
		refused(t, tt.name, err, tt.want)
	}
	other := 0
	for part := range int64(4) {
		_, err := f.Scan(t.Context(), alice, &ddb.ScanInput{TableName: "shelf", Segment: &part, TotalSegments: new(int64(4)), ExclusiveStartKey: item("pk", "a", "sk", 1)})
		if err != nil {
			refused(t, "a start in another segment", err, fmt.Sprintf(invalid+"The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: 4 Segment: %d", part))
			other++
		}
	}
	equal(t, "segments that refuse a start", other, 3)
}
