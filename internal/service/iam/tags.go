package iam

import (
	"context"
	"slices"
	"strings"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// checkTags refuses tags of a request of which two have the same key.
func checkTags(tags []iamapi.Tag) error {
	seen := make(map[string]bool)
	for _, t := range tags {
		if seen[lower(t.Key)] {
			return iamapi.InvalidInputException("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		seen[lower(t.Key)] = true
	}
	return nil
}

// addTags returns the tags that something has once more are put on it, sorted
// by key. A key that differs in case alone is the same key.
func addTags(have, more []iamapi.Tag) ([]iamapi.Tag, error) {
	if err := checkTags(more); err != nil {
		return nil, err
	}
	tags := removeTags(have, keysOf(more))
	tags = append(tags, more...)
	if len(tags) > maxTags {
		return nil, exceeds("TagsPerResource", maxTags)
	}
	slices.SortFunc(tags, func(a, b iamapi.Tag) int { return strings.Compare(a.Key, b.Key) })
	return tags, nil
}

// removeTags returns the tags without those of the keys.
func removeTags(have []iamapi.Tag, keys []string) []iamapi.Tag {
	return slices.DeleteFunc(slices.Clone(have), func(t iamapi.Tag) bool {
		return slices.ContainsFunc(keys, func(key string) bool { return lower(key) == lower(t.Key) })
	})
}

func keysOf(tags []iamapi.Tag) []string {
	var keys []string
	for _, t := range tags {
		keys = append(keys, t.Key)
	}
	return keys
}

// tag puts tags on an entity.
func (s *Service) tag(ctx context.Context, e *entity, more []iamapi.Tag) error {
	return s.change(ctx, e, kv.Claims{}, func(_ kv.Tx, e *entity) (err error) {
		e.Tags, err = addTags(e.Tags, more)
		return err
	})
}

// untag takes tags from an entity.
func (s *Service) untag(ctx context.Context, e *entity, keys []string) error {
	return s.change(ctx, e, kv.Claims{}, func(_ kv.Tx, e *entity) error {
		e.Tags = removeTags(e.Tags, keys)
		return nil
	})
}

// tagPage returns one page of the tags of something.
func tagPage(tags []iamapi.Tag, marker *string, maxItems *int64) (onPage []iamapi.Tag, next *string, err error) {
	p, err := newPage(marker, maxItems)
	if err != nil {
		return nil, nil, err
	}
	onPage, next = cut(p, tags, func(t iamapi.Tag) string { return t.Key })
	return append([]iamapi.Tag{}, onPage...), next, nil
}

// tagFacts are what policies may ask of the tags in a request.
func tagFacts(tags []iamapi.Tag) []api.Fact {
	if len(tags) == 0 {
		return nil
	}
	facts := []api.Fact{tagKeysFact(keysOf(tags))}
	for _, t := range tags {
		facts = append(facts, api.Given("aws:RequestTag/"+t.Key, t.Value))
	}
	return facts
}

func tagKeysFact(keys []string) api.Fact { return api.Given("aws:TagKeys", keys...) }
