package dynamodb

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/expr"
	"cloudless/internal/storage/kv"
)

// change is the change of one item that a request asks for, or a condition on
// an item that it does not change.
type change struct {
	table     *table
	storeKey  []byte          // of the item
	shard     int             // of the table's stream, if it has one
	condition *expr.Condition // on the item as it was, or nil
	showOld   bool            // an unmet condition's answer carries the item
	byService bool            // the service itself makes it, not a caller
	// apply returns what becomes of the item, or nil when it goes. It may be
	// called more than once. Where apply is nil, the item stays as it is.
	apply func(old attr.Item) (attr.Item, error)
}

// changeOf begins a change of the item that has this key.
func (t *table) changeOf(keyed attr.Item) *change {
	c := &change{table: t, storeKey: t.itemKey(keyed)}
	if t.stream != nil {
		partition := values(keyed, t.schema.hash)
		c.shard = t.stream.ShardFor(placement(partition))
	}
	return c
}

// changed is a change that was made.
type changed struct {
	old, new attr.Item // nil where there is none
	consumed consumption
}

// claim adds what the change depends on: the item, which it reads and writes,
// and the definition, which has to stay as it is. Index entries need no claim:
// only a change of their own item touches them.
func (c *change) claim(claims *kv.Claims) {
	if c.apply == nil {
		claims.Read = append(claims.Read, c.storeKey)
	} else {
		claims.Write = append(claims.Write, c.storeKey)
	}
	if st := c.table.stream; st != nil && c.apply != nil {
		appendNew(&claims.Write, st.Claim(c.shard))
	}
	appendNew(&claims.Read, c.table.storeKey)
}

// appendNew appends a key that is not among the keys yet.
func appendNew(to *[][]byte, key []byte) {
	if !slices.ContainsFunc(*to, func(other []byte) bool { return bytes.Equal(other, key) }) {
		*to = append(*to, key)
	}
}

// unmet is the error of a condition that does not hold.
func (c *change) unmet(old attr.Item) error {
	err := ddb.ConditionalCheckFailedException("The conditional request failed")
	if c.showOld && old != nil {
		return err.With(&ddb.ConditionalCheckFailedExceptionDetail{Item: old.API()})
	}
	return err
}

// readItem returns the item at key, or nil.
func readItem(r kv.Reader, key []byte) (attr.Item, error) {
	b, err := r.Get(key)
	if errors.Is(err, kv.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	it, err := attr.Stored(b)
	if err != nil {
		return nil, fmt.Errorf("read item %x: %w", key, err)
	}
	return it, nil
}

// replace writes what changed in the index when an item does, and returns the
// capacity that it took: one write where the entry changes or comes or goes,
// two where it moves, none where it stays.
func (ix *index) replace(tx kv.Tx, itemKey []byte, old, next attr.Item) float64 {
	oldKey, oldEntry := ix.entry(itemKey, old)
	newKey, newEntry := ix.entry(itemKey, next)
	if bytes.Equal(oldKey, newKey) {
		if bytes.Equal(oldEntry, newEntry) {
			return 0
		}
		tx.Set(newKey, newEntry)
		return writeUnits(max(oldEntry.Size(), newEntry.Size()))
	}
	units := 0.0
	if oldKey != nil {
		tx.Delete(oldKey)
		units += writeUnits(oldEntry.Size())
	}
	if newKey != nil {
		tx.Set(newKey, newEntry)
		units += writeUnits(newEntry.Size())
	}
	return units
}

// entry returns the index entry of an item, or nil where the item lacks one of
// the index's key attributes.
func (ix *index) entry(itemKey []byte, it attr.Item) (key []byte, entry attr.Item) {
	if it == nil {
		return nil, nil
	}
	for _, a := range ix.schema.all {
		if !it.Get(a.name).Is(a.kind) {
			return nil, nil
		}
	}
	key = ix.schema.appendKey(clip(ix.prefix), it)
	key = appendDigest(key, itemKey)
	if ix.keep == nil {
		return key, slices.Clone(it)
	}
	return key, it.Only(ix.keep...)
}

// itemKey returns where the item lies, which has the table's key attributes.
func (t *table) itemKey(it attr.Item) []byte { return t.schema.appendKey(clip(t.prefix), it) }

// checkIndexKeys refuses an item with an attribute that an index cannot take
// as its key.
func (t *table) checkIndexKeys(it attr.Item) error {
	for _, ix := range t.indexes {
		for i, a := range ix.schema.all {
			v := it.Get(a.name)
			if v == nil || t.schema.has(a.name) {
				continue
			}
			if !v.Is(a.kind) {
				return awserr.Validation(fmt.Sprintf(invalidValues+"Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", a.name, a.kind, v.Kind(), ix.Name))
			}
			if err := ix.checkKeySize(a.name, v, i < len(ix.schema.hash)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (ix *index) checkKeySize(name string, v attr.Value, isHash bool) error {
	const unsupported = "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
	switch size := len(v.Payload()); {
	case size == 0 && v.Is(attr.String):
		return awserr.Validation(unsupported + "The AttributeValue for a key attribute cannot contain an empty string value. IndexName: " + ix.Name + ", IndexKey: " + name)
	case size == 0 && v.Is(attr.Binary):
		return awserr.Validation(unsupported + "The AttributeValue for a key attribute cannot contain an empty binary value. IndexName: " + ix.Name + ", IndexKey: " + name)
	case isHash && size > maxHashBytes:
		return awserr.Validation(invalidValues + "Size of hashkey has exceeded the maximum size limit of2048 bytes")
	case !isHash && size > maxRangeBytes:
		return awserr.Validation(invalidValues + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
	}
	return nil
}
