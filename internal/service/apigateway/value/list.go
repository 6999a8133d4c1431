package value

// ListKind tells which Java type a [List] stands for.
type ListKind uint8

const (
	ArrayList ListKind = iota // what a template's […] makes
	JSONArray                 // an ArrayList read from JSON; it prints as JSON
	Set                       // a map's keys or entries: no access by index
	Array                     // String[], from split: has a size, no toString of its own
)

// List is an ordered, mutable collection.
type List struct {
	kind  ListKind
	elems []Value
	mods  int  // counts structural changes, for iterators
	of    *Map // the map whose view this is, or nil
	ofMod int
}

// NewList returns an empty ArrayList with room for n elements.
func NewList(n int) *List { return &List{elems: make([]Value, 0, n)} }

// ListOf returns a list of that kind that takes elems over.
func ListOf(kind ListKind, elems ...Value) *List { return &List{kind: kind, elems: elems} }

// Kind returns the Java type that l stands for.
func (l *List) Kind() ListKind { return l.kind }

// Len returns the number of elements.
func (l *List) Len() int { return len(l.elems) }

// At returns the element at i, which must be in range.
func (l *List) At(i int) Value { return l.elems[i] }

// Elems returns the elements themselves, not a copy: read only.
func (l *List) Elems() []Value { return l.elems }

// Add appends v.
func (l *List) Add(v ...Value) {
	l.elems = append(l.elems, v...)
	l.mods++
}

// Insert puts vs before the element at i; i may be the length.
func (l *List) Insert(i int, vs ...Value) {
	rest := append([]Value(nil), l.elems[i:]...)
	l.elems = append(append(l.elems[:i], vs...), rest...)
	l.mods++
}

// SetAt replaces the element at i and returns the old one.
func (l *List) SetAt(i int, v Value) Value {
	old := l.elems[i]
	l.elems[i] = v
	return old
}

// RemoveAt removes the element at i and returns it.
func (l *List) RemoveAt(i int) Value {
	old := l.elems[i]
	copy(l.elems[i:], l.elems[i+1:])
	l.elems[len(l.elems)-1] = nil
	l.elems = l.elems[:len(l.elems)-1]
	l.mods++
	return old
}

// Clear removes all elements.
func (l *List) Clear() {
	l.elems = nil
	l.mods++
}

// Keep retains the elements that keep approves of, and reports whether any went.
func (l *List) Keep(keep func(Value) bool) bool {
	var kept []Value
	for _, e := range l.elems {
		if keep(e) {
			kept = append(kept, e)
		}
	}
	changed := len(kept) != len(l.elems)
	if changed {
		l.elems = kept
		l.mods++
	}
	return changed
}

// Iterator walks a list, and notices when the list, or the map that the list is
// a view of, changes under it.
type Iterator struct {
	list *List
	next int
	mods int
}

// Iterate returns an iterator that stands before the first element.
func (l *List) Iterate() *Iterator { return &Iterator{list: l, mods: l.mods} }

// HasNext reports whether there is one more element.
func (it *Iterator) HasNext() bool { return it.next != len(it.list.elems) }

// Next returns the next element. It returns false where Java throws a
// ConcurrentModificationException or a NoSuchElementException.
func (it *Iterator) Next() (Value, bool) {
	l := it.list
	if it.mods != l.mods || l.of != nil && l.ofMod != l.of.mods || it.next >= len(l.elems) {
		return nil, false
	}
	it.next++
	return l.elems[it.next-1], true
}
