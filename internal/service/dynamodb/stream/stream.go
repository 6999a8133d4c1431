package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	dds "cloudless/internal/api/dynamodbstreams"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// Retention is how long records are kept, and a stream after its end.
const Retention = 24 * time.Hour

// Stream is a stream's definition as it is kept. Its JSON lies in users'
// stores: members may be added, never renamed.
type Stream struct {
	Version int    `json:"version"`
	ID      uint64 `json:"id"` // begins the keys of its records; see keys.go
	Account string `json:"account"`
	Region  string `json:"region"`
	Table   string `json:"table"`
	Label   string `json:"label"` // when it began, as its ARN says it
	View    string `json:"view"`  // StreamViewType
	Shards  int    `json:"shards"`
	Key     []Key  `json:"key"`

	Created time.Time `json:"created"`
	Closed  time.Time `json:"closed,omitzero"` // when it was disabled, or its table deleted
}

// Key is an attribute of the key of the stream's table.
type Key struct {
	Name string `json:"name"`
	Role string `json:"role"` // HASH or RANGE
}

const streamVersion = 1

// LabelOf returns the label of a stream that begins at a time.
func LabelOf(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000") }

// ARN returns the stream's name.
func (st *Stream) ARN() string {
	return "arn:aws:dynamodb:" + st.Region + ":" + st.Account + ":table/" + st.Table + "/stream/" + st.Label
}

func (st *Stream) key() []byte { return streamKey(st.Account, st.Region, st.Table, st.Label) }

// Open begins the stream, in the transaction that enables it on its table,
// whose definition is claimed: that keeps others from the stream's.
func (st *Stream) Open(tx kv.Tx) {
	st.Version = streamVersion
	tx.Set(st.key(), st.encode())
}

// Close ends the stream, in the transaction that disables it on its table, and
// returns it as it is then. No record is written after it.
func (st *Stream) Close(tx kv.Tx, now time.Time) *Stream {
	closed := *st
	closed.Closed = now
	tx.Set(closed.key(), closed.encode())
	return &closed
}

func (st *Stream) encode() []byte {
	b, err := json.Marshal(st)
	if err != nil {
		panic(fmt.Sprintf("a stream's definition cannot be written: %v", err)) // it holds strings, numbers and times
	}
	return b
}

func decode(b []byte) (*Stream, error) {
	var st Stream
	if err := json.Unmarshal(b, &st); err != nil {
		return nil, fmt.Errorf("read a stream's definition: %w", err)
	}
	if st.Version != streamVersion {
		return nil, fmt.Errorf("the definition of a stream of table %s has version %d, which a newer program wrote", st.Table, st.Version)
	}
	return &st, nil
}

// status is AWS's word for the stream's state.
func (st *Stream) status() string {
	if st.Closed.IsZero() {
		return "ENABLED"
	}
	return "DISABLED"
}

// shardID names a shard. The number tells when the stream began, and which
// shard it is.
func (st *Stream) shardID(shard int) string {
	return fmt.Sprintf("shardId-%020d-%08x", st.Created.UnixMilli()*1000+int64(shard), uint32(st.ID>>32)^uint32(shard))
}

// shardNamed returns the shard of that name, or false.
func (st *Stream) shardNamed(id string) (shard int, ok bool) {
	for i := range st.Shards {
		if st.shardID(i) == id {
			return i, true
		}
	}
	return 0, false
}

// parseARN takes a stream's name apart.
func parseARN(arn string) (account, region, table, label string, err error) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) == 6 && parts[0] == "arn" && parts[2] == "dynamodb" {
		path := strings.Split(parts[5], "/")
		if len(path) == 4 && path[0] == "table" && path[2] == "stream" && path[1] != "" && path[3] != "" {
			return parts[4], parts[3], path[1], path[3], nil
		}
	}
	return "", "", "", "", awserr.Validation("Invalid StreamArn")
}

// find reads the definition of a stream. One that ended longer ago than
// records are kept is gone.
func (s *Service) find(ctx context.Context, arn string) (*Stream, error) {
	account, region, table, label, err := parseARN(arn)
	if err != nil {
		return nil, err
	}
	var st *Stream
	err = s.store.View(ctx, func(r kv.Reader) error {
		stored, err := r.Get(streamKey(account, region, table, label))
		if err != nil {
			return err
		}
		st, err = decode(stored)
		return err
	})
	if errors.Is(err, kv.ErrNotFound) || err == nil && st.expired(s.clock.Now()) {
		return nil, dds.ResourceNotFoundException("Requested resource not found: Stream: " + arn + " not found")
	}
	return st, err
}

func (st *Stream) expired(now time.Time) bool {
	return !st.Closed.IsZero() && now.Sub(st.Closed) > Retention
}
