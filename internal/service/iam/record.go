package iam

import (
	"encoding/json"
	"fmt"
	"strings"

	"cloudless/internal/storage/kv"
)

// decode reads a record of the store.
func decode[T any](b []byte) (*T, error) {
	out := new(T)
	if err := json.Unmarshal(b, out); err != nil {
		return nil, fmt.Errorf("read a %T of the store: %w", *out, err)
	}
	return out, nil
}

// put writes a record to the store.
func put(tx kv.Tx, key []byte, record any) error {
	b, err := json.Marshal(record)
	if err != nil {
		return err
	}
	tx.Set(key, b)
	return nil
}

// lower is how names are compared; AWS admits ASCII alone in them.
func lower(name string) string { return strings.ToLower(name) }

// deref returns what p points to, or the zero value.
func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// pathOr returns the path that was given, or "/".
func pathOr(path *string) string {
	if path == nil {
		return "/"
	}
	return *path
}
