package stream

import (
	"encoding/binary"
	"errors"
	"fmt"

	"cloudless/internal/storage/kv"
)

// ShardFor returns the shard of what a table keeps at this place among 32 bits
// of hashes: each shard has a range of them.
func (st *Stream) ShardFor(place uint32) int { return int(uint64(place) * uint64(st.Shards) >> 32) }

// Claim is the key that a transaction writes which appends to the shard. It
// makes writers of one shard follow each other.
func (st *Stream) Claim(shard int) []byte { return nextKey(st.ID, shard) }

// Writer appends records within one transaction, which has claimed the shards.
// A new one is made each time that the transaction runs.
type Writer struct {
	tx   kv.Tx
	next map[place]uint64
}

type place struct {
	stream uint64
	shard  int
}

// NewWriter returns a writer for a transaction.
func NewWriter(tx kv.Tx) *Writer { return &Writer{tx: tx, next: map[place]uint64{}} }

// Append writes the record of one change.
func (w *Writer) Append(st *Stream, shard int, r Record) error {
	at := place{st.ID, shard}
	number, known := w.next[at]
	if !known {
		var err error
		if number, err = nextNumber(w.tx, st.ID, shard); err != nil {
			return err
		}
	}
	w.next[at] = number + 1
	w.tx.Set(recordKey(st.ID, shard, number), r.encode(st.View))
	w.tx.Set(nextKey(st.ID, shard), binary.BigEndian.AppendUint64(nil, number+1))
	return nil
}

// nextNumber reads which number a shard's next record gets.
func nextNumber(r kv.Reader, id uint64, shard int) (uint64, error) {
	b, err := r.Get(nextKey(id, shard))
	if errors.Is(err, kv.ErrNotFound) {
		return 1, nil
	}
	if err != nil {
		return 0, err
	}
	if len(b) != 8 {
		return 0, fmt.Errorf("the counter of shard %d of stream %d has %d bytes", shard, id, len(b))
	}
	return binary.BigEndian.Uint64(b), nil
}
