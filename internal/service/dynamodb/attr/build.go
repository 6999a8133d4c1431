package attr

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"strconv"
)

// MaxDepth is how deep a value may lie in an item: the value of an attribute
// is at level 1, those within it at level 2.
const MaxDepth = 32

// NullValue returns the value that DynamoDB calls NULL.
func NullValue() Value { return Value{tagNull} }

// BoolValue returns a boolean.
func BoolValue(b bool) Value {
	if b {
		return Value{tagTrue}
	}
	return Value{tagFalse}
}

// StringValue returns a string.
func StringValue(s string) Value { return appendTagged(nil, tagS, s) }

// BinaryValue returns a binary.
func BinaryValue(b []byte) Value { return appendTagged(nil, tagB, b) }

// NumberOf returns an integer.
func NumberOf(n int64) Value {
	v, _ := ParseNumber(strconv.FormatInt(n, 10)) // always a number, and in range
	return v
}

// ParseNumber returns the number that text spells, or one of the errors of
// number.go.
func ParseNumber(text string) (Value, error) {
	var buf [maxPairs + 2]byte
	payload, err := appendNumber(buf[:0], text)
	if err != nil {
		return nil, err
	}
	return numberValue(payload), nil
}

func numberValue(payload []byte) Value { return appendTagged(nil, tagN, payload) }

// Scalar returns the number, string or binary that has this payload.
func Scalar(k Kind, payload []byte) Value { return appendTagged(nil, tagOfKind[k], payload) }

// SetOf returns the set of kind k that has these members, given by their
// payloads, each once. It reorders members.
func SetOf(k Kind, members [][]byte) Value {
	slices.SortFunc(members, bytes.Compare)
	members = slices.CompactFunc(members, bytes.Equal)
	dst, mark := open(nil, tagOfKind[k])
	for _, m := range members {
		dst = appendPrefixed(dst, m)
	}
	return shut(dst, mark)
}

// ListOf returns a list.
func ListOf(elements ...Value) Value {
	dst, mark := open(nil, tagL)
	for _, e := range elements {
		dst = append(dst, e...)
	}
	return shut(dst, mark)
}

// Concat returns the list of all elements of v, then those of w.
func Concat(v, w Value) Value {
	dst, mark := open(nil, tagL)
	dst = append(dst, v.Payload()...)
	dst = append(dst, w.Payload()...)
	return shut(dst, mark)
}

// Union returns the set of the members of either set; both are of one kind.
func Union(v, w Value) Value {
	members := slices.AppendSeq(slices.Collect(v.Members()), w.Members())
	return SetOf(v.Kind(), members)
}

// Without returns the set of those members of v that w does not have, or nil
// when none is left: there are no empty sets.
func Without(v, w Value) Value {
	drop := slices.Collect(w.Members())
	var kept [][]byte
	for m := range v.Members() {
		if _, found := slices.BinarySearchFunc(drop, m, bytes.Compare); !found {
			kept = append(kept, m)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return SetOf(v.Kind(), kept)
}

// Field is one named value of a map or an item.
type Field struct {
	Name  string
	Value Value
}

// MapOf returns a map. It reorders fields, whose names differ.
func MapOf(fields ...Field) Value {
	dst, mark := open(nil, tagM)
	dst = appendFields(dst, fields)
	return shut(dst, mark)
}

func appendFields(dst []byte, fields []Field) []byte {
	slices.SortFunc(fields, func(a, b Field) int { return cmp.Compare(a.Name, b.Name) })
	for _, f := range fields {
		dst = appendPrefixed(dst, f.Name)
		dst = append(dst, f.Value...)
	}
	return dst
}

// open begins a value whose payload follows, and returns where that begins.
func open(dst []byte, tag byte) (out []byte, mark int) {
	dst = append(dst, tag, 0) // one byte for the length, nearly always enough
	return dst, len(dst)
}

// shut puts the length of the payload that begins at mark before it.
func shut(dst []byte, mark int) []byte {
	size := len(dst) - mark
	if size < 0x80 {
		dst[mark-1] = byte(size)
		return dst
	}
	var length [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(length[:], uint64(size))
	return slices.Replace(dst, mark-1, mark, length[:n]...)
}

func appendTagged[T ~string | ~[]byte](dst []byte, tag byte, payload T) []byte {
	if dst == nil {
		dst = make([]byte, 0, len(payload)+3)
	}
	return appendPrefixed(append(dst, tag), payload)
}

func appendPrefixed[T ~string | ~[]byte](dst []byte, payload T) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(payload)))
	return append(dst, payload...)
}
