package value

import (
	"iter"
	"math"
	"math/big"

	"github.com/cockroachdb/apd/v3"
)

// Map is a Java LinkedHashMap: any key, insertion order, null allowed on both
// sides. The zero Map is empty and ready.
type Map struct {
	slots []slot
	index map[any]int // canonical key to slot; nil while the map is small
	dead  int         // how many slots are removed
	mods  int         // counts structural changes, for iterators
}

type slot struct {
	Entry
	dead bool
}

// Entry is one key with its value.
type Entry struct{ Key, Value Value }

// smallMap is the size up to which a scan beats a hash.
const smallMap = 8

// NewMap returns an empty map.
func NewMap() *Map { return &Map{} }

// MapOf returns a map of alternating keys and values.
func MapOf(pairs ...Value) *Map {
	m := &Map{slots: make([]slot, 0, len(pairs)/2)}
	for i := 0; i+1 < len(pairs); i += 2 {
		m.Put(pairs[i], pairs[i+1])
	}
	return m
}

// Len returns the number of entries.
func (m *Map) Len() int { return len(m.slots) - m.dead }

// KeyCost is the work of finding a key in a map, in steps of a budget: lists and
// maps are compared by what they print.
func KeyCost(key Value) int {
	switch key.(type) {
	case *List, *Map, *Entry:
		return 4096
	}
	return 0
}

// Get returns the value under key, and whether there is an entry.
func (m *Map) Get(key Value) (Value, bool) {
	if i := m.find(key); i >= 0 {
		return m.slots[i].Value, true
	}
	return nil, false
}

// Put sets the value under key and returns the one that was there, or nil. A key
// that was there keeps its place.
func (m *Map) Put(key, v Value) Value {
	if i := m.find(key); i >= 0 {
		old := m.slots[i].Value
		m.slots[i].Value = v
		return old
	}
	m.slots = append(m.slots, slot{Entry: Entry{key, v}})
	m.mods++
	switch {
	case m.index != nil:
		m.index[canonical(key)] = len(m.slots) - 1
	case len(m.slots) > smallMap:
		m.reindex()
	}
	return nil
}

// Remove removes the entry under key and returns its value, or nil.
func (m *Map) Remove(key Value) Value {
	i := m.find(key)
	if i < 0 {
		return nil
	}
	old := m.slots[i].Value
	if m.index != nil {
		delete(m.index, canonical(key))
	}
	m.slots[i] = slot{dead: true}
	m.dead++
	m.mods++
	if m.dead > smallMap && m.dead > len(m.slots)/2 {
		m.compact()
	}
	return old
}

// Clear removes all entries.
func (m *Map) Clear() { *m = Map{mods: m.mods + 1} }

// All yields the entries in the order in which their keys arrived.
func (m *Map) All() iter.Seq2[Value, Value] {
	return func(yield func(Value, Value) bool) {
		for _, s := range m.slots {
			if !s.dead && !yield(s.Key, s.Value) {
				return
			}
		}
	}
}

// Keys returns the keys as a set.
func (m *Map) Keys() *List {
	return m.view(Set, func(e Entry) Value { return e.Key })
}

// Values returns the values as a collection.
func (m *Map) Values() *List {
	return m.view(Set, func(e Entry) Value { return e.Value })
}

// Entries returns the entries as a set of [*Entry].
func (m *Map) Entries() *List {
	return m.view(Set, func(e Entry) Value { return &e })
}

// view returns a list made from the entries. It does not follow later changes of
// the map, but its iterators notice them.
func (m *Map) view(kind ListKind, pick func(Entry) Value) *List {
	l := &List{kind: kind, elems: make([]Value, 0, m.Len()), of: m, ofMod: m.mods}
	for k, v := range m.All() {
		l.elems = append(l.elems, pick(Entry{k, v}))
	}
	return l
}

func (m *Map) find(key Value) int {
	if m.index != nil {
		if i, ok := m.index[canonical(key)]; ok {
			return i
		}
		return -1
	}
	if s, ok := key.(string); ok { // by far the most frequent
		for i := range m.slots {
			if k, ok := m.slots[i].Key.(string); ok && k == s {
				return i
			}
		}
		return -1
	}
	c := canonical(key)
	for i := range m.slots {
		if !m.slots[i].dead && canonical(m.slots[i].Key) == c {
			return i
		}
	}
	return -1
}

func (m *Map) compact() {
	live := m.slots[:0:0]
	for _, s := range m.slots {
		if !s.dead {
			live = append(live, s)
		}
	}
	m.slots, m.dead = live, 0
	m.reindex()
}

func (m *Map) reindex() {
	m.index = nil
	if len(m.slots) <= smallMap {
		return
	}
	m.index = make(map[any]int, 2*len(m.slots))
	for i, s := range m.slots {
		if !s.dead {
			m.index[canonical(s.Key)] = i
		}
	}
}

// The Go types under which keys that Go could not compare stand in the index.
type (
	doubleKey  uint64
	bigKey     string
	decimalKey string
	textKey    string // containers: equal when they print alike, near enough for a key
)

// canonical returns a comparable stand-in for key, such that two are equal when
// Java's equals says so.
func canonical(key Value) any {
	switch k := key.(type) {
	case float64:
		return doubleKey(math.Float64bits(k))
	case *big.Int:
		return bigKey(k.String())
	case *apd.Decimal:
		return decimalKey(k.String())
	case *List, *Map, *Entry:
		text, err := Append(nil, key, 1<<16)
		if err != nil {
			return key // as itself: too large to be anyone's key
		}
		return textKey(text)
	}
	return key
}
