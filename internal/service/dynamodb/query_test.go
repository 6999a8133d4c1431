package dynamodb

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	ddb "cloudless/internal/api/dynamodb"
)

func TestQueryFollowsTheSortKey(t *testing.T) {
	f := shelf(t)
	numbers := []string{"-100", "-10", "-1.5", "-1", "-0.001", "0", "1E-130", "0.5", "1", "2", "9", "10", "99.99", "100", "1000000"}
	for i, n := range slices.Backward(numbers) {
		f.put(t, "shelf", item("pk", "a", "sk", num(n), "i", i, "x", "even"[:4*(1-i%2)]))
		f.put(t, "shelf", item("pk", "b", "sk", num(n)))
	}
	names := map[string]string{"#p": "pk", "#s": "sk"}
	for _, tt := range []struct {
		condition string
		values    map[string]av
		want      string // of i
	}{
		{"#p = :p", nil, "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14"},
		{"#p = :p AND #s = :v", item(":v", num("1.0")), "8"},
		{"#p = :p AND #s < :v", item(":v", num("-1")), "0 1 2"},
		{"#p = :p AND #s <= :v", item(":v", num("-1")), "0 1 2 3"},
		{"#p = :p AND #s > :v", item(":v", num("9")), "11 12 13 14"},
		{"#p = :p AND :v <= #s", item(":v", num("9")), "10 11 12 13 14"},
		{"#p = :p AND #s BETWEEN :v AND :w", item(":v", num("-1"), ":w", num("1")), "3 4 5 6 7 8"},
		{"#s = :v AND #p = :p", item(":v", num("7")), ""},
	} {
		values := item(":p", "a")
		maps.Copy(values, tt.values)
		used := maps.Clone(names)
		if !strings.Contains(tt.condition, "#s") {
			delete(used, "#s")
		}
		in := ddb.QueryInput{KeyConditionExpression: &tt.condition, ExpressionAttributeNames: used, ExpressionAttributeValues: values}
		for _, limit := range []int64{0, 1, 2, 100} {
			in.Limit = nil
			if limit > 0 {
				in.Limit = &limit
			}
			forward, pages := f.query(t, in)
			equal(t, fmt.Sprintf("%s, limit %d", tt.condition, limit), column(forward, "i"), tt.want)
			if n := len(forward); limit > 0 && pages != n/int(limit)+1 {
				t.Errorf("%s: %d items came in %d pages of %d", tt.condition, n, pages, limit)
			}
			in.ScanIndexForward = new(false)
			backward, _ := f.query(t, in)
			in.ScanIndexForward = nil
			slices.Reverse(backward)
			equal(t, tt.condition+", backwards", column(backward, "i"), tt.want)
		}
	}
}

func TestQueryOfStringsAndBinariesByPrefix(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("strings", "pk:S", "sk:S"))
	f.create(t, tableOf("binaries", "pk:S", "sk:B"))
	for _, s := range []string{"a", "ab", "ab\x00", "ab\x01", "abc", "ab\xc3\xa9", "b", "z"} {
		f.put(t, "strings", item("pk", "p", "sk", s))
		f.put(t, "binaries", item("pk", "p", "sk", bin([]byte(s)...)))
	}
	for table, v := range map[string]av{"strings": str("ab"), "binaries": bin('a', 'b')} {
		out, err := f.Query(t.Context(), alice, &ddb.QueryInput{TableName: table, KeyConditionExpression: new("pk = :p AND begins_with(sk, :v)"),
			ExpressionAttributeValues: map[string]av{":p": str("p"), ":v": v}})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, table, int(*out.Count), 5)
	}
}

