package dynamodb

import (
	"fmt"
	"strings"
	"testing"

	ddb "cloudless/internal/api/dynamodb"
)

// The benchmarks measure the service on a store in memory: what it adds to
// whatever the store and the wire cost.

func benchItem(i int) map[string]av {
	return item("pk", fmt.Sprint("user-", i), "sk", i%10, "name", "Jane Doe", "email", strings.Repeat("x", 120), "age", 42)
}

func BenchmarkPutItem(b *testing.B) {
	f := newFixture(b)
	f.create(b, tableOf("music", "pk:S", "sk:N"))
	in := &ddb.PutItemInput{TableName: "music", Item: benchItem(1)}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		in.Item["name"] = []av{str("Jane Doe"), str("Joan Roe")}[i%2] // what is there already is not written
		if _, err := f.PutItem(b.Context(), alice, in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPutItemWithCondition(b *testing.B) {
	f := newFixture(b)
	f.create(b, tableOf("music", "pk:S", "sk:N"))
	in := &ddb.PutItemInput{TableName: "music", Item: benchItem(1), ConditionExpression: new("attribute_not_exists(pk) OR age <= :a"), ExpressionAttributeValues: item(":a", 50)}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		in.Item["name"] = []av{str("Jane Doe"), str("Joan Roe")}[i%2]
		if _, err := f.PutItem(b.Context(), alice, in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGetItem(b *testing.B) {
	f := newFixture(b)
	f.create(b, tableOf("music", "pk:S", "sk:N"))
	f.put(b, "music", benchItem(1))
	in := &ddb.GetItemInput{TableName: "music", Key: item("pk", "user-1", "sk", 1)}
	b.ReportAllocs()
	for b.Loop() {
		if out, err := f.GetItem(b.Context(), alice, in); err != nil || out.Item == nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkQueryOfOneItem(b *testing.B) {
	f := newFixture(b)
	f.create(b, tableOf("music", "pk:S", "sk:N"))
	f.put(b, "music", benchItem(1))
	in := &ddb.QueryInput{TableName: "music", KeyConditionExpression: new("pk = :p"), ExpressionAttributeValues: item(":p", "user-1")}
	b.ReportAllocs()
	for b.Loop() {
		if out, err := f.Query(b.Context(), alice, in); err != nil || len(out.Items) != 1 {
			b.Fatal(err)
		}
	}
}

func BenchmarkQueryByTheWholeKey(b *testing.B) {
	f := newFixture(b)
	f.create(b, tableOf("music", "pk:S", "sk:N"))
	f.put(b, "music", benchItem(1))
	in := &ddb.QueryInput{TableName: "music", KeyConditionExpression: new("pk = :p AND sk = :s"), ExpressionAttributeValues: item(":p", "user-1", ":s", 1)}
	b.ReportAllocs()
	for b.Loop() {
		if out, err := f.Query(b.Context(), alice, in); err != nil || len(out.Items) != 1 {
			b.Fatal(err)
		}
	}
}

func BenchmarkScanPage(b *testing.B) {
	f := newFixture(b)
	f.create(b, tableOf("music", "pk:S", "sk:N"))
	for i := range 1000 {
		f.put(b, "music", benchItem(i))
	}
	in := &ddb.ScanInput{TableName: "music", FilterExpression: new("age > :a"), ExpressionAttributeValues: item(":a", 100)}
	b.ReportAllocs()
	for b.Loop() {
		if out, err := f.Scan(b.Context(), alice, in); err != nil || *out.ScannedCount != 1000 {
			b.Fatal(err)
		}
	}
}
