package dynamodb

import (
	"context"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/storage/kv"
)

// collectionMetrics returns what ReturnItemCollectionMetrics asks for: the
// partition key of the item, and the size in GB, between two bounds, of all
// items and local index entries that share it. Only tables with local indexes
// have item collections.
func (s *Service) collectionMetrics(ctx context.Context, t *table, it attr.Item, want string) (*ddb.ItemCollectionMetrics, error) {
	if want != "SIZE" {
		return nil, nil
	}
	prefixes := [][]byte{t.prefix}
	for _, ix := range t.indexes {
		if !ix.Global {
			prefixes = append(prefixes, ix.prefix)
		}
	}
	if len(prefixes) == 1 {
		return nil, nil
	}
	partition := values(it, t.schema.hash)
	var total int64
	err := s.store.View(ctx, func(r kv.Reader) error {
		total = 0
		for _, prefix := range prefixes {
			found, _, err := countRange(ctx, r, kv.Prefix(appendPartition(clip(prefix), partition)), 0)
			if err != nil {
				return err
			}
			total += found.bytes
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	lower := float64(total / (1 << 30))
	return &ddb.ItemCollectionMetrics{
		ItemCollectionKey:   it.Only(t.schema.hash[0].name).API(),
		SizeEstimateRangeGB: []float64{lower, lower + 1},
	}, nil
}
