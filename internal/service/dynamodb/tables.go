package dynamodb

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/stream"
	"cloudless/internal/storage/kv"
)

// table is a table's definition as the operations use it. It is never changed.
type table struct {
	record
	storeKey []byte // of the definition
	stored   []byte // the definition's bytes: what tells this version from another
	prefix   []byte // of the keys of its items
	schema   schema
	indexes  []*index
	stream   *stream.Stream // that changes are recorded in, or nil
	expiry   *expiry        // of items that have a time to go, or nil
	history  []byte         // begins the keys of the table's history; nil where none is kept
}

// index is a secondary index of a table.
type index struct {
	indexRecord
	prefix []byte // of the keys of its entries
	schema schema
	keep   []string // the attributes of an entry, each once, or nil for all
}

func newTable(key, stored []byte) (*table, error) {
	r, err := decodeRecord(stored)
	if err != nil {
		return nil, err
	}
	t := &table{record: *r, storeKey: key, stored: stored, prefix: indexPrefix(r.Data, tableIndex), schema: newSchema(r.Key, r.Attributes)}
	if r.streaming() {
		t.stream = r.Stream
	}
	if r.History != nil {
		t.history = indexPrefix(r.Data, r.History.Number)
	}
	if r.TTL != nil {
		t.expiry = &expiry{*r.TTL, indexPrefix(r.Data, r.TTL.Number)}
	}
	for _, def := range r.Indexes {
		ix := &index{indexRecord: def, prefix: indexPrefix(r.Data, def.Number), schema: newSchema(def.Key, r.Attributes)}
		if def.Projection != "ALL" {
			ix.keep = slices.Concat(ix.schema.names(), t.schema.names(), def.Include)
			slices.Sort(ix.keep)
			ix.keep = slices.Compact(ix.keep)
		}
		t.indexes = append(t.indexes, ix)
	}
	return t, nil
}

// indexNamed returns the index of that name, or nil.
func (t *table) indexNamed(name string) *index {
	for _, ix := range t.indexes {
		if ix.Name == name {
			return ix
		}
	}
	return nil
}

// ref names a table: where it is and what it is called.
type ref struct{ account, region, name string }

// parseRef reads a TableName, which may be a name or an ARN.
func parseRef(call *api.Call, nameOrARN string) (ref, error) {
	if !strings.HasPrefix(nameOrARN, "arn:") {
		if err := checkTableName(nameOrARN); err != nil {
			return ref{}, err
		}
		return ref{call.Account, call.Region, nameOrARN}, nil
	}
	parts := strings.SplitN(nameOrARN, ":", 6)
	if len(parts) < 6 || parts[2] != "dynamodb" {
		return ref{}, awserr.Validation("Invalid TableArn: " + nameOrARN)
	}
	name, isTable := strings.CutPrefix(parts[5], "table/")
	if !isTable || strings.Contains(name, "/") || checkTableName(name) != nil {
		return ref{}, awserr.Validation("Invalid TableArn: " + nameOrARN)
	}
	return ref{account: parts[4], region: parts[3], name: name}, nil
}

// checkTableName checks what the model leaves open, since it allows ARNs too.
func checkTableName(name string) error {
	constraint := ""
	switch {
	case len(name) > 255:
		constraint = "Member must have length less than or equal to 255"
	case strings.ContainsFunc(name, func(c rune) bool { return !isNameRune(c) }):
		constraint = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
	default:
		return nil
	}
	return awserr.Validation("1 validation error detected: Value '" + name + "' at 'tableName' failed to satisfy constraint: " + constraint)
}

func isNameRune(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c == '-'
}

// lookup finds a table, from memory if it is known there. What it returns may
// be out of date: whoever uses it verifies it in the same transaction.
func (s *Service) lookup(ctx context.Context, r ref) (*table, error) {
	s.mu.RLock()
	t := s.tables[r]
	s.mu.RUnlock()
	if t != nil {
		return t, nil
	}
	return s.lookupNow(ctx, r)
}

// lookupNow finds a table as it is now.
func (s *Service) lookupNow(ctx context.Context, r ref) (*table, error) {
	key := tableKey(r.account, r.region, r.name)
	var stored []byte
	err := s.store.View(ctx, func(r kv.Reader) (err error) {
		stored, err = r.Get(key)
		return err
	})
	if errors.Is(err, kv.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	t, err := newTable(key, stored)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.tables) >= maxCachedTables {
		clear(s.tables)
	}
	s.tables[r] = t
	return t, nil
}

const maxCachedTables = 10_000

// forget drops a definition that has turned out to be out of date.
func (s *Service) forget(t *table) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if where := (ref{t.Account, t.Region, t.Name}); s.tables[where] == t {
		delete(s.tables, where)
	}
}

// staleError is returned within a transaction when the table is no longer what
// it was when the transaction was prepared.
type staleError struct{ table *table }

func (e *staleError) Error() string {
	return "the definition of table " + e.table.Name + " has changed"
}

// verify checks that the table is still what it was looked up to be. In an
// Update the caller has claimed the definition, so it stays so.
func (t *table) verify(r kv.Reader) error {
	stored, err := r.Get(t.storeKey)
	if errors.Is(err, kv.ErrNotFound) {
		return &staleError{t}
	}
	if err != nil {
		return err
	}
	if !bytes.Equal(stored, t.stored) {
		return &staleError{t}
	}
	return nil
}

// usable reports whether items can be read and written.
func (t *table) usable(now time.Time) bool {
	status := t.status(now)
	return status == statusActive || status == statusUpdating
}

// errNoTable is what operations on items answer; those on tables name it.
var errNoTable error = ddb.ResourceNotFoundException("Requested resource not found")

// errNoTableNamed is what operations on tables answer.
func errNoTableNamed(name string) error {
	return ddb.ResourceNotFoundException("Requested resource not found: Table: " + name + " not found")
}
