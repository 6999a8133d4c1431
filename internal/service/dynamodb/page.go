package dynamodb

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/expr"
	"cloudless/internal/storage/kv"
)

// maxPageBytes is how much one Query or Scan reads, before its filter.
const maxPageBytes = 1 << 20

// pageRequest is one page of a Query or a Scan, planned.
type pageRequest struct {
	table      *table
	index      *index // or nil for the table itself
	keys       kv.Range
	single     bool // only an item at keys.Start can be there
	limit      int  // items to read; 0 for as many as there are
	maxBytes   int  // of what is read; 0 for maxPageBytes
	consistent bool
	countOnly  bool
	fetch      bool // the items themselves are needed, not their index entries
	filter     *expr.Condition
	projection *expr.Projection
}

// page is what was read.
type page struct {
	items    []map[string]ddb.AttributeValue
	count    int64     // of those that passed the filter
	scanned  int64     // of those that were read
	last     attr.Item // the key of the last one read, when there may be more
	bytes    int       // of what was read
	consumed consumption
}

// read reads one page.
func (s *Service) read(ctx context.Context, p *pageRequest) (*page, error) {
	if err := s.admits(p.table, p.index, false); err != nil {
		return nil, err
	}
	out := &page{items: []map[string]ddb.AttributeValue{}}
	err := s.store.View(ctx, func(r kv.Reader) error {
		if err := p.table.verify(r); err != nil {
			return err
		}
		return p.fill(r, out)
	})
	if err != nil {
		return nil, err
	}
	s.take(p.table, out.consumed, false, 1)
	return out, nil
}

func (p *pageRequest) fill(r kv.Reader, out *page) error {
	size, fetched := 0, 0.0
	full := cmp.Or(p.maxBytes, maxPageBytes)
	for pair, err := range p.pairs(r) {
		if err != nil {
			return err
		}
		it, err := attr.Stored(pair.Value) // shares the pair's memory: valid in this round alone
		if err != nil {
			return fmt.Errorf("read item %x: %w", pair.Key, err)
		}
		out.scanned++
		size += it.Size()
		if p.fetch {
			if it, err = p.fetchItem(r, it); err != nil {
				return err
			}
			fetched += readUnits(it.Size(), p.consistent)
		}
		if p.filter == nil || p.filter.Holds(it) {
			out.count++
			if !p.countOnly {
				out.items = append(out.items, project(p.projection, it).API())
			}
		}
		if out.scanned == int64(p.limit) || size >= full {
			out.last = it.Only(p.keyNames()...)
			break
		}
	}
	out.bytes = size
	out.consumed.add(p.index, readUnits(size, p.consistent))
	if fetched > 0 {
		out.consumed.add(nil, fetched)
	}
	return nil
}

// pairs yields what lies in the range. To look at one key is much cheaper than
// to open a range for it.
func (p *pageRequest) pairs(r kv.Reader) iter.Seq2[kv.Pair, error] {
	if !p.single {
		return r.Scan(p.keys)
	}
	return func(yield func(kv.Pair, error) bool) {
		stored, err := r.Get(p.keys.Start)
		if !errors.Is(err, kv.ErrNotFound) {
			yield(kv.Pair{Key: p.keys.Start, Value: stored}, err)
		}
	}
}

// fetchItem returns the item that an index entry stands for.
func (p *pageRequest) fetchItem(r kv.Reader, entry attr.Item) (attr.Item, error) {
	it, err := readItem(r, p.table.itemKey(entry))
	if err == nil && it == nil {
		err = fmt.Errorf("index %s of table %s has an entry without an item", p.index.Name, p.table.Name)
	}
	return it, err
}

// keyNames are the attributes of which LastEvaluatedKey consists: the key of
// the index, when there is one, and of the table.
func (p *pageRequest) keyNames() []string {
	names := p.table.schema.names()
	if p.index == nil {
		return names
	}
	for _, name := range p.index.schema.names() {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// prefix begins the keys that are read.
func (p *pageRequest) prefix() []byte {
	if p.index != nil {
		return p.index.prefix
	}
	return p.table.prefix
}

func (p *pageRequest) schema() *schema {
	if p.index != nil {
		return &p.index.schema
	}
	return &p.table.schema
}

// keyOf returns where the item that start names lies in what is read.
func (p *pageRequest) keyOf(start attr.Item) []byte {
	itemKey := p.table.itemKey(start)
	if p.index == nil {
		return itemKey
	}
	return appendDigest(p.index.schema.appendKey(clip(p.index.prefix), start), itemKey)
}

// startAfter narrows the range to what lies behind the item that start names.
// It reports whether that item lies within the range.
func (p *pageRequest) startAfter(start attr.Item) (within bool) {
	key := p.keyOf(start)
	if bytes.Compare(key, p.keys.Start) < 0 || p.keys.End != nil && bytes.Compare(key, p.keys.End) >= 0 {
		return false
	}
	if p.keys.Reverse {
		p.keys.End = key
	} else {
		p.keys.Start = append(key, 0) // no key is between
	}
	return true
}

const invalidStart = "The provided starting key is invalid"

// startKey decodes ExclusiveStartKey.
func startKey(in map[string]ddb.AttributeValue) (attr.Item, error) {
	if len(in) == 0 {
		return nil, nil
	}
	start, err := attr.FromAPI(in)
	if err != nil {
		return nil, awserr.Validation(invalidStart + ": " + awserr.From(err).Message)
	}
	return start, nil
}

// checkStart refuses a starting key that is not the key of the table and of
// the index that is read.
func (p *pageRequest) checkStart(start attr.Item) error {
	if start.Len() != len(p.keyNames()) {
		if p.index == nil {
			return awserr.Validation(invalidStart + ": The provided key element does not match the schema")
		}
		return awserr.Validation(invalidStart)
	}
	if p.index != nil {
		for _, a := range p.index.schema.all {
			if v := start.Get(a.name); v == nil {
				return awserr.Validation(invalidStart)
			} else if !v.Is(a.kind) {
				return errKeySchema
			}
		}
	}
	if err := p.table.schema.checkKey(start.Only(p.table.schema.names()...)); err != nil {
		return awserr.Validation(invalidStart + ": " + awserr.From(err).Message)
	}
	return nil
}
