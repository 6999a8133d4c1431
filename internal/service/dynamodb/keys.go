package dynamodb

import (
	"crypto/sha256"
	"math"

	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// Where everything lies. Every key is a tuple of package keys:
//
//	("dynamodb", "table", account, region, name)         a table's definition
//	("dynamodb", "doomed", data)                         data that is to be dropped
//	("dynamodb", "backup", account, region, table, id)   a backup; its items lie as a table's do
//	("dynamodb", "export", account, region, table, id)   an export; see export.go
//	("dynamodb", "import", account, region, table, id)   an import; see importrecord.go
//	("dynamodb", "recovery", data)                       that a table's history is kept; see recovery.go
//	("dynamodb", "job", id)                              work to be done in the background; see job.go
//	("dynamodb", "ttl", data)                            that items of a table expire; see ttl.go
//	("dynamodb", "token", period, account, region, token)
//	                                                     a transaction that was made; see token.go
//	("dynamodb", "data", data, 0, hash, pk[, sk])        an item
//	("dynamodb", "data", data, index, hash, pk…[, sk…], digest)
//	                                                     an item's entry in an index
//
// data is a number that was drawn for the table when it was created, so a new
// table of an old name shares nothing with it. hash places all that has the
// same partition key somewhere in 32 bits: a segment of a scan is a range of
// hashes. Key attributes are the payloads of their values, which sort as the
// values do. In an index, whose keys need not be unique, a digest of the item's
// own key follows; it keeps the longest possible key below kv.MaxKeyBytes.
const (
	service     = "dynamodb"
	tableIndex  = 0 // stands for the table itself among its indexes
	digestBytes = 16
)

// tableKey is where the definition of a table lies.
func tableKey(account, region, name string) []byte {
	return keys.Encode(service, "table", account, region, name)
}

// tablesOf is the range of the definitions of an account in a region.
func tablesOf(account, region string) kv.Range {
	return kv.Prefix(keys.Encode(service, "table", account, region))
}

func doomedKey(data uint64) []byte { return keys.Encode(service, "doomed", data) }

func doomedRange() kv.Range { return kv.Prefix(keys.Encode(service, "doomed")) }

// dataPrefix begins every key of a table's items and index entries.
func dataPrefix(data uint64) []byte { return keys.Encode(service, "data", data) }

// indexPrefix begins every key of one index, or of the items themselves.
func indexPrefix(data, index uint64) []byte { return keys.AppendUint(dataPrefix(data), index) }

// segment is the range of the hashes in one of total equal parts of an index.
func segment(prefix []byte, part, total int64) kv.Range {
	r := kv.Prefix(prefix)
	const hashes = math.MaxUint32 + 1
	if part > 0 {
		r.Start = keys.AppendUint(clip(prefix), uint64(part)*hashes/uint64(total))
	}
	if part+1 < total {
		r.End = keys.AppendUint(clip(prefix), uint64(part+1)*hashes/uint64(total))
	}
	return r
}

// appendPartition appends the hash of a partition key, then the key.
func appendPartition(dst []byte, key []attr.Value) []byte {
	dst = keys.AppendUint(dst, uint64(placement(key)))
	for _, v := range key {
		dst = keys.AppendBytes(dst, v.Payload())
	}
	return dst
}

// placement spreads partition keys over 32 bits: FNV-1a, whose weak high bits
// are then mixed with the rest. It decides where items lie, so it never
// changes.
func placement(key []attr.Value) uint32 {
	h := uint64(14695981039346656037)
	for _, v := range key {
		for _, b := range v.Payload() {
			h = (h ^ uint64(b)) * 1099511628211
		}
		h = (h ^ 0x100) * 1099511628211 // between two attributes
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return uint32(h >> 32)
}

// appendDigest appends what makes the key of an index entry unique: a digest
// of the key of the item.
func appendDigest(dst, itemKey []byte) []byte {
	sum := sha256.Sum256(itemKey)
	return keys.AppendBytes(dst, sum[:digestBytes])
}

// clip returns b with no room behind it, so that appending to it copies.
func clip(b []byte) []byte { return b[:len(b):len(b)] }
