package vtl

import (
	"errors"

	"cloudless/internal/service/apigateway/value"
)

type foreachNode struct {
	pos  int
	name string
	list expr
	body block
}

// The variables that #foreach sets beside its own. The first two are those of
// older Velocities.
const (
	countName = "velocityCount"
	moreName  = "velocityHasNext"
	loopName  = "foreach"
)

var errChanged = errors.New("java.util.ConcurrentModificationException: the list changed while #foreach went through it")

func (n *foreachNode) render(r *renderer, s scope) error {
	v, err := n.list.value(r, s)
	if err != nil {
		return r.at(n.pos, err)
	}
	it := iterate(v)
	if it == nil {
		return nil
	}
	saved, err := n.save(r, s)
	if err != nil {
		return r.at(n.pos, err)
	}
	loop := &loopInfo{index: -1}
	outer := saved[len(saved)-1]
	if loop.parent, _ = outer.(*loopInfo); loop.parent == nil {
		loop.replaced = outer
	}
	s.put(loopName, loop)
	err = n.loop(r, s, it, loop)
	if st, ok := err.(*stop); ok && (st.nearest || st.loop == loop) {
		err = nil
	}
	n.restore(r, s, saved)
	return err
}

// iterate returns an iterator over what #foreach can go through: a list, the
// values of a map, or an iterator that the template has at hand.
func iterate(v Value) *value.Iterator {
	switch v := v.(type) {
	case *value.List:
		return v.Iterate()
	case *value.Map:
		return v.Values().Iterate()
	case *iterator:
		return v.it
	}
	return nil
}

func (n *foreachNode) loop(r *renderer, s scope, it *value.Iterator, loop *loopInfo) error {
	for it.HasNext() {
		if loop.index+1 >= r.limits.Loop {
			return r.at(n.pos, &LimitError{"Loop", r.limits.Loop})
		}
		if err := r.step(0); err != nil {
			return r.at(n.pos, err)
		}
		v, ok := it.Next()
		if !ok {
			return r.at(n.pos, errChanged)
		}
		loop.index++
		loop.more = it.HasNext()
		s.put(countName, int32(loop.index+1))
		s.put(moreName, loop.more)
		s.put(n.name, v)
		inner := s
		if v == nil {
			inner = &nullElement{scope: s, name: n.name, active: true}
		}
		if err := n.body.render(r, inner); err != nil {
			return err
		}
	}
	return nil
}

// hidden are the variables that the loop hides, in the order of n.names.
type hidden [4]Value

func (n *foreachNode) names() [4]string { return [...]string{n.name, countName, moreName, loopName} }

// save notes the variables that the loop is about to hide.
func (n *foreachNode) save(r *renderer, s scope) (h hidden, err error) {
	for i, name := range n.names() {
		if h[i], err = s.get(r, name); err != nil {
			return h, err
		}
	}
	return h, nil
}

// restore puts them back. What the template itself made of $foreach stays.
func (n *foreachNode) restore(r *renderer, s scope, h hidden) {
	names := n.names()
	for i := range 3 {
		putOrRemove(s, names[i], h[i])
	}
	if v, _ := s.get(r, loopName); v != nil {
		if loop, ok := v.(*loopInfo); ok {
			putOrRemove(s, loopName, loop.before())
		}
	}
}

func putOrRemove(s scope, name string, v Value) {
	if v == nil {
		s.remove(name)
		return
	}
	s.put(name, v)
}

// loopInfo is $foreach inside a loop.
type loopInfo struct {
	index    int // from 0
	more     bool
	parent   *loopInfo // of the loop around, or nil
	replaced Value     // what $foreach was outside all loops
	vars     value.Map // what the template put there
}

// before is what $foreach was before the loop.
func (l *loopInfo) before() Value {
	if l.parent != nil {
		return l.parent
	}
	return l.replaced
}

// Get reads a property of the loop, or what the template put into $foreach.
func (l *loopInfo) Get(name string) (Value, error) {
	switch name {
	case "index":
		return int32(l.index), nil
	case "count":
		return int32(l.index + 1), nil
	case "hasNext":
		return l.more, nil
	case "first":
		return l.index < 1, nil
	case "last":
		return !l.more, nil
	case "parent":
		if l.parent == nil {
			return nil, nil
		}
		return l.parent, nil
	case "topmost":
		top := l
		for top.parent != nil {
			top = top.parent
		}
		return top, nil
	case "replaced":
		top := l
		for top.parent != nil {
			top = top.parent
		}
		return top.replaced, nil
	case "empty":
		return l.vars.Len() == 0, nil
	}
	return l.lookup(name), nil
}

func (l *loopInfo) lookup(key Value) Value {
	for ; l != nil; l = l.parent {
		if v, ok := l.vars.Get(key); ok {
			return v
		}
	}
	return nil
}

// Set stores a value under a name of the template's choice.
func (l *loopInfo) Set(name string, v Value) error {
	l.vars.Put(name, v)
	return nil
}

// Call calls a getter, or a method of the map that $foreach is as well.
func (l *loopInfo) Call(method string, args []Value) (Value, error) {
	if len(args) == 0 {
		switch method {
		case "getIndex":
			return l.Get("index")
		case "getCount":
			return l.Get("count")
		case "hasNext", "getHasNext":
			return l.more, nil
		case "isFirst", "getFirst":
			return l.Get("first")
		case "isLast", "getLast":
			return l.Get("last")
		case "getParent":
			return l.Get("parent")
		case "getTopmost":
			return l.Get("topmost")
		case "getReplaced":
			return l.Get("replaced")
		}
	}
	switch {
	case method == "get" && len(args) == 1:
		return l.lookup(args[0]), nil
	case method == "put" && len(args) == 2:
		return l.vars.Put(args[0], args[1]), nil
	}
	return nil, value.ErrNoMember
}

// String prints what the template put into $foreach.
func (l *loopInfo) String() string { return value.String(&l.vars) }
