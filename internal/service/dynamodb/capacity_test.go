package dynamodb

import (
	"fmt"
	"strings"
	"testing"

	ddb "cloudless/internal/api/dynamodb"
)

// The figures were measured on AWS: every item is smaller than one unit.
func TestWritesTakeTheCapacityThatAWSCounts(t *testing.T) {
	f := newFixture(t)
	in := tableOf("t", "pk:S", "sk:S", "gsiPk:S", "lsiSk:S")
	in.TableName = "idx_wcu"
	in.GlobalSecondaryIndexes = []ddb.GlobalSecondaryIndex{global("gsi-inc", "gsiPk", "INCLUDE", "proj")}
	in.LocalSecondaryIndexes = []ddb.LocalSecondaryIndex{local("lsi1", "pk|lsiSk", "ALL")}
	f.create(t, in)
	arms := func(c *ddb.ConsumedCapacity) string {
		text := fmt.Sprintf("total %v", *c.CapacityUnits)
		if c.Table != nil {
			text += fmt.Sprintf(" table %v", *c.Table.CapacityUnits)
		}
		for name, units := range c.GlobalSecondaryIndexes {
			text += fmt.Sprintf(" %s %v", name, *units.CapacityUnits)
		}
		for name, units := range c.LocalSecondaryIndexes {
			text += fmt.Sprintf(" %s %v", name, *units.CapacityUnits)
		}
		return text
	}
	put := func(level string, it map[string]av) string {
		out, err := f.PutItem(t.Context(), alice, &ddb.PutItemInput{TableName: in.TableName, Item: it, ReturnConsumedCapacity: level})
		if err != nil {
			t.Fatal(err)
		}
		return arms(out.ConsumedCapacity)
	}
	whole := func(pk string) map[string]av {
		return item("pk", pk, "sk", "1", "gsiPk", "g", "lsiSk", "L1", "proj", "p", "other", "o")
	}
	equal(t, "a global index", put("INDEXES", item("pk", "1", "sk", "1", "gsiPk", "g", "proj", "p")), "total 2 table 1 gsi-inc 1")
	equal(t, "the total alone", put("TOTAL", item("pk", "2", "sk", "1", "gsiPk", "g", "proj", "p")), "total 2")
	equal(t, "no index", put("INDEXES", item("pk", "3", "sk", "1")), "total 1 table 1")
	equal(t, "a local index", put("INDEXES", item("pk", "4", "sk", "1", "lsiSk", "L1")), "total 2 table 1 lsi1 1")
	equal(t, "both", put("INDEXES", whole("5")), "total 3 table 1 gsi-inc 1 lsi1 1")
	equal(t, "both again", put("INDEXES", whole("5")), "total 1 table 1")

	for i, tt := range []struct{ update, want string }{
		{"SET other = :v", "total 2 table 1 lsi1 1"},
		{"SET proj = :v", "total 3 table 1 gsi-inc 1 lsi1 1"},
		{"SET gsiPk = :v", "total 4 table 1 gsi-inc 2 lsi1 1"},
		{"REMOVE gsiPk", "total 3 table 1 gsi-inc 1 lsi1 1"},
		{"SET lsiSk = :v", "total 3 table 1 lsi1 2"},
	} {
		pk := fmt.Sprint("ladder", i)
		f.put(t, in.TableName, whole(pk))
		u := &ddb.UpdateItemInput{TableName: in.TableName, Key: item("pk", pk, "sk", "1"), UpdateExpression: new(strings.Replace(tt.update, "other", "#o", 1)), ReturnConsumedCapacity: "INDEXES"}
		if strings.Contains(tt.update, ":v") {
			u.ExpressionAttributeValues = item(":v", "changed")
		}
		if strings.Contains(*u.UpdateExpression, "#o") {
			u.ExpressionAttributeNames = map[string]string{"#o": "other"}
		}
		out, err := f.UpdateItem(t.Context(), alice, u)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, tt.update, arms(out.ConsumedCapacity), tt.want)
	}

	out, err := f.DeleteItem(t.Context(), alice, &ddb.DeleteItemInput{TableName: in.TableName, Key: item("pk", "5", "sk", "1"), ReturnConsumedCapacity: "INDEXES"})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "a deletion", arms(out.ConsumedCapacity), "total 3 table 1 gsi-inc 1 lsi1 1")

	batch, err := f.BatchWriteItem(t.Context(), alice, &ddb.BatchWriteItemInput{ReturnConsumedCapacity: "INDEXES", RequestItems: map[string][]ddb.WriteRequest{
		in.TableName: {{PutRequest: &ddb.PutRequest{Item: item("pk", "b1", "sk", "1", "gsiPk", "g")}}, {PutRequest: &ddb.PutRequest{Item: item("pk", "b2", "sk", "1")}}}}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "a batch", arms(&batch.ConsumedCapacity[0]), "total 3 table 2 gsi-inc 1")
}

func TestReadsAndLargeItemsAreRoundedUp(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("music", "pk:S"))
	sized := func(bytes int) map[string]av { return item("pk", "a", "x", strings.Repeat("x", bytes-4)) }
	for _, tt := range []struct {
		bytes              int
		write, read, whole float64
	}{{4, 1, 0.5, 1}, {1024, 1, 0.5, 1}, {1025, 2, 0.5, 1}, {4096, 4, 0.5, 1}, {4097, 5, 1, 2}} {
		if _, err := f.DeleteItem(t.Context(), alice, &ddb.DeleteItemInput{TableName: "music", Key: item("pk", "a")}); err != nil {
			t.Fatal(err)
		}
		put, err := f.PutItem(t.Context(), alice, &ddb.PutItemInput{TableName: "music", Item: sized(tt.bytes), ReturnConsumedCapacity: "TOTAL"})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, fmt.Sprintf("units to write %d bytes", tt.bytes), *put.ConsumedCapacity.CapacityUnits, tt.write)
		for consistent, want := range map[bool]float64{false: tt.read, true: tt.whole} {
			get, err := f.GetItem(t.Context(), alice, &ddb.GetItemInput{TableName: "music", Key: item("pk", "a"), ConsistentRead: &consistent, ReturnConsumedCapacity: "TOTAL", ProjectionExpression: new("pk")})
			if err != nil {
				t.Fatal(err)
			}
			equal(t, fmt.Sprintf("units to read %d bytes, consistent %t", tt.bytes, consistent), *get.ConsumedCapacity.CapacityUnits, want)
		}
	}
}

func TestItemCollectionMetrics(t *testing.T) {
	f := newFixture(t)
	in := tableOf("music", "pk:S", "sk:S", "l:S")
	in.LocalSecondaryIndexes = []ddb.LocalSecondaryIndex{local("byL", "pk|l", "ALL")}
	f.create(t, in)
	f.create(t, tableOf("plain", "pk:S"))
	out, err := f.PutItem(t.Context(), alice, &ddb.PutItemInput{TableName: "music", Item: item("pk", "a", "sk", "b"), ReturnItemCollectionMetrics: "SIZE"})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "metrics", *out.ItemCollectionMetrics, ddb.ItemCollectionMetrics{ItemCollectionKey: item("pk", "a"), SizeEstimateRangeGB: []float64{0, 1}})
	out, err = f.PutItem(t.Context(), alice, &ddb.PutItemInput{TableName: "plain", Item: item("pk", "a"), ReturnItemCollectionMetrics: "SIZE"})
	if err != nil || out.ItemCollectionMetrics != nil {
		t.Errorf("metrics of a table without local indexes = %v, %v", out, err)
	}
}
