// Package keys writes tuples as byte strings that sort as the tuples do.
//
// Every key layout in the store is a tuple: an account, a table, a partition
// key, a sort key. [Encode] makes the key and [Decode] reads it back
// (decode.go); the Append functions (append.go) do the same one element at a
// time where a key is built on a hot path. [Stem] (stem.go) is how much of a key
// its neighbours share.
//
// The promise that layouts lean on: for tuples whose elements have the same
// types place by place, bytes.Compare of two encodings is the order of the
// tuples, element by element. The encoding of a tuple's first elements is a
// prefix of the whole, and no element is a prefix of another, so
// kv.Prefix(Encode("a")) finds ("a", 1) and never ("ab", 1). Encodings may
// therefore be joined: Encode("a", 1) is Encode("a") followed by Encode(1), and
// what follows a known prefix in a key can be decoded by itself.
//
// # Form
//
// An element is a tag and what the tag announces; the golden file of the tests
// shows examples. Tags, in the order in which elements of different types sort:
//
//	01       bytes    escaped, then 00
//	02       string   escaped, then 00
//	0b…13    int64    below zero, with 8…0 bytes
//	14…1c    int64    from zero on, with 0…8 bytes
//	20…28    uint64   with 0…8 bytes
//	30, 31   bool     false, true
//	38       time     its seconds as an int64 element, its nanoseconds as a uint64 element
//
// Escaping writes 00 as 01 01 and 01 as 01 02, so that 00 ends an element and
// nothing within it sorts below that end. Numbers are big-endian without
// leading zeros, as two's complement cut to its length, so small ones are short
// and the tag sorts them by length first.
//
// The package knows nothing of what the elements mean, nor of the store.
package keys

import (
	"fmt"
	"time"
)

// The tags. They are the first byte of an element and lie in the store for
// ever: none may change its meaning.
const (
	tagBytes  = 0x01
	tagString = 0x02
	tagNeg    = 0x13 // minus the number of bytes that follow
	tagInt    = 0x14 // plus the number of bytes that follow
	tagUint   = 0x20 // plus the number of bytes that follow
	tagFalse  = 0x30
	tagTrue   = 0x31
	tagTime   = 0x38

	maxIntBytes = 8
)

// The bytes that frame the content of a string.
const (
	end    = 0x00
	escape = 0x01
	escEnd = 0x01 // after escape: a 00
	escEsc = 0x02 // after escape: a 01
)

// Encode returns the key of the tuple elems. An element is a string, []byte,
// uint64, int64, int (the same as int64), bool or time.Time (an instant; its
// zone is not kept). Any other type panics: the layout in the code is wrong.
func Encode(elems ...any) []byte {
	return Append(nil, elems...)
}

// Append appends the encoding of the tuple elems to dst, as Encode.
func Append(dst []byte, elems ...any) []byte {
	for _, elem := range elems {
		switch v := elem.(type) {
		case string:
			dst = AppendString(dst, v)
		case []byte:
			dst = AppendBytes(dst, v)
		case uint64:
			dst = AppendUint(dst, v)
		case int64:
			dst = AppendInt(dst, v)
		case int:
			dst = AppendInt(dst, int64(v))
		case bool:
			dst = AppendBool(dst, v)
		case time.Time:
			dst = AppendTime(dst, v)
		default:
			panic(fmt.Sprintf("keys: an element of type %T has no encoding", elem))
		}
	}
	return dst
}
