package vtl

import "cloudless/internal/service/apigateway/value"

func (x *invocation) mapping() *value.Map { return x.recv.(*value.Map) }

// lookup finds the entry of the first argument.
func (x *invocation) lookup() (Value, bool, error) {
	if err := x.r.step(value.KeyCost(x.args[0])); err != nil {
		return nil, false, err
	}
	v, ok := x.mapping().Get(x.args[0])
	return v, ok, nil
}

// view returns a map's keys, values or entries as a collection.
func view(of func(*value.Map) *value.List, size int) func(*invocation) (Value, error) {
	return func(x *invocation) (Value, error) {
		if err := x.r.alloc(size * x.mapping().Len()); err != nil {
			return nil, err
		}
		return of(x.mapping()), nil
	}
}

// mapMethods are those of java.util.LinkedHashMap.
var mapMethods = class{
	"get": {{"o", func(x *invocation) (Value, error) {
		v, _, err := x.lookup()
		return v, err
	}}},
	"getOrDefault": {{"oo", func(x *invocation) (Value, error) {
		v, ok, err := x.lookup()
		if !ok {
			v = x.args[1]
		}
		return v, err
	}}},
	"put": {{"oo", mapPut}},
	"putIfAbsent": {{"oo", func(x *invocation) (Value, error) {
		if v, _, err := x.lookup(); v != nil || err != nil {
			return v, err
		}
		return mapPut(x)
	}}},
	"replace": {{"oo", func(x *invocation) (Value, error) {
		if _, ok, err := x.lookup(); !ok || err != nil {
			return nil, err
		}
		return mapPut(x)
	}}},
	"putAll": {{"m", mapPutAll}},
	"remove": {{"o", func(x *invocation) (Value, error) {
		if err := x.r.step(value.KeyCost(x.args[0])); err != nil {
			return nil, err
		}
		return x.mapping().Remove(x.args[0]), nil
	}}},
	"clear": {{"", func(x *invocation) (Value, error) {
		x.mapping().Clear()
		return "", nil
	}}},
	"size":    {{"", func(x *invocation) (Value, error) { return int32(x.mapping().Len()), nil }}},
	"isEmpty": {{"", func(x *invocation) (Value, error) { return x.mapping().Len() == 0, nil }}},
	"containsKey": {{"o", func(x *invocation) (Value, error) {
		_, ok, err := x.lookup()
		return ok, err
	}}},
	"containsValue": {{"o", func(x *invocation) (Value, error) {
		ok, err := x.contains(x.mapping().Values(), x.args[0])
		return ok, err
	}}},
	"keySet":   {{"", view((*value.Map).Keys, elemSize)}},
	"values":   {{"", view((*value.Map).Values, elemSize)}},
	"entrySet": {{"", view((*value.Map).Entries, entrySize)}},
}

func mapPut(x *invocation) (Value, error) {
	if err := x.r.alloc(entrySize); err != nil {
		return nil, err
	}
	if err := x.r.step(value.KeyCost(x.args[0])); err != nil {
		return nil, err
	}
	return x.mapping().Put(x.args[0], x.args[1]), nil
}

func mapPutAll(x *invocation) (Value, error) {
	more := x.args[0].(*value.Map)
	if err := x.r.alloc(entrySize * more.Len()); err != nil {
		return nil, err
	}
	for _, e := range more.Entries().Elems() { // a copy: more may be the map itself
		e := e.(*value.Entry)
		if err := x.r.step(1 + value.KeyCost(e.Key)); err != nil {
			return nil, err
		}
		x.mapping().Put(e.Key, e.Value)
	}
	return "", nil // void
}

var entryMethods = class{
	"getKey":   {{"", func(x *invocation) (Value, error) { return x.recv.(*value.Entry).Key, nil }}},
	"getValue": {{"", func(x *invocation) (Value, error) { return x.recv.(*value.Entry).Value, nil }}},
}
