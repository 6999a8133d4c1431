package attr

import (
	"errors"
	"maps"
	"slices"
)

// ErrInvalidPath is returned when a change leads through something that is not
// there, or into a value that is neither a list nor a map.
var ErrInvalidPath = errors.New("attr: the path does not lead to a place that can be changed")

// Patch is a set of changes to one item, made in one pass over it. Their paths
// must neither be equal nor lead through one another.
type Patch struct{ root spot }

// spot is what is to be done at one place of a document: either set or remove
// it, or change something within.
type spot struct {
	set    Value
	remove bool
	fields map[string]*spot
	items  map[int]*spot
}

// Set gives the place that path leads to a value. Behind the end of a list it
// appends.
func (p *Patch) Set(path Path, v Value) { p.root.to(path).set = v }

// Remove takes the place that path leads to away. The elements behind it move
// up; other changes of the same patch still mean the places as they were.
func (p *Patch) Remove(path Path) { p.root.to(path).remove = true }

func (s *spot) to(path Path) *spot {
	for _, step := range path {
		var next *spot
		if step.IsIndex() {
			if s.items == nil {
				s.items = map[int]*spot{}
			}
			if next = s.items[step.Index]; next == nil {
				next = &spot{}
				s.items[step.Index] = next
			}
		} else {
			if s.fields == nil {
				s.fields = map[string]*spot{}
			}
			if next = s.fields[step.Name]; next == nil {
				next = &spot{}
				s.fields[step.Name] = next
			}
		}
		s = next
	}
	return s
}

// Apply returns it with the changes made. It may be nil, for a new item.
func (p *Patch) Apply(it Item) (Item, error) {
	dst, err := p.root.appendFields(make([]byte, headerBytes, len(it)+64), it.payload())
	if err != nil {
		return nil, err
	}
	return sealed(dst), nil
}

// appendTo appends what becomes of v, which is nothing when it is removed.
func (s *spot) appendTo(dst []byte, v Value) ([]byte, error) {
	switch {
	case s.remove:
		return dst, nil
	case s.set != nil:
		return append(dst, s.set...), nil
	case s.fields != nil && s.items != nil:
		return nil, ErrInvalidPath
	case s.fields != nil && v.Is(Map):
		dst, mark := open(dst, tagM)
		dst, err := s.appendFields(dst, v.Payload())
		if err != nil {
			return nil, err
		}
		return shut(dst, mark), nil
	case s.items != nil && v.Is(List):
		dst, mark := open(dst, tagL)
		dst, err := s.appendElements(dst, v)
		if err != nil {
			return nil, err
		}
		return shut(dst, mark), nil
	}
	return nil, ErrInvalidPath
}

// appendFields merges the fields that are there with those that are changed;
// both ascend.
func (s *spot) appendFields(dst, payload []byte) ([]byte, error) {
	changed := slices.Sorted(maps.Keys(s.fields))
	var err error
	change := func(name string, v Value) {
		if err != nil {
			return
		}
		start := len(dst)
		dst = appendPrefixed(dst, name)
		valueAt := len(dst)
		if dst, err = s.fields[name].appendTo(dst, v); err == nil && len(dst) == valueAt {
			dst = dst[:start] // removed
		}
	}
	for name, value := range fields(payload) {
		for len(changed) > 0 && changed[0] < string(name) {
			change(changed[0], nil)
			changed = changed[1:]
		}
		if len(changed) > 0 && changed[0] == string(name) {
			change(changed[0], value)
			changed = changed[1:]
			continue
		}
		dst = append(appendPrefixed(dst, name), value...)
	}
	for _, name := range changed {
		change(name, nil)
	}
	if err != nil {
		return nil, err
	}
	return dst, nil
}

func (s *spot) appendElements(dst []byte, v Value) ([]byte, error) {
	i := 0
	for element := range v.Elements() {
		change, ok := s.items[i]
		i++
		if !ok {
			dst = append(dst, element...)
			continue
		}
		var err error
		if dst, err = change.appendTo(dst, element); err != nil {
			return nil, err
		}
	}
	for _, at := range slices.Sorted(maps.Keys(s.items)) {
		if at < i {
			continue
		}
		change := s.items[at]
		if change.set == nil && !change.remove {
			return nil, ErrInvalidPath // leads into an element that is not there
		}
		dst = append(dst, change.set...)
	}
	return dst, nil
}

// Pick is a set of paths that are to be kept of an item.
type Pick struct{ root spot }

// Add keeps what path leads to.
func (p *Pick) Add(path Path) { p.root.to(path).set = keep }

// keep marks a place that is kept whole.
var keep = NullValue()

// From returns the parts of it that were picked, each within lists and maps as
// it was. Of a list the elements that were picked are there, in their order.
func (p *Pick) From(it Item) Item {
	return sealed(p.root.pickFields(make([]byte, headerBytes, len(it)+headerBytes), it.payload()))
}

// pickTo appends what is kept of v, which may be nothing.
func (s *spot) pickTo(dst []byte, v Value) []byte {
	switch {
	case s.set != nil:
		return append(dst, v...)
	case s.fields != nil && v.Is(Map):
		inner := s.pickFields(nil, v.Payload())
		if len(inner) > 0 {
			dst = appendTagged(dst, tagM, inner)
		}
	case s.items != nil && v.Is(List):
		var inner []byte
		i := 0
		for element := range v.Elements() {
			if want, ok := s.items[i]; ok {
				inner = want.pickTo(inner, element)
			}
			i++
		}
		if len(inner) > 0 {
			dst = appendTagged(dst, tagL, inner)
		}
	}
	return dst
}

func (s *spot) pickFields(dst, payload []byte) []byte {
	for name, value := range fields(payload) {
		want, ok := s.fields[string(name)]
		if !ok {
			continue
		}
		start := len(dst)
		dst = appendPrefixed(dst, name)
		valueAt := len(dst)
		if dst = want.pickTo(dst, value); len(dst) == valueAt {
			dst = dst[:start]
		}
	}
	return dst
}
