package dynamodb

import (
	"fmt"
	"testing"

	ddb "cloudless/internal/api/dynamodb"
)

func TestALargeTableIsCountedInTheBackground(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("music", "pk:S"))
	const items = countedAtOnce + 20
	for i := 0; i < items; i += 20 {
		var writes []ddb.WriteRequest
		for j := range 20 {
			writes = append(writes, ddb.WriteRequest{PutRequest: &ddb.PutRequest{Item: item("pk", fmt.Sprint(i+j))}})
		}
		if _, err := f.BatchWriteItem(t.Context(), alice, &ddb.BatchWriteItemInput{RequestItems: map[string][]ddb.WriteRequest{"music": writes}}); err != nil {
			t.Fatal(err)
		}
	}
	count := func() int64 {
		out, err := f.DescribeTable(t.Context(), alice, &ddb.DescribeTableInput{TableName: "music"})
		if err != nil {
			t.Fatal(err)
		}
		return *out.Table.ItemCount
	}
	equal(t, "count at first", count(), int64(countedAtOnce))
	if err := f.recount(t.Context(), <-f.uncounted); err != nil {
		t.Fatal(err)
	}
	equal(t, "count later", count(), int64(items))
	f.clock.Advance(censusAge)
	equal(t, "count when it is old", count(), int64(items))
	equal(t, "tables that wait to be counted", len(f.uncounted), 1)
}
