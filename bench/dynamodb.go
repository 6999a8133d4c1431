package main

import (
	"context"
	"fmt"
)

// The two tables that items are read from and written to: a Query wants a
// sort key.
func (b *bench) datasets() (plain, sorted dataset) {
	return dataset{table: "bench", count: b.items}, dataset{table: "bench-sorted", sorted: true, count: b.items}
}

// itemProfiles are reads and writes of single items.
func itemProfiles(plain, sorted dataset, connections ...int) (all []profile) {
	puts := plain.puts()
	for _, operation := range []struct {
		name     string
		requests maker
	}{
		{"GetItem, 200 bytes", plain.gets},
		{"Query of a collection of one item, 200 bytes", sorted.queries},
		{"PutItem, 200 bytes", puts},
	} {
		for _, n := range connections {
			all = append(all, profile{name: operation.name, connections: n, requests: operation.requests})
		}
	}
	return all
}

// runDynamoDB measures items read and written, beside the bare server.
func runDynamoDB(ctx context.Context, b *bench) (section, error) {
	s, err := b.target(ctx)
	if err != nil {
		return section{}, err
	}
	plain, sorted := b.datasets()
	if err := prepare(ctx, s, plain, sorted); err != nil {
		return section{}, err
	}
	profiles := itemProfiles(plain, sorted, 1, 32)
	profiles = append(profiles, profile{name: "PutItem, 200 bytes", connections: 64, requests: plain.puts()})
	t, err := b.besideBare(ctx, "DynamoDB: items, beside a bare net/http server", s, profiles)
	t.notes = append(t.notes, fmt.Sprintf("Tables of %d items; each request is for one at random. Each PutItem writes a new value.", b.items))
	return t, err
}

// prepare fills the tables that are not there yet, and wants right answers.
func prepare(ctx context.Context, s server, sets ...dataset) error {
	for _, d := range sets {
		if _, err := s.ask(ctx, "DescribeTable", fmt.Sprintf(`{"TableName":%q}`, d.table)); err != nil {
			if _, err := s.fill(ctx, d); err != nil {
				return fmt.Errorf("fill %s: %w", d.table, err)
			}
		}
		if err := s.check(ctx, d); err != nil {
			return fmt.Errorf("check %s: %w", d.table, err)
		}
	}
	return nil
}
