package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
)

const (
	itemBytes  = 200 // of an item, as DynamoDB counts: names and values
	batchItems = 25  // in a BatchWriteItem, which takes no more
)

// dataset is a table of items that are numbered from 0. Each is alone in its
// item collection where the table has a sort key.
type dataset struct {
	table  string
	sorted bool // the key has a sort key too, sk, which is "a" throughout
	count  int
}

func partitionKey(i int) string { return fmt.Sprintf("item-%08d", i) }

// key returns the key of an item, in DynamoDB's JSON and without braces.
func (d dataset) key(i int) string {
	if d.sorted {
		return fmt.Sprintf(`"pk":{"S":%q},"sk":{"S":"a"}`, partitionKey(i))
	}
	return fmt.Sprintf(`"pk":{"S":%q}`, partitionKey(i))
}

// item returns an item in DynamoDB's JSON. Another version is another value.
func (d dataset) item(i int, version uint64) string {
	return fmt.Sprintf(`{%s,"value":{"S":%q}}`, d.key(i), d.value(i, version))
}

// value returns letters and digits that do not compress, as many as make the
// item itemBytes long.
func (d dataset) value(i int, version uint64) string {
	n := itemBytes - len("pk") - len(partitionKey(i)) - len("value")
	if d.sorted {
		n -= len("sk") + len("a")
	}
	return noise(rand.NewPCG(uint64(i), version), n)
}

// noise returns n characters that hold 6 random bits each.
func noise(source rand.Source, n int) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	var b strings.Builder
	b.Grow(n + 10)
	for b.Len() < n {
		for bits, k := source.Uint64(), 0; k < 10; k++ {
			b.WriteByte(alphabet[bits&63])
			bits >>= 6
		}
	}
	return b.String()[:n]
}

// gets makes n GetItem requests for items at random.
func (d dataset) gets(ctx context.Context, s server, n int) ([]request, error) {
	return s.signAll(ctx, n, func(int) call {
		i := rand.IntN(d.count)
		return call{"GetItem", fmt.Sprintf(`{"TableName":%q,"Key":{%s}}`, d.table, d.key(i)), partitionKey(i)}
	})
}

// queries makes n Query requests for the item collections of items at random.
func (d dataset) queries(ctx context.Context, s server, n int) ([]request, error) {
	return s.signAll(ctx, n, func(int) call {
		i := rand.IntN(d.count)
		return call{"Query", fmt.Sprintf(`{"TableName":%q,"KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":%q}}}`,
			d.table, partitionKey(i)), partitionKey(i)}
	})
}

// puts returns a maker of PutItem requests for items at random. Each writes
// another value than the one before to the same item, in whatever round: a
// server may well leave alone what is the same already.
func (d dataset) puts() maker {
	var versions atomic.Uint64
	return func(ctx context.Context, s server, n int) ([]request, error) {
		items := make([]int, n/2) // each comes twice, so that going through the pool again changes it again
		for k := range items {
			items[k] = rand.IntN(d.count)
		}
		return s.signAll(ctx, n, func(k int) call {
			return call{"PutItem", fmt.Sprintf(`{"TableName":%q,"Item":%s}`, d.table, d.item(items[k%len(items)], versions.Add(1))), ""}
		})
	}
}

// batch makes the body of a BatchWriteItem that puts the items from first on.
func (d dataset) batch(first int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"RequestItems":{%q:[`, d.table)
	for i := first; i < min(first+batchItems, d.count); i++ {
		if i > first {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"PutRequest":{"Item":%s}}`, d.item(i, 0))
	}
	b.WriteString(`]}}`)
	return b.String()
}