func TestQueryOfIndexes(t *testing.T) {
	f := shelf(t)
	f.put(t, "shelf", item("pk", "a", "sk", 1, "g", "G", "l", "L", "r", bin(2), "x", "X1", "y", "Y1"))
	f.put(t, "shelf", item("pk", "b", "sk", 2, "g", "G", "l", "L", "r", bin(1), "x", "X2", "y", "Y2"))
	f.put(t, "shelf", item("pk", "b", "sk", 3, "g", "G", "l", "K", "y", "Y3"))
	f.put(t, "shelf", item("pk", "b", "sk", 4, "l", "A", "y", "Y4"))
	f.put(t, "shelf", item("pk", "b", "sk", 5, "g", "H"))
	for _, tt := range []struct {
		name string
		in   ddb.QueryInput
		want string
	}{
		{"a global index, whole", ddb.QueryInput{IndexName: new("byG"), KeyConditionExpression: new("g = :g AND sk > :n"), ExpressionAttributeValues: item(":g", "G", ":n", 1)},
			"g=G l=L pk=b r=01 sk=2 x=X2 y=Y2; g=G l=K pk=b sk=3 y=Y3"},
		{"a global index with some attributes", ddb.QueryInput{IndexName: new("thin"), KeyConditionExpression: new("g = :g"), FilterExpression: new("attribute_exists(x) AND attribute_not_exists(y)"), ExpressionAttributeValues: item(":g", "G"), Select: "ALL_PROJECTED_ATTRIBUTES", ScanIndexForward: new(true)},
			"g=G pk=a sk=1 x=X1; g=G pk=b sk=2 x=X2"},
		{"a global index with several attributes in its key", ddb.QueryInput{IndexName: new("wide"), KeyConditionExpression: new("g = :g AND l = :l"), ExpressionAttributeValues: item(":g", "G", ":l", "L")},
			"g=G l=L pk=b r=01 sk=2; g=G l=L pk=a r=02 sk=1"},
		{"it, with a range", ddb.QueryInput{IndexName: new("wide"), KeyConditionExpression: new("g = :g AND l = :l AND r = :r AND sk < :n"), ExpressionAttributeValues: item(":g", "G", ":l", "L", ":r", bin(2), ":n", 9)},
			"g=G l=L pk=a r=02 sk=1"},
		{"a local index, in its order", ddb.QueryInput{IndexName: new("byL"), KeyConditionExpression: new("pk = :p"), ExpressionAttributeValues: item(":p", "b"), ConsistentRead: new(true)},
			"l=A pk=b sk=4; l=K pk=b sk=3; l=L pk=b sk=2"},
		{"a local index, with the items themselves", ddb.QueryInput{IndexName: new("byL"), KeyConditionExpression: new("pk = :p AND begins_with(l, :l)"), ExpressionAttributeValues: item(":p", "b", ":l", "K"), Select: "ALL_ATTRIBUTES"},
			"g=G l=K pk=b sk=3 y=Y3"},
		{"a local index, with what it does not have", ddb.QueryInput{IndexName: new("byL"), KeyConditionExpression: new("pk = :p"), ExpressionAttributeValues: item(":p", "b"), ProjectionExpression: new("y")},
			"y=Y4; y=Y3; y=Y2"},
		{"a local index, filtered by what it does not have", ddb.QueryInput{IndexName: new("byL"), KeyConditionExpression: new("pk = :p"), FilterExpression: new("y = :y"), ExpressionAttributeValues: item(":p", "b", ":y", "Y3"), ProjectionExpression: new("sk")},
			"sk=3"},
	} {
		for _, limit := range []*int64{nil, new(int64(1))} {
			tt.in.Limit = limit
			got, _ := f.query(t, tt.in)
			if tt.in.IndexName != nil && *tt.in.IndexName == "thin" { // equal keys lie in no promised order
				slices.SortFunc(got, func(a, b map[string]av) int { return strings.Compare(show(a), show(b)) })
			}
			equal(t, tt.name, showAll(got), tt.want)
		}
	}

	// Entries follow their items.
	if _, err := f.UpdateItem(t.Context(), alice, &ddb.UpdateItemInput{TableName: "shelf", Key: item("pk", "a", "sk", 1), UpdateExpression: new("SET g = :g"), ExpressionAttributeValues: item(":g", "H")}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.DeleteItem(t.Context(), alice, &ddb.DeleteItemInput{TableName: "shelf", Key: item("pk", "b", "sk", 5)}); err != nil {
		t.Fatal(err)
	}
	got, _ := f.query(t, ddb.QueryInput{IndexName: new("byG"), KeyConditionExpression: new("g = :g"), ExpressionAttributeValues: item(":g", "H"), ProjectionExpression: new("pk, sk")})
	equal(t, "after a change", showAll(got), "pk=a sk=1")
	if out, err := f.DescribeTable(t.Context(), alice, &ddb.DescribeTableInput{TableName: "shelf"}); err != nil {
		t.Error(err)
	} else {
		counts := map[string]int64{"shelf": *out.Table.ItemCount}
		for _, ix := range out.Table.GlobalSecondaryIndexes {
			counts[*ix.IndexName] = *ix.ItemCount
		}
		for _, ix := range out.Table.LocalSecondaryIndexes {
			counts[*ix.IndexName] = *ix.ItemCount
		}
		equal(t, "item counts", counts, map[string]int64{"shelf": 4, "byG": 3, "thin": 3, "wide": 2, "byL": 4, "byR": 2})
	}
}

func TestQueryRefuses(t *testing.T) {
	f := shelf(t)
	f.create(t, tableOf("plain", "pk:S"))
	q := func(condition string, kv ...any) ddb.QueryInput {
		in := ddb.QueryInput{KeyConditionExpression: &condition}
		if len(kv) > 0 {
			in.ExpressionAttributeValues = item(kv...)
		}
		return in
	}
	with := func(in ddb.QueryInput, change func(*ddb.QueryInput)) ddb.QueryInput {
		change(&in)
		return in
	}
	sound := q("pk = :p", ":p", "a")
	for _, tt := range []struct {
		name string
		in   ddb.QueryInput
		want string
	}{
		{"no condition", ddb.QueryInput{}, invalid + "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."},
		{"no hash key", q("sk = :v", ":v", 1), invalid + "Query condition missed key schema element: pk"},
		{"another attribute", q("pk = :p AND q = :v", ":p", "a", ":v", 1), invalid + "Query condition missed key schema element: sk"},
		{"a range of hash keys", q("pk < :p", ":p", "a"), invalid + "Query key condition not supported"},
		{"three attributes", q("pk = :p AND sk = :v AND q = :v", ":p", "a", ":v", 1), invalid + "Conditions can be of length 1 or 2 only"},
		{"a value of another type", q("pk = :p AND sk = :v", ":p", "a", ":v", "x"), badParam + "Condition parameter type does not match schema type"},
		{"an empty hash key", q("pk = :p", ":p", ""),
			invalid + "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk"},
		{"a range key of a table without", with(q("pk = :p AND sk = :v", ":p", "a", ":v", 1), func(in *ddb.QueryInput) { in.TableName = "plain" }), invalid + "Query key condition not supported"},
		{"a filter on the key", with(q("pk = :p", ":p", "a", ":v", 1), func(in *ddb.QueryInput) { in.FilterExpression = new("sk = :v") }),
			invalid + "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk"},
		{"a legacy filter on the key", with(sound, func(in *ddb.QueryInput) {
			in.KeyConditionExpression, in.ExpressionAttributeValues = nil, nil
			in.KeyConditions = map[string]ddb.Condition{"pk": {ComparisonOperator: "EQ", AttributeValueList: []av{str("a")}}}
			in.QueryFilter = map[string]ddb.Condition{"sk": {ComparisonOperator: "EQ", AttributeValueList: []av{num(1)}}}
		}), invalid + "QueryFilter can only contain non-primary key attributes: Primary key attribute: sk"},
		{"an unknown index", with(sound, func(in *ddb.QueryInput) { in.IndexName = new("nosuch") }), invalid + "The table does not have the specified index: nosuch"},
		{"a consistent read of a global index", with(q("g = :g", ":g", "a"), func(in *ddb.QueryInput) { in.IndexName, in.ConsistentRead = new("byG"), new(true) }),
			invalid + "Consistent reads are not supported on global secondary indexes"},
		{"all attributes of an index that has few", with(q("g = :g", ":g", "a"), func(in *ddb.QueryInput) { in.IndexName, in.Select = new("thin"), "ALL_ATTRIBUTES" }),
			badParam + "Select type ALL_ATTRIBUTES is not supported for global secondary index thin because its projection type is not ALL"},
		{"an attribute that a global index does not have", with(q("g = :g", ":g", "a"), func(in *ddb.QueryInput) { in.IndexName, in.ProjectionExpression = new("thin"), new("x, y, z") }),
			badParam + "Global secondary index thin does not project [y, z]"},
		{"a part of the hash key of an index", with(q("g = :g", ":g", "a"), func(in *ddb.QueryInput) { in.IndexName = new("wide") }), invalid + "Query condition missed key schema element: l"},
		{"a later range key without the first", with(q("g = :g AND l = :g AND sk = :n", ":g", "a", ":n", 1), func(in *ddb.QueryInput) { in.IndexName = new("wide") }),
			invalid + "Query condition missed key schema element: r"},
		{"a later range key behind a range", with(q("g = :g AND l = :g AND r > :r AND sk = :n", ":g", "a", ":r", bin(1), ":n", 1), func(in *ddb.QueryInput) { in.IndexName = new("wide") }),
			invalid + "Query key condition not supported"},
		{"projected attributes without an index", with(sound, func(in *ddb.QueryInput) { in.Select = "ALL_PROJECTED_ATTRIBUTES" }),
			invalid + "1 validation error detected: ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"},
		{"no specific attributes", with(sound, func(in *ddb.QueryInput) { in.Select = "SPECIFIC_ATTRIBUTES" }),
			invalid + "1 validation error detected: Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"},
		{"a start without the whole key", with(sound, func(in *ddb.QueryInput) { in.ExclusiveStartKey = item("pk", "a") }), invalid + "The provided starting key is invalid"},
		{"a start in another partition", with(sound, func(in *ddb.QueryInput) { in.ExclusiveStartKey = item("pk", "b", "sk", 1) }),
			invalid + "The provided starting key is outside query boundaries based on provided conditions"},
		{"a start outside of the range", with(q("pk = :p AND sk > :v", ":p", "a", ":v", 5), func(in *ddb.QueryInput) { in.ExclusiveStartKey = item("pk", "a", "sk", 1) }),
			invalid + "The provided starting key does not match the range key predicate"},
		{"values for a condition of the legacy kind", ddb.QueryInput{KeyConditions: map[string]ddb.Condition{}, ExpressionAttributeValues: item(":p", "a")},
			invalid + "ExpressionAttributeValues can only be specified when using expressions: FilterExpression and KeyConditionExpression are null"},
		{"an operator that bounds no range", ddb.QueryInput{KeyConditions: map[string]ddb.Condition{"pk": {ComparisonOperator: "NE", AttributeValueList: []av{str("a")}}}},
			invalid + "Attempted conditional constraint is not an indexable operation"},
		{"too few arguments", ddb.QueryInput{KeyConditions: map[string]ddb.Condition{"pk": {ComparisonOperator: "EQ"}}},
			badParam + "Invalid number of argument(s) for the EQ ComparisonOperator"},
	} {
		if tt.in.TableName == "" {
			tt.in.TableName = "shelf"
		}
		_, err := f.Query(t.Context(), alice, &tt.in)
		refused(t, tt.name, err, tt.want)
	}
}

func TestQueryByTheWholeKey(t *testing.T) {
	f := shelf(t)
	f.create(t, tableOf("plain", "pk:S"))
	f.put(t, "shelf", item("pk", "a", "sk", 1, "x", "y"))
	f.put(t, "shelf", item("pk", "a", "sk", 2))
	f.put(t, "plain", item("pk", "a"))
	for _, tt := range []struct {
		in    ddb.QueryInput
		want  string
		count []int64
		last  string
	}{
		{ddb.QueryInput{TableName: "shelf", KeyConditionExpression: new("pk = :p AND sk = :s"), ExpressionAttributeValues: item(":p", "a", ":s", num("1.0"))}, "pk=a sk=1 x=y", []int64{1, 1}, ""},
		{ddb.QueryInput{TableName: "shelf", KeyConditionExpression: new("sk = :s AND pk = :p"), ExpressionAttributeValues: item(":p", "a", ":s", 3)}, "", []int64{0, 0}, ""},
		{ddb.QueryInput{TableName: "shelf", KeyConditionExpression: new("pk = :p AND sk = :s"), ExpressionAttributeValues: item(":p", "a", ":s", 1), Limit: new(int64(1))}, "pk=a sk=1 x=y", []int64{1, 1}, "pk=a sk=1"},
		{ddb.QueryInput{TableName: "shelf", KeyConditionExpression: new("pk = :p AND sk = :s"), ExpressionAttributeValues: item(":p", "a", ":s", 1), ExclusiveStartKey: item("pk", "a", "sk", 1)}, "", []int64{0, 0}, ""},
		{ddb.QueryInput{TableName: "shelf", KeyConditionExpression: new("pk = :p AND sk = :s"), FilterExpression: new("x <> :p"), ExpressionAttributeValues: item(":p", "a", ":s", 2)}, "pk=a sk=2", []int64{1, 1}, ""},
		{ddb.QueryInput{TableName: "shelf", KeyConditionExpression: new("sk >= :s AND pk = :p"), ExpressionAttributeValues: item(":p", "a", ":s", 1)}, "pk=a sk=1 x=y; pk=a sk=2", []int64{2, 2}, ""},
		{ddb.QueryInput{TableName: "plain", KeyConditionExpression: new("pk = :p"), ExpressionAttributeValues: item(":p", "a")}, "pk=a", []int64{1, 1}, ""},
		{ddb.QueryInput{TableName: "plain", KeyConditionExpression: new("pk = :p"), ExpressionAttributeValues: item(":p", "b")}, "", []int64{0, 0}, ""},
	} {
		out, err := f.Query(t.Context(), alice, &tt.in)
		if err != nil {
			t.Errorf("Query(%v) = %v", tt.in, err)
			continue
		}
		what := fmt.Sprintf("%s by %s of %s", *tt.in.KeyConditionExpression, show(tt.in.ExpressionAttributeValues), tt.in.TableName)
		equal(t, what, showAll(out.Items), tt.want)
		equal(t, "counts of "+what, []int64{*out.Count, *out.ScannedCount}, tt.count)
		equal(t, "last key of "+what, show(out.LastEvaluatedKey), tt.last)
	}
}
