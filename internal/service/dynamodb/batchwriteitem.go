package dynamodb

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/storage/kv"
)

const (
	maxBatchWrites = 25
	// maxBatchBytes bounds what one transaction of a batch may write, with a
	// wide margin to the store's limit.
	maxBatchBytes = kv.MaxTxBytes / 4
)

// BatchWriteItem puts and deletes items in several tables. Each is written or
// not, whole; they share a transaction as far as it holds them, and so one
// wait for the disk.
func (s *Service) BatchWriteItem(ctx context.Context, call *api.Call, in *ddb.BatchWriteItemInput) (*ddb.BatchWriteItemOutput, error) {
	if len(in.RequestItems) == 0 {
		return nil, awserr.Validation("The requestItems parameter is required for BatchWriteItem")
	}
	var batches []*batchWrite
	total := 0
	for _, name := range slices.Sorted(maps.Keys(in.RequestItems)) {
		b, err := planBatchWrite(name, in.RequestItems[name])
		if err != nil {
			return nil, err
		}
		if total += len(b.writes); total > maxBatchWrites {
			return nil, awserr.Validation("Too many items requested for the BatchWriteItem call")
		}
		batches = append(batches, b)
	}
	// Writing the whole batch again after a part of it has been written does
	// no harm: it leaves what the request asks for.
	err := s.retrying(ctx, func(a *attempt) error {
		var changes []*batchChange
		for _, b := range batches {
			b.consumed, b.refused = consumption{}, nil
			if err := openBatchWrite(ctx, a, call, b); err != nil {
				return err
			}
			if b.refused = s.admitsWrite(b.table); b.refused == nil {
				changes = append(changes, b.changes()...)
			}
		}
		if len(changes) == 0 {
			return batches[0].refused
		}
		if hasDuplicates(changes) {
			return errDuplicateKeys
		}
		return s.commitBatch(ctx, changes)
	})
	if err != nil {
		return nil, err
	}
	out := &ddb.BatchWriteItemOutput{UnprocessedItems: map[string][]ddb.WriteRequest{}}
	for _, b := range batches {
		if b.refused != nil {
			out.UnprocessedItems[b.name] = in.RequestItems[b.name]
			continue
		}
		s.take(b.table, b.consumed, true, 1)
		if c := b.consumed.answer(in.ReturnConsumedCapacity, b.table); c != nil {
			out.ConsumedCapacity = append(out.ConsumedCapacity, *c)
		}
		if err := s.addCollectionMetrics(ctx, out, b, in.ReturnItemCollectionMetrics); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// batchWrite is what is asked of one table.
type batchWrite struct {
	name     string // as the request has it
	writes   []batchItem
	table    *table
	consumed consumption
	refused  error // why nothing of it is done now, when the table has given all that it has
}

// batchItem is an item to put, or the key of one to delete.
type batchItem struct {
	item   attr.Item
	delete bool
}

// batchChange is one change of the batch that it belongs to.
type batchChange struct {
	*change
	batch *batchWrite
	bytes int // about what it may write
}

func planBatchWrite(name string, requests []ddb.WriteRequest) (*batchWrite, error) {
	b := &batchWrite{name: name}
	for _, r := range requests {
		var w batchItem
		var err error
		switch {
		case (r.PutRequest == nil) == (r.DeleteRequest == nil):
			return nil, awserr.Validation("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
		case r.DeleteRequest != nil:
			w.delete = true
			w.item, err = attr.FromAPI(r.DeleteRequest.Key)
		default:
			w.item, err = attr.FromAPI(r.PutRequest.Item)
		}
		if err != nil {
			return nil, err
		}
		if w.item.Size() > attr.MaxItemBytes {
			return nil, awserr.Validation("Item size has exceeded the maximum allowed size")
		}
		b.writes = append(b.writes, w)
	}
	return b, nil
}

func openBatchWrite(ctx context.Context, a *attempt, call *api.Call, b *batchWrite) (err error) {
	b.table, err = a.open(ctx, call, "BatchWriteItem", b.name, "", func(t *table) []api.Fact {
		var items []attr.Item
		for _, w := range b.writes {
			items = append(items, w.item)
		}
		return t.leadingKeys(items...)
	})
	if err != nil {
		return err
	}
	for _, w := range b.writes {
		if err := b.table.checkBatchItem(w); err != nil {
			return err
		}
	}
	return nil
}

// checkBatchItem refuses what PutItem or DeleteItem would. AWS has another
// word here for a key of a wrong type.
func (t *table) checkBatchItem(w batchItem) error {
	if w.delete {
		return t.schema.checkKey(w.item)
	}
	for _, a := range t.schema.all {
		if v := w.item.Get(a.name); v != nil && !v.Is(a.kind) {
			return errKeySchema
		}
	}
	return t.checkPut(w.item)
}

func (b *batchWrite) changes() []*batchChange {
	var changes []*batchChange
	for _, w := range b.writes {
		next := w.item
		if w.delete {
			next = nil
		}
		c := b.table.changeOf(w.item)
		c.apply = func(attr.Item) (attr.Item, error) { return next, nil }
		changes = append(changes, &batchChange{change: c, batch: b, bytes: len(w.item) * (1 + len(b.table.indexes))})
	}
	return changes
}

func hasDuplicates(changes []*batchChange) bool {
	for i, c := range changes {
		for _, other := range changes[:i] {
			if bytes.Equal(c.storeKey, other.storeKey) {
				return true
			}
		}
	}
	return false
}

// commitBatch makes the changes in as few transactions as hold them.
func (s *Service) commitBatch(ctx context.Context, changes []*batchChange) error {
	for len(changes) > 0 {
		n, size := 1, changes[0].bytes
		for n < len(changes) && size+changes[n].bytes <= maxBatchBytes {
			size += changes[n].bytes
			n++
		}
		together := make([]*change, n)
		for i, c := range changes[:n] {
			together[i] = c.change
		}
		done, err := s.commit(ctx, together...)
		if err != nil {
			return err
		}
		for i, c := range changes[:n] {
			c.batch.consumed.merge(done[i].consumed)
		}
		changes = changes[n:]
	}
	return nil
}

// addCollectionMetrics answers ReturnItemCollectionMetrics, once for each
// partition key.
func (s *Service) addCollectionMetrics(ctx context.Context, out *ddb.BatchWriteItemOutput, b *batchWrite, want string) error {
	seen := map[string]bool{}
	for _, w := range b.writes {
		partition := string(w.item.Get(b.table.schema.hash[0].name))
		if seen[partition] {
			continue
		}
		seen[partition] = true
		metrics, err := s.collectionMetrics(ctx, b.table, w.item, want)
		if err != nil {
			return err
		}
		if metrics == nil {
			return nil
		}
		if out.ItemCollectionMetrics == nil {
			out.ItemCollectionMetrics = map[string][]ddb.ItemCollectionMetrics{}
		}
		out.ItemCollectionMetrics[b.name] = append(out.ItemCollectionMetrics[b.name], *metrics)
	}
	return nil
}
