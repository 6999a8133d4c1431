package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	itemBytes = 200  // of an item
	itemCount = 2000 // different items
)

// dynamodbProfiles makes a table with items and returns what is measured on
// it.
func dynamodbProfiles(ctx context.Context, s server) ([]profile, error) {
	if err := s.createTable(ctx, "bench"); err != nil {
		return nil, err
	}
	puts, gets := make([]request, itemCount), make([]request, itemCount)
	for i := range itemCount {
		key := fmt.Sprintf("item-%08d", i)
		value := strings.Repeat("v", itemBytes-len("pk")-len(key)-len("value"))
		var err error
		if puts[i], err = s.dynamodb(ctx, "PutItem", fmt.Sprintf(`{"TableName":"bench","Item":{"pk":{"S":%q},"value":{"S":%q}}}`, key, value)); err != nil {
			return nil, err
		}
		if gets[i], err = s.dynamodb(ctx, "GetItem", fmt.Sprintf(`{"TableName":"bench","Key":{"pk":{"S":%q}}}`, key)); err != nil {
			return nil, err
		}
	}
	for _, r := range puts {
		if err := s.expectOK(ctx, r); err != nil {
			return nil, err
		}
	}
	put := func(i int) request { return puts[i%itemCount] }
	get := func(i int) request { return gets[i%itemCount] }
	ok := func(status int, _ []byte) bool { return status == http.StatusOK }
	found := func(status int, body []byte) bool {
		return status == http.StatusOK && bytes.Contains(body, []byte(`"Item"`))
	}
	return []profile{
		{name: "PutItem, 200 bytes, durable", connections: 1, next: put, ok: ok},
		{name: "PutItem, 200 bytes, durable", connections: 32, next: put, ok: ok},
		{name: "GetItem, 200 bytes", connections: 1, next: get, ok: found},
		{name: "GetItem, 200 bytes", connections: 32, next: get, ok: found},
	}, nil
}

// createTable makes a table with the key pk and waits until it can be used.
func (s server) createTable(ctx context.Context, name string) error {
	create, err := s.dynamodb(ctx, "CreateTable", fmt.Sprintf(`{"TableName":%q,"BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}`, name))
	if err != nil {
		return err
	}
	if err := s.expectOK(ctx, create); err != nil {
		return err
	}
	describe, err := s.dynamodb(ctx, "DescribeTable", fmt.Sprintf(`{"TableName":%q}`, name))
	for err == nil {
		var body []byte
		if _, body, err = send(ctx, http.DefaultClient, describe, s.url); bytes.Contains(body, []byte(`"ACTIVE"`)) {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

// expectOK sends a request that has to succeed.
func (s server) expectOK(ctx context.Context, r request) error {
	status, body, err := send(ctx, http.DefaultClient, r, s.url)
	if err == nil && status/100 != 2 {
		err = fmt.Errorf("%s %s: %d %.300s", r.method, r.path, status, body)
	}
	return err
}
