package attr

import (
	"errors"
	"iter"
)

// MaxItemBytes is the largest item, as [Item.Size] counts.
const MaxItemBytes = 400 << 10

// Item is one item in its binary form, or nil for none:
//
//	version, the size that AWS counts in three bytes, and the attributes, each
//	a name with its length and a value, in ascending order of the names
//
// Like a [Value] it is never changed.
type Item []byte

const (
	// version is the first byte of every item. Another layout gets another
	// number, so that items written before it can still be told.
	version     = 1
	headerBytes = 4
	maxSize     = 1<<24 - 1 // what three bytes hold; no request is as large
)

// ErrVersion is returned for an item that a newer program has written, or for
// bytes that are none.
var ErrVersion = errors.New("attr: not an item, or one of an unknown version")

// Stored takes the bytes of an item as they lay in the store.
func Stored(b []byte) (Item, error) {
	if len(b) < headerBytes || b[0] != version {
		return nil, ErrVersion
	}
	return Item(b), nil
}

// NewItem returns the item that has these attributes, whose names differ. It
// reorders them.
func NewItem(attributes []Field) Item {
	bytes := headerBytes
	for _, f := range attributes {
		bytes += len(f.Name) + len(f.Value) + 2
	}
	dst := make([]byte, headerBytes, bytes)
	return sealed(appendFields(dst, attributes))
}

// sealed makes an item of encoded attributes that follow room for the header.
func sealed(dst []byte) Item {
	size := 0
	for name, value := range fields(dst[headerBytes:]) {
		size += len(name) + value.Size()
	}
	size = min(size, maxSize)
	dst[0], dst[1], dst[2], dst[3] = version, byte(size>>16), byte(size>>8), byte(size)
	return Item(dst)
}

// Size returns how many bytes AWS counts for the item: the names and the
// values of its attributes. It does not read them.
func (it Item) Size() int {
	if len(it) < headerBytes {
		return 0
	}
	return int(it[1])<<16 | int(it[2])<<8 | int(it[3])
}

// payload returns the attributes, in the form of a map's payload.
func (it Item) payload() []byte {
	if len(it) < headerBytes {
		return nil
	}
	return it[headerBytes:]
}

// Get returns the value of an attribute, or nil. It steps over those before it.
func (it Item) Get(name string) Value { return field(it.payload(), name) }

// All yields the attributes in ascending order of their names.
func (it Item) All() iter.Seq2[[]byte, Value] { return fields(it.payload()) }

// Len returns the number of attributes.
func (it Item) Len() int {
	n := 0
	for range it.All() {
		n++
	}
	return n
}

// At returns the value at a path within the item, or nil.
func (it Item) At(path Path) Value {
	if len(path) == 0 {
		return nil
	}
	v := it.Get(path[0].Name)
	for _, step := range path[1:] {
		if step.IsIndex() {
			v = v.Element(step.Index)
		} else {
			v = v.Field(step.Name)
		}
		if v == nil {
			return nil
		}
	}
	return v
}

// TooDeep reports whether some value lies deeper than [MaxDepth]. What comes
// by a request does not, but what an update makes of it may.
func (it Item) TooDeep() bool {
	for _, v := range it.All() {
		if v.tooDeep(1) {
			return true
		}
	}
	return false
}

func (v Value) tooDeep(level int) bool {
	if level > MaxDepth {
		return true
	}
	for element := range v.Elements() {
		if element.tooDeep(level + 1) {
			return true
		}
	}
	for _, field := range v.Fields() {
		if field.tooDeep(level + 1) {
			return true
		}
	}
	return false
}

// Only returns an item of those of its attributes that are named.
func (it Item) Only(names ...string) Item {
	kept := make([]Field, 0, len(names))
	for _, name := range names {
		if v := it.Get(name); v != nil {
			kept = append(kept, Field{name, v})
		}
	}
	return NewItem(kept)
}
