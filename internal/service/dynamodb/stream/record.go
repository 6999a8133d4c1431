package stream

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	ddb "cloudless/internal/api/dynamodb"
	dds "cloudless/internal/api/dynamodbstreams"
	"cloudless/internal/service/dynamodb/attr"
)

// Record is one change of an item.
type Record struct {
	At        time.Time
	Keys      attr.Item // the key of the item
	Old, New  attr.Item // the item before and after; nil where there is none
	ByService bool      // DynamoDB made the change itself, when the item's time had come
}

// A record's bytes are
//
//	version, kind, flags, microseconds since 1970 (8 bytes),
//	and keys, old and new image, each with its length (4 bytes) before it
//
// An image that the stream's view does not show has no bytes.
const (
	recordVersion   = 1
	recordHead      = 11
	flagByService   = 1
	minRecordLength = recordHead + 3*4
)

// kinds are the values of EventName.
var kinds = [...]string{"INSERT", "MODIFY", "REMOVE"}

func (r *Record) kind() byte {
	switch {
	case r.Old == nil:
		return 0
	case r.New == nil:
		return 2
	}
	return 1
}

// encode writes the record as far as the view shows it.
func (r *Record) encode(view string) []byte {
	old, next := r.Old, r.New
	if view != "OLD_IMAGE" && view != "NEW_AND_OLD_IMAGES" {
		old = nil
	}
	if view != "NEW_IMAGE" && view != "NEW_AND_OLD_IMAGES" {
		next = nil
	}
	var flags byte
	if r.ByService {
		flags |= flagByService
	}
	b := make([]byte, 0, minRecordLength+len(r.Keys)+len(old)+len(next))
	b = append(b, recordVersion, r.kind(), flags)
	b = binary.BigEndian.AppendUint64(b, uint64(r.At.UnixMicro()))
	for _, it := range []attr.Item{r.Keys, old, next} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(it)))
		b = append(b, it...)
	}
	return b
}

var errRecord = errors.New("not a change record, or one of an unknown version")

// stored is a record as it was read.
type stored struct {
	Record
	kind byte
}

// decodeRecord takes the bytes of a record. What it returns shares them.
func decodeRecord(b []byte) (stored, error) {
	if len(b) < minRecordLength || b[0] != recordVersion || int(b[1]) >= len(kinds) {
		return stored{}, errRecord
	}
	r := stored{kind: b[1]}
	r.ByService = b[2]&flagByService != 0
	r.At = recordTime(b)
	b = b[recordHead:]
	for _, it := range []*attr.Item{&r.Keys, &r.Old, &r.New} {
		if len(b) < 4 || uint64(binary.BigEndian.Uint32(b)) > uint64(len(b)-4) {
			return stored{}, errRecord
		}
		n := binary.BigEndian.Uint32(b)
		if image := b[4 : 4+n]; n > 0 {
			var err error
			if *it, err = attr.Stored(image); err != nil {
				return stored{}, err
			}
		}
		b = b[4+n:]
	}
	return r, nil
}

// recordTime reads when a record was made, from its head.
func recordTime(b []byte) time.Time {
	return time.UnixMicro(int64(binary.BigEndian.Uint64(b[3:recordHead]))).UTC()
}

func (r *stored) size() int64 { return int64(r.Keys.Size() + r.Old.Size() + r.New.Size()) }

// show writes the record as the API does.
func (r *stored) show(st *Stream, shard int, number uint64) dds.Record {
	out := dds.Record{
		EventID:      new(eventID(st.ID, shard, number)),
		EventName:    kinds[r.kind],
		EventVersion: new("1.1"),
		EventSource:  new("aws:dynamodb"),
		AwsRegion:    &st.Region,
		Dynamodb: &dds.StreamRecord{
			ApproximateCreationDateTime: new(r.At.Truncate(time.Second)),
			Keys:                        attributes(r.Keys.API()),
			OldImage:                    attributes(r.Old.API()),
			NewImage:                    attributes(r.New.API()),
			SequenceNumber:              new(sequenceNumber(shard, number)),
			SizeBytes:                   new(r.size()),
			StreamViewType:              st.View,
		},
	}
	if r.ByService {
		out.UserIdentity = &dds.Identity{Type: new("Service"), PrincipalId: new("dynamodb.amazonaws.com")}
	}
	return out
}

// eventID is the same each time that the record is read, and no other's.
func eventID(id uint64, shard int, number uint64) string {
	sum := sha256.Sum256(recordKey(id, shard, number))
	return hex.EncodeToString(sum[:16])
}

// sequenceNumber writes a record's number with its shard, so that no two of a
// stream are the same: a one, three digits and seventeen. AWS's numbers have 21
// digits or more, and begin with a digit that is no zero.
func sequenceNumber(shard int, number uint64) string { return fmt.Sprintf("1%03d%017d", shard, number) }

// parseSequenceNumber reads what sequenceNumber wrote for the shard.
func parseSequenceNumber(text string, shard int) (number uint64, ok bool) {
	prefix := fmt.Sprintf("1%03d", shard)
	if len(text) != 21 || text[:len(prefix)] != prefix {
		return 0, false
	}
	number, err := strconv.ParseUint(text[len(prefix):], 10, 64)
	return number, err == nil
}

// attributes gives values the type that this API has for them.
func attributes(in map[string]ddb.AttributeValue) map[string]dds.AttributeValue {
	if in == nil {
		return nil
	}
	out := make(map[string]dds.AttributeValue, len(in))
	for name, v := range in {
		out[name] = attribute(v)
	}
	return out
}

func attribute(v ddb.AttributeValue) dds.AttributeValue {
	out := dds.AttributeValue{S: v.S, N: v.N, B: v.B, SS: v.SS, NS: v.NS, BS: v.BS, M: attributes(v.M), NULL: v.NULL, BOOL: v.BOOL}
	if v.L != nil {
		out.L = make([]dds.AttributeValue, len(v.L))
		for i, e := range v.L {
			out.L[i] = attribute(e)
		}
	}
	return out
}
