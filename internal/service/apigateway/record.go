package apigateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// form is the version of the records' form. The records hold AWS's own shapes
// as they are generated, whose names are AWS's and do not change.
const form = 1

// load reads the record under key. The error is kv.ErrNotFound where there is
// none.
func load[T any](r kv.Reader, key []byte) (*T, error) {
	value, err := r.Get(key)
	if err != nil {
		return nil, err
	}
	return decode[T](value)
}

func decode[T any](value []byte) (*T, error) {
	v := new(T)
	if err := json.Unmarshal(value, v); err != nil {
		return nil, fmt.Errorf("decode a stored %T: %w", *v, err)
	}
	return v, nil
}

// loadAll reads every record under prefix, in the order of the keys.
func loadAll[T any](r kv.Reader, prefix []byte) ([]*T, error) {
	var all []*T
	for pair, err := range r.Scan(kv.Prefix(prefix)) {
		if err != nil {
			return nil, err
		}
		v, err := decode[T](pair.Value)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// save writes a record.
func save(tx kv.Tx, key []byte, record any) error {
	value, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("encode a %T: %w", record, err)
	}
	if len(value) > kv.MaxValueBytes {
		return tooLarge()
	}
	tx.Set(key, value)
	return nil
}

// exists reports whether there is a value under key.
func exists(r kv.Reader, key []byte) (bool, error) {
	_, err := r.Get(key)
	if errors.Is(err, kv.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// deleteAll deletes every key under prefix.
func deleteAll(tx kv.Tx, prefix []byte) error {
	for pair, err := range tx.Scan(kv.Prefix(prefix)) {
		if err != nil {
			return err
		}
		tx.Delete(append([]byte(nil), pair.Key...))
	}
	return nil
}

// lastElements returns the last elements, texts all, of the keys under prefix.
func lastElements(r kv.Reader, prefix []byte) ([]string, error) {
	var out []string
	for pair, err := range r.Scan(kv.Prefix(prefix)) {
		if err != nil {
			return nil, err
		}
		elems, err := keys.Decode(pair.Key[len(prefix):])
		if err != nil {
			return nil, fmt.Errorf("read a key: %w", err)
		}
		last, ok := elems[len(elems)-1].(string)
		if !ok {
			return nil, errors.New("read a key: its last element is no text")
		}
		out = append(out, last)
	}
	return out, nil
}

// copyAll copies every value under a prefix to the same key under another.
func copyAll(tx kv.Tx, from, to []byte) error {
	for pair, err := range tx.Scan(kv.Prefix(from)) {
		if err != nil {
			return err
		}
		tx.Set(append(bytes.Clone(to), pair.Key[len(from):]...), bytes.Clone(pair.Value))
	}
	return nil
}

// tooLarge refuses what does not fit into the store.
func tooLarge() error {
	return agw.LimitExceededException("The methods of one resource and their templates exceed 2 MiB")
}
