package iam

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cloudless/internal/storage/kv"
)

// list returns one page of the entities of a kind below a path, by name.
func (s *Service) list(ctx context.Context, account string, k kind, pathPrefix, marker *string, maxItems *int64) (found []*entity, next *string, err error) {
	p, err := newPage(marker, maxItems)
	if err != nil {
		return nil, nil, err
	}
	c := newCutter(p)
	found, err = view(ctx, s, func(r kv.Reader) ([]*entity, error) {
		return listed(r, account, k, deref(pathPrefix), p, c)
	})
	return found, c.marker(), err
}

func listed(r kv.Reader, account string, k kind, pathPrefix string, p page, c *cutter) (found []*entity, err error) {
	for pair, err := range r.Scan(p.within(namePrefix(account, k))) {
		if err != nil {
			return nil, err
		}
		e, err := load(r, account, string(pair.Value))
		if err != nil {
			return nil, fmt.Errorf("load %s %s: %w", k, pair.Value, err)
		}
		if !strings.HasPrefix(e.Path, pathPrefix) {
			continue
		}
		if !c.admits(lower(e.Name)) {
			break
		}
		found = append(found, e)
	}
	return found, nil
}

// loadThere returns those of the entities with these ids that are still there,
// by name. Whoever read the ids before may have been overtaken.
func loadThere(r kv.Reader, account string, ids []string) (there []*entity, err error) {
	for _, id := range ids {
		e, err := load(r, account, id)
		if errors.Is(err, kv.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		there = append(there, e)
	}
	byName(there)
	return there, nil
}

// byName sorts entities as lists show them.
func byName(es []*entity) {
	slices.SortFunc(es, func(a, b *entity) int { return strings.Compare(lower(a.Name), lower(b.Name)) })
}
