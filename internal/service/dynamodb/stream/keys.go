package stream

import (
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// Where everything lies. Every key is a tuple of package keys:
//
//	("dynamodbstreams", "stream", account, region, table, label)  a stream's definition
//	("dynamodbstreams", "next", id, shard)                        the number of the shard's next record
//	("dynamodbstreams", "record", id, shard, number)              a record
//
// id is a number that was drawn for the stream, shard counts from 0. Records of
// a shard are numbered from 1 on, without holes: whoever appends claims "next".
const service = "dynamodbstreams"

func streamKey(account, region, table, label string) []byte {
	return keys.Encode(service, "stream", account, region, table, label)
}

// streamsOf is the range of the streams of a table, or of all tables of an
// account in a region where table is "".
func streamsOf(account, region, table string) kv.Range {
	prefix := keys.Encode(service, "stream", account, region)
	if table != "" {
		prefix = keys.AppendString(prefix, table)
	}
	return kv.Prefix(prefix)
}

// allStreams is the range of all definitions.
func allStreams() kv.Range { return kv.Prefix(keys.Encode(service, "stream")) }

func nextKey(id uint64, shard int) []byte { return keys.Encode(service, "next", id, uint64(shard)) }

func recordKey(id uint64, shard int, number uint64) []byte {
	return keys.Encode(service, "record", id, uint64(shard), number)
}

// recordsFrom is the range of a shard's records from a number on.
func recordsFrom(id uint64, shard int, number uint64) kv.Range {
	return kv.Range{Start: recordKey(id, shard, number), End: kv.PrefixEnd(keys.Encode(service, "record", id, uint64(shard)))}
}

// everythingOf are the ranges of all that a stream has beside its definition.
func everythingOf(id uint64) []kv.Range {
	return []kv.Range{kv.Prefix(keys.Encode(service, "record", id)), kv.Prefix(keys.Encode(service, "next", id))}
}
