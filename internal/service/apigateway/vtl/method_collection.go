package vtl

import (
	"errors"
	"fmt"

	"cloudless/internal/service/apigateway/value"
)

var errNoNext = errors.New("java.util.NoSuchElementException")

func (x *invocation) self() *value.List { return x.recv.(*value.List) }

// index returns an int argument that must be the index of an element; beyond is 1
// where it may be the length too.
func (x *invocation) index(arg, beyond int) (int, error) {
	i, n := x.int(arg), x.self().Len()
	if i < 0 || i >= n+beyond {
		return 0, fmt.Errorf("java.lang.IndexOutOfBoundsException: index %d out of bounds for length %d", i, n)
	}
	return i, nil
}

// find returns the index of the first element that equals v, going by step from
// start; -1 if there is none.
func (x *invocation) find(l *value.List, v Value, start, step int) (int, error) {
	for i := start; i >= 0 && i < l.Len(); i += step {
		eq, err := x.r.equal(v, l.At(i))
		if eq || err != nil {
			return i, err
		}
	}
	return -1, nil
}

func (x *invocation) contains(l *value.List, v Value) (bool, error) {
	i, err := x.find(l, v, 0, 1)
	return i >= 0, err
}

// collectionMethods are those that lists, sets and arrays share.
func collectionMethods(more class) class {
	return joined(class{
		"size":    {{"", func(x *invocation) (Value, error) { return int32(x.self().Len()), nil }}},
		"isEmpty": {{"", func(x *invocation) (Value, error) { return x.self().Len() == 0, nil }}},
		"contains": {{"o", func(x *invocation) (Value, error) {
			ok, err := x.contains(x.self(), x.args[0])
			return ok, err
		}}},
		"containsAll": {{"c", containsAll}},
		"iterator":    {{"", func(x *invocation) (Value, error) { return &iterator{x.self().Iterate()}, nil }}},
		"toArray": {{"", func(x *invocation) (Value, error) {
			elems := append([]Value(nil), x.self().Elems()...)
			return value.ListOf(value.Array, elems...), x.r.alloc(elemSize * len(elems))
		}}},
	}, more)
}

var (
	setMethods  = collectionMethods(nil)
	listMethods = collectionMethods(class{
		"get":         {{"i", listGet}},
		"set":         {{"io", listSet}},
		"add":         {{"o", listAdd}, {"io", listInsert}},
		"addAll":      {{"c", listAddAll}, {"ic", listAddAll}},
		"remove":      {{"i", listRemoveAt}, {"o", listRemove}},
		"removeAll":   {{"c", func(x *invocation) (Value, error) { return listKeep(x, false) }}},
		"retainAll":   {{"c", func(x *invocation) (Value, error) { return listKeep(x, true) }}},
		"indexOf":     {{"o", func(x *invocation) (Value, error) { return listIndex(x, 0, 1) }}},
		"lastIndexOf": {{"o", func(x *invocation) (Value, error) { return listIndex(x, x.self().Len()-1, -1) }}},
		"subList":     {{"ii", listSubList}},
		"clear": {{"", func(x *invocation) (Value, error) {
			x.self().Clear()
			return "", nil
		}}},
	})
	jsonArrayMethods = joined(listMethods, class{
		"toJSONString":  {{"", objectMethods["toString"][0].call}},
		"appendElement": {{"o", func(x *invocation) (Value, error) { _, err := listAdd(x); return x.recv, err }}},
	})
	// An array answers to the methods of a list that does not change its length.
	arrayMethods = collectionMethods(class{
		"get": {{"i", listGet}},
		"set": {{"io", listSet}},
	})
)

func containsAll(x *invocation) (Value, error) {
	for _, v := range x.list(0).Elems() {
		if ok, err := x.contains(x.self(), v); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

func listGet(x *invocation) (Value, error) {
	i, err := x.index(0, 0)
	if err != nil {
		return nil, err
	}
	return x.self().At(i), nil
}

func listSet(x *invocation) (Value, error) {
	i, err := x.index(0, 0)
	if err != nil {
		return nil, err
	}
	return x.self().SetAt(i, x.args[1]), nil
}

func listAdd(x *invocation) (Value, error) {
	if err := x.r.alloc(elemSize); err != nil {
		return nil, err
	}
	x.self().Add(x.args[0])
	return true, nil
}

func listInsert(x *invocation) (Value, error) {
	i, err := x.index(0, 1)
	if err == nil {
		err = x.r.alloc(elemSize)
	}
	if err == nil {
		err = x.r.scan(elemSize * x.self().Len())
	}
	if err != nil {
		return nil, err
	}
	x.self().Insert(i, x.args[1])
	return "", nil // void
}

func listAddAll(x *invocation) (Value, error) {
	more := x.list(len(x.args) - 1).Elems()
	at := x.self().Len()
	if len(x.args) == 2 {
		i, err := x.index(0, 1)
		if err != nil {
			return nil, err
		}
		at = i
	}
	if err := x.r.alloc(elemSize * len(more)); err != nil {
		return nil, err
	}
	if err := x.r.scan(elemSize * (x.self().Len() - at)); err != nil {
		return nil, err
	}
	x.self().Insert(at, append([]Value(nil), more...)...)
	return len(more) > 0, nil
}

func listRemoveAt(x *invocation) (Value, error) {
	i, err := x.index(0, 0)
	if err == nil {
		err = x.r.scan(elemSize * x.self().Len())
	}
	if err != nil {
		return nil, err
	}
	return x.self().RemoveAt(i), nil
}

func listRemove(x *invocation) (Value, error) {
	i, err := x.find(x.self(), x.args[0], 0, 1)
	if i < 0 || err != nil {
		return false, err
	}
	x.self().RemoveAt(i)
	return true, x.r.scan(elemSize * x.self().Len())
}

// listKeep is retainAll, or removeAll.
func listKeep(x *invocation, retain bool) (Value, error) {
	var failed error
	changed := x.self().Keep(func(v Value) bool {
		ok, err := x.contains(x.list(0), v)
		if err != nil {
			failed = err
		}
		return ok == retain
	})
	return changed, failed
}

func listIndex(x *invocation, start, step int) (Value, error) {
	i, err := x.find(x.self(), x.args[0], start, step)
	return int32(i), err
}

// listSubList copies: a change of the part does not show in the whole, as it does
// in Java.
func listSubList(x *invocation) (Value, error) {
	from, to, n := x.int(0), x.int(1), x.self().Len()
	if from < 0 || to > n || from > to {
		return nil, fmt.Errorf("java.lang.IndexOutOfBoundsException: fromIndex %d, toIndex %d, size %d", from, to, n)
	}
	part := append([]Value(nil), x.self().Elems()[from:to]...)
	return value.ListOf(value.ArrayList, part...), x.r.alloc(elemSize * len(part))
}
