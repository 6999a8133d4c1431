package attr

import (
	"bytes"
)

// Kind is the type of a value.
type Kind uint8

// The kinds. Absent is the kind of a nil Value: an attribute that is not there.
const (
	Absent Kind = iota
	Null
	Bool
	Number
	String
	Binary
	StringSet
	NumberSet
	BinarySet
	List
	Map
)

var kindNames = [...]string{"", "NULL", "BOOL", "N", "S", "B", "SS", "NS", "BS", "L", "M"}

// String returns AWS's name of the type, such as "SS".
func (k Kind) String() string { return kindNames[k] }

// KindNamed returns the kind that AWS calls name.
func KindNamed(name string) (Kind, bool) {
	for k, n := range kindNames {
		if k > 0 && n == name {
			return Kind(k), true
		}
	}
	return Absent, false
}

// IsSet reports whether the kind is one of the three sets.
func (k Kind) IsSet() bool { return k == StringSet || k == NumberSet || k == BinarySet }

// Member returns the kind of a set's members.
func (k Kind) Member() Kind {
	switch k {
	case StringSet:
		return String
	case NumberSet:
		return Number
	case BinarySet:
		return Binary
	}
	return Absent
}

// HasOrder reports whether two values of the kind can be compared by < and >.
func (k Kind) HasOrder() bool { return k == Number || k == String || k == Binary }

// The first byte of a value. They are stored: never renumber.
const (
	tagNull  = 1
	tagFalse = 2
	tagTrue  = 3
	tagN     = 4
	tagS     = 5
	tagB     = 6
	tagSS    = 7
	tagNS    = 8
	tagBS    = 9
	tagL     = 10
	tagM     = 11
)

var kindOfTag = [...]Kind{Absent, Null, Bool, Bool, Number, String, Binary, StringSet, NumberSet, BinarySet, List, Map}

var tagOfKind = [...]byte{0, tagNull, 0, tagN, tagS, tagB, tagSS, tagNS, tagBS, tagL, tagM}

// Value is one attribute value in its binary form, or nil for none:
//
//	tag, and for all but NULL and BOOL the payload's length as a uvarint, payload
//
// The payload of a number is its order-preserving form (number.go), that of a
// string or binary its bytes. A set's is its members, each a length and a
// payload, in ascending order; a list's is its values; a map's is its fields,
// each a name with its length and a value, in ascending order of the names.
//
// A Value is never changed. It may share memory with the item it was read from.
// Reading a value whose bytes are damaged finds less than was there, and never
// panics.
type Value []byte

// Kind returns the type of v.
func (v Value) Kind() Kind {
	if len(v) == 0 || int(v[0]) >= len(kindOfTag) {
		return Absent
	}
	return kindOfTag[v[0]]
}

// Is reports whether v is of kind k.
func (v Value) Is(k Kind) bool { return v.Kind() == k }

// IsTrue reports whether v is the boolean true.
func (v Value) IsTrue() bool { return len(v) > 0 && v[0] == tagTrue }

// Payload returns what v holds without its type: the bytes of a string or a
// binary, the order-preserving form of a number.
func (v Value) Payload() []byte {
	if len(v) == 0 || v[0] < tagN {
		return nil
	}
	payload, _, ok := prefixed(v[1:])
	if !ok {
		return nil
	}
	return payload
}

// Text returns the text of a string, or of a number in its normal form.
func (v Value) Text() string {
	if v.Is(Number) {
		return FormatNumber(v.Payload())
	}
	return string(v.Payload())
}

// Equal reports whether two values are equal. An absent value equals nothing,
// not even another one.
func (v Value) Equal(w Value) bool { return len(v) > 0 && bytes.Equal(v, w) }

// Compare returns -1, 0 or 1 as v sorts before, with or behind w. Both must be
// of the same ordered kind: numbers sort by value, strings by their UTF-8
// bytes, binaries as unsigned bytes.
func (v Value) Compare(w Value) int { return bytes.Compare(v.Payload(), w.Payload()) }

// Len returns the number of members, elements or fields.
func (v Value) Len() int {
	n := 0
	switch k := v.Kind(); {
	case k.IsSet():
		for range v.Members() {
			n++
		}
	case k == List:
		for range v.Elements() {
			n++
		}
	case k == Map:
		for range v.Fields() {
			n++
		}
	}
	return n
}

// Size returns how many bytes AWS counts for v. A list or a map costs three,
// and one more for each element; a number costs what its binary form takes.
func (v Value) Size() int {
	switch k := v.Kind(); {
	case k == Absent:
		return 0
	case k == Null || k == Bool:
		return 1
	case k.IsSet():
		n := 0
		for member := range v.Members() {
			n += len(member)
		}
		return n
	case k == List:
		n := 3
		for element := range v.Elements() {
			n += 1 + element.Size()
		}
		return n
	case k == Map:
		n := 3
		for name, value := range v.Fields() {
			n += 1 + len(name) + value.Size()
		}
		return n
	}
	return len(v.Payload())
}
