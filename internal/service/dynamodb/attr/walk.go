package attr

import (
	"bytes"
	"encoding/binary"
	"iter"
)

// Members yields the payloads of a set's members, in ascending order.
func (v Value) Members() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if !v.Kind().IsSet() {
			return
		}
		for rest := v.Payload(); len(rest) > 0; {
			member, tail, ok := prefixed(rest)
			if !ok || !yield(member) {
				return
			}
			rest = tail
		}
	}
}

// Elements yields the values of a list.
func (v Value) Elements() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if !v.Is(List) {
			return
		}
		for rest := v.Payload(); len(rest) > 0; {
			element, tail, ok := first(rest)
			if !ok || !yield(element) {
				return
			}
			rest = tail
		}
	}
}

// Fields yields the names and values of a map, in ascending order of the names.
func (v Value) Fields() iter.Seq2[[]byte, Value] {
	if !v.Is(Map) {
		return func(func([]byte, Value) bool) {}
	}
	return fields(v.Payload())
}

// Field returns the value that a map has under name, or nil.
func (v Value) Field(name string) Value {
	if !v.Is(Map) {
		return nil
	}
	return field(v.Payload(), name)
}

// Element returns the i-th value of a list, or nil.
func (v Value) Element(i int) Value {
	for element := range v.Elements() {
		if i == 0 {
			return element
		}
		i--
	}
	return nil
}

// HasMember reports whether the set v has a member with the payload of w, and
// w is of the members' kind.
func (v Value) HasMember(w Value) bool {
	if v.Kind().Member() != w.Kind() {
		return false
	}
	want := w.Payload()
	for member := range v.Members() {
		switch bytes.Compare(member, want) {
		case 0:
			return true
		case 1:
			return false
		}
	}
	return false
}

// fields walks the payload of a map.
func fields(payload []byte) iter.Seq2[[]byte, Value] {
	return func(yield func([]byte, Value) bool) {
		for rest := payload; len(rest) > 0; {
			name, tail, ok := prefixed(rest)
			if !ok {
				return
			}
			value, tail, ok := first(tail)
			if !ok || !yield(name, value) {
				return
			}
			rest = tail
		}
	}
}

// field finds one name in the payload of a map, stepping over what comes
// before it.
func field(payload []byte, want string) Value {
	for rest := payload; len(rest) > 0; {
		name, tail, ok := prefixed(rest)
		if !ok {
			return nil
		}
		value, tail, ok := first(tail)
		if !ok {
			return nil
		}
		if string(name) == want {
			return value
		}
		if string(name) > want {
			return nil // names ascend
		}
		rest = tail
	}
	return nil
}

// first splits b behind the value that it begins with.
func first(b []byte) (v Value, rest []byte, ok bool) {
	if len(b) == 0 || b[0] == 0 || int(b[0]) >= len(kindOfTag) {
		return nil, nil, false
	}
	if b[0] < tagN {
		return Value(b[:1:1]), b[1:], true
	}
	_, rest, ok = prefixed(b[1:])
	if !ok {
		return nil, nil, false
	}
	n := len(b) - len(rest)
	return Value(b[:n:n]), rest, true
}

// prefixed splits b behind the length and the bytes that it begins with.
func prefixed(b []byte) (body, rest []byte, ok bool) {
	if len(b) > 0 && b[0] < 0x80 { // nearly always: no loop, no shift
		n := int(b[0]) + 1
		if n > len(b) {
			return nil, nil, false
		}
		return b[1:n:n], b[n:], true
	}
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return nil, nil, false
	}
	end := n + int(size)
	return b[n:end:end], b[end:], true
}
