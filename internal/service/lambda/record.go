package lambda

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"cloudless/internal/storage/kv"
)

// recordKey is the key of the version that is named, $LATEST if none is.
func (n name) recordKey() ([]byte, error) {
	if n.qualifier == "" || n.qualifier == latest {
		return n.key(), nil
	}
	number, err := strconv.ParseInt(n.qualifier, 10, 64)
	return versionKey(n.account, n.region, n.function, number), err
}

// readRecord reads the JSON under a key into record. absent is the error if
// there is none.
func readRecord(r kv.Reader, key []byte, record any, absent error) error {
	value, err := get(r, key, absent)
	if err != nil {
		return err
	}
	return decodeRecord(value, record)
}

// get returns what is under a key. absent is the error if there is nothing.
func get(r kv.Reader, key []byte, absent error) ([]byte, error) {
	value, err := r.Get(key)
	if errors.Is(err, kv.ErrNotFound) {
		return nil, absent
	}
	return value, err
}

func decodeRecord(value []byte, record any) error {
	if err := json.Unmarshal(value, record); err != nil {
		return fmt.Errorf("read %T: %w", record, err)
	}
	return nil
}

func writeRecord(tx kv.Tx, key []byte, record any) error {
	value, err := json.Marshal(record)
	if err != nil {
		return err
	}
	tx.Set(key, value)
	return nil
}
