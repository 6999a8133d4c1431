package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"time"
)

// loaders is how many connections load a table.
const loaders = 8

// create makes a dataset's table and waits until it can be used.
func (s server) create(ctx context.Context, d dataset) error {
	sortKey, sortAttribute := "", ""
	if d.sorted {
		sortKey, sortAttribute = `,{"AttributeName":"sk","KeyType":"RANGE"}`, `,{"AttributeName":"sk","AttributeType":"S"}`
	}
	if _, err := s.ask(ctx, "CreateTable", fmt.Sprintf(`{"TableName":%q,"BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}%s],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}%s]}`,
		d.table, sortAttribute, sortKey)); err != nil {
		return err
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		body, err := s.ask(ctx, "DescribeTable", fmt.Sprintf(`{"TableName":%q}`, d.table))
		if err != nil {
			return err
		}
		if bytes.Contains(body, []byte(`"ACTIVE"`)) {
			return nil
		}
	}
	return fmt.Errorf("the table %s did not become active", d.table)
}

// fill makes a dataset's table, with its items, by BatchWriteItem over several
// connections, and returns how long the items took.
func (s server) fill(ctx context.Context, d dataset) (time.Duration, error) {
	if err := s.create(ctx, d); err != nil {
		return 0, err
	}
	var (
		next  atomic.Int64
		group sync.WaitGroup
		errs  = make([]error, loaders)
	)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	start := time.Now()
	for k := range loaders {
		group.Go(func() {
			c, err := newConn(s.url)
			for err == nil && ctx.Err() == nil {
				first := int(next.Add(batchItems)) - batchItems
				if first >= d.count {
					c.close()
					return
				}
				err = s.writeBatch(ctx, c, d.batch(first))
			}
			errs[k] = err
			cancel() // one that fails ends them all
		})
	}
	group.Wait()
	return time.Since(start), errors.Join(errs...)
}

// writeBatch sends a BatchWriteItem, and again what was not processed.
func (s server) writeBatch(ctx context.Context, c *conn, body string) error {
	for {
		r, err := s.dynamodb(ctx, "BatchWriteItem", body)
		if err != nil {
			return err
		}
		status, answer, err := c.send(&r, "", time.Now().Add(patience))
		if err == nil {
			err = r.answeredBy(status, answer)
		}
		if err != nil {
			return fmt.Errorf("BatchWriteItem: %w", err)
		}
		var out struct{ UnprocessedItems map[string]json.RawMessage }
		if err := json.Unmarshal(answer, &out); err != nil {
			return fmt.Errorf("BatchWriteItem: %w", err)
		}
		if len(out.UnprocessedItems) == 0 {
			return nil
		}
		rest, err := json.Marshal(map[string]any{"RequestItems": out.UnprocessedItems})
		if err != nil {
			return err
		}
		body = string(rest)
		time.Sleep(10 * time.Millisecond)
	}
}

// scanAll reads a table from one end to the other, page by page, and returns
// how many items it has.
func (s server) scanAll(ctx context.Context, d dataset) (items int, err error) {
	c, err := newConn(s.url)
	if err != nil {
		return 0, err
	}
	defer c.close()
	start := ""
	for {
		r, err := s.dynamodb(ctx, "Scan", fmt.Sprintf(`{"TableName":%q%s}`, d.table, start))
		if err != nil {
			return items, err
		}
		status, answer, err := c.send(&r, "", time.Now().Add(patience))
		if err == nil {
			err = r.answeredBy(status, answer)
		}
		if err != nil {
			return items, fmt.Errorf("scan: %w", err)
		}
		var page struct {
			Count            int
			LastEvaluatedKey json.RawMessage
		}
		if err := json.Unmarshal(answer, &page); err != nil {
			return items, fmt.Errorf("scan: %w", err)
		}
		items += page.Count
		if page.LastEvaluatedKey == nil {
			return items, nil
		}
		start = `,"ExclusiveStartKey":` + string(page.LastEvaluatedKey)
	}
}

// ask makes one call of DynamoDB that has to succeed.
func (s server) ask(ctx context.Context, operation, body string) ([]byte, error) {
	r, err := s.dynamodb(ctx, operation, body)
	if err != nil {
		return nil, err
	}
	status, answer, err := roundTrip(ctx, s.url, r)
	if err == nil {
		err = r.answeredBy(status, answer)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	return answer, nil
}

// check puts an item, and wants it back as it was: a fast answer that is wrong
// counts for nothing.
func (s server) check(ctx context.Context, d dataset) error {
	const version = 1 << 40 // that no other request writes
	item := d.item(0, version)
	if _, err := s.ask(ctx, "PutItem", fmt.Sprintf(`{"TableName":%q,"Item":%s}`, d.table, item)); err != nil {
		return err
	}
	return s.holds(ctx, d, 0, item)
}

// holds wants the i-th item to be the given one, by GetItem and by Query.
func (s server) holds(ctx context.Context, d dataset, i int, item string) error {
	answer, err := s.ask(ctx, "GetItem", fmt.Sprintf(`{"TableName":%q,"Key":{%s},"ConsistentRead":true}`, d.table, d.key(i)))
	if err != nil {
		return err
	}
	var get struct{ Item json.RawMessage }
	if err := json.Unmarshal(answer, &get); err != nil {
		return fmt.Errorf("GetItem: %w", err)
	}
	if !sameJSON(get.Item, []byte(item)) {
		return fmt.Errorf("answer of GetItem is %.300s, not the item %s", answer, item)
	}
	answer, err = s.ask(ctx, "Query", fmt.Sprintf(`{"TableName":%q,"ConsistentRead":true,"KeyConditionExpression":"pk = :p",
		"ExpressionAttributeValues":{":p":{"S":%q}}}`, d.table, partitionKey(i)))
	if err != nil {
		return err
	}
	var query struct{ Items []json.RawMessage }
	if err := json.Unmarshal(answer, &query); err != nil {
		return fmt.Errorf("query: %w", err)
	}
	if len(query.Items) != 1 || !sameJSON(query.Items[0], []byte(item)) {
		return fmt.Errorf("answer of Query is %.300s, not the item %s alone", answer, item)
	}
	return nil
}

// sameJSON reports whether two texts are the same value, in whatever order
// their members are.
func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}
