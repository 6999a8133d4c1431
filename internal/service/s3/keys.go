package s3

import (
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// Where things lie in the store:
//
//	("s3", "bucket", bucket)                → bucket
//	("s3", "object", bucket, key)           → object
//	("s3", "upload", bucket, key, upload)   → upload in progress
//	("s3", "part", upload, number)          → part, of an upload in progress or of a finished object
//	("s3", "blob", blob)                    → empty: some object or part refers to this blob
//	("s3", "garbage", id)                   → garbage: blobs that nobody refers to any more
//	("s3", "run", id)                       → empty: a run of the service that has written blobs
//
// The bucket's key guards what is in the bucket: who writes an object or begins
// an upload claims it for reading, who deletes the bucket for writing. An
// upload's key guards its parts in the same way.

func bucketKey(bucket string) []byte      { return keys.Encode("s3", "bucket", bucket) }
func objectKey(bucket, key string) []byte { return keys.Encode("s3", "object", bucket, key) }
func objectsOf(bucket string) []byte      { return keys.Encode("s3", "object", bucket) }
func uploadsOf(bucket string) []byte      { return keys.Encode("s3", "upload", bucket) }
func partKey(upload string, n int) []byte { return keys.Encode("s3", "part", upload, n) }
func partsOf(upload string) []byte        { return keys.Encode("s3", "part", upload) }
func blobKey(blob string) []byte          { return keys.Encode("s3", "blob", blob) }
func garbageKey(id string) []byte         { return keys.Encode("s3", "garbage", id) }
func runKey(id string) []byte             { return keys.Encode("s3", "run", id) }
func uploadKey(bucket, key, id string) []byte {
	return keys.Encode("s3", "upload", bucket, key, id)
}

var (
	allBuckets = keys.Encode("s3", "bucket")
	allGarbage = keys.Encode("s3", "garbage")
	allRuns    = keys.Encode("s3", "run")
)

// beginning returns the bytes with which every key starts whose element after
// base is a string that begins with prefix.
func beginning(base []byte, prefix string) []byte {
	b := keys.AppendString(append([]byte(nil), base...), prefix)
	return b[:len(b)-1] // without the end of the string
}

// following returns the first key behind k.
func following(k []byte) []byte { return append(append([]byte(nil), k...), 0) }

// elements decodes what follows base in key, which must be strings and
// numbers.
func elements(key, base []byte) ([]any, error) {
	if len(key) < len(base) {
		return nil, fmt.Errorf("key %x is not below %x", key, base)
	}
	return keys.Decode(key[len(base):])
}

// stringAfter decodes the element of key that follows base.
func stringAfter(key, base []byte) (string, error) {
	elems, err := elements(key, base)
	if err != nil {
		return "", err
	}
	if len(elems) > 0 {
		if s, ok := elems[0].(string); ok {
			return s, nil
		}
	}
	return "", fmt.Errorf("key %x: no string after %x", key, base)
}

// partNumber decodes the number in the key of a part.
func partNumber(key, base []byte) (int, error) {
	elems, err := elements(key, base)
	if err != nil {
		return 0, err
	}
	if len(elems) == 1 {
		if n, ok := elems[0].(int64); ok {
			return int(n), nil
		}
	}
	return 0, fmt.Errorf("key %x: no part number after %x", key, base)
}

// load reads the record at key, or returns nil where there is none.
func load[T any](r kv.Reader, key []byte) (*T, error) {
	value, err := r.Get(key)
	if errors.Is(err, kv.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return decode[T](value)
}

func decode[T any](value []byte) (*T, error) {
	record := new(T)
	if err := json.Unmarshal(value, record); err != nil {
		return nil, fmt.Errorf("record %T: %w", *record, err)
	}
	return record, nil
}

// save writes the record at key.
func save(tx kv.Tx, key []byte, record any) error {
	value, err := json.Marshal(record)
	if err != nil {
		return err
	}
	tx.Set(key, value)
	return nil
}

// sortable writes bytes with the letters that blob names may have, in an order
// that is theirs.
var sortable = base32.HexEncoding.WithPadding(base32.NoPadding)

// newID draws a name that sorts behind those drawn before, as far as the
// clock goes: 8 bytes of time and 12 random ones, in 32 characters.
func (s *Service) newID() string {
	var id [20]byte
	binary.BigEndian.PutUint64(id[:8], uint64(s.clock.Now().UnixNano()))
	s.clock.Read(id[8:])
	return strings.ToLower(sortable.EncodeToString(id[:]))
}

// second cuts t to what S3 tells of a time.
func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
