package dynamodb

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/storage/kv"
)

// TestIndexesAgreeWithTheirTable writes at random and then holds every index
// against the items.
func TestIndexesAgreeWithTheirTable(t *testing.T) {
	f := shelf(t)
	rng := rand.New(rand.NewPCG(7, 7))
	maybe := func(it map[string]av, name string, v av) {
		if rng.IntN(3) > 0 {
			it[name] = v
		}
	}
	random := func() map[string]av {
		it := item("pk", fmt.Sprint(rng.IntN(4)), "sk", rng.IntN(8))
		maybe(it, "g", str(fmt.Sprint("g", rng.IntN(2))))
		maybe(it, "l", str(fmt.Sprint("l", rng.IntN(2))))
		maybe(it, "r", bin(byte(rng.IntN(2))))
		maybe(it, "x", num(rng.IntN(100)))
		maybe(it, "y", num(rng.IntN(100)))
		return it
	}
	for range 2000 {
		it := random()
		key := map[string]av{"pk": it["pk"], "sk": it["sk"]}
		var err error
		switch rng.IntN(5) {
		case 0:
			_, err = f.DeleteItem(t.Context(), alice, &ddb.DeleteItemInput{TableName: "shelf", Key: key})
		case 1:
			_, err = f.UpdateItem(t.Context(), alice, &ddb.UpdateItemInput{TableName: "shelf", Key: key, UpdateExpression: new("SET g = :g REMOVE l, x"), ExpressionAttributeValues: item(":g", fmt.Sprint("g", rng.IntN(3)))})
		case 2:
			_, err = f.BatchWriteItem(t.Context(), alice, &ddb.BatchWriteItemInput{RequestItems: map[string][]ddb.WriteRequest{"shelf": {{PutRequest: &ddb.PutRequest{Item: it}}}}})
		default:
			_, err = f.PutItem(t.Context(), alice, &ddb.PutItemInput{TableName: "shelf", Item: it, ConditionExpression: new("attribute_not_exists(y) OR x <> y")})
			if awserr.Code(err) == "ConditionalCheckFailedException" {
				err = nil
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	f.checkIndexes(t, "shelf")
}

// checkIndexes compares what lies in the store of each index with what follows
// from the items.
func (f *fixture) checkIndexes(t *testing.T, name string) {
	t.Helper()
	tab, err := f.lookup(t.Context(), ref{alice.Account, alice.Region, name})
	if err != nil || tab == nil {
		t.Fatalf("table %s: %v", name, err)
	}
	all := func(prefix []byte) map[string]attr.Item {
		found := map[string]attr.Item{}
		err := f.store.View(t.Context(), func(r kv.Reader) error {
			clear(found)
			for pair, err := range r.Scan(kv.Prefix(prefix)) {
				if err != nil {
					return err
				}
				it, err := attr.Stored(slices.Clone(pair.Value))
				if err != nil {
					return err
				}
				found[string(pair.Key)] = it
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	items := all(tab.prefix)
	if len(items) == 0 {
		t.Error("there are no items to check by")
	}
	for _, ix := range tab.indexes {
		want := map[string]attr.Item{}
		for key, it := range items {
			if entryKey, entry := ix.entry([]byte(key), it); entryKey != nil {
				want[string(entryKey)] = entry
			}
		}
		got := all(ix.prefix)
		for key, entry := range got {
			if !slices.Equal(want[key], entry) {
				t.Errorf("index %s has %s, the table %s", ix.Name, show(entry.API()), show(want[key].API()))
			}
		}
		equal(t, "entries of "+ix.Name, len(got), len(want))
	}
}

// twice is a store whose transactions always run a second time, as they may.
type twice struct{ kv.Store }

func (s twice) Update(ctx context.Context, claims kv.Claims, f func(kv.Tx) error) error {
	err := s.Store.View(ctx, func(r kv.Reader) error { return f(discard{r}) })
	if err != nil {
		return err
	}
	return s.Store.Update(ctx, claims, f)
}

// discard is a transaction that comes to nothing.
type discard struct{ kv.Reader }

func (discard) Set(_, _ []byte) {}
func (discard) Delete([]byte)   {}

func TestTransactionsMayRunAgain(t *testing.T) {
	f := newFixture(t)
	f.Service = New(Config{Store: twice{f.store}, Authorizer: f.judge, Clock: f.clock})
	in := tableOf("music", "pk:S", "g:S")
	in.KeySchema, in.GlobalSecondaryIndexes = keyOf("pk"), []ddb.GlobalSecondaryIndex{global("byG", "g", "ALL")}
	f.create(t, in)
	for range 3 {
		if _, err := f.UpdateItem(t.Context(), alice, &ddb.UpdateItemInput{TableName: "music", Key: item("pk", "a"), UpdateExpression: new("ADD n :1, s :s SET g = :g"),
			ExpressionAttributeValues: item(":1", 1, ":s", set("x"), ":g", "G")}); err != nil {
			t.Fatal(err)
		}
	}
	out, err := f.BatchWriteItem(t.Context(), alice, &ddb.BatchWriteItemInput{ReturnConsumedCapacity: "TOTAL", RequestItems: map[string][]ddb.WriteRequest{"music": {{PutRequest: &ddb.PutRequest{Item: item("pk", "b")}}}}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "units of the batch", *out.ConsumedCapacity[0].CapacityUnits, 1.0)
	equal(t, "item", show(f.get(t, "music", item("pk", "a"))), "g=G n=3 pk=a s=[x]")
	f.checkIndexes(t, "music")
	if _, err := f.DeleteTable(t.Context(), alice, &ddb.DeleteTableInput{TableName: "music"}); err != nil {
		t.Fatal(err)
	}
	equal(t, "keys left", f.keys(t), 0)
}
