package expr

import (
	"bytes"

	"cloudless/internal/service/dynamodb/attr"
)

// Holds reports whether the condition is true of the item, which is nil where
// there is none.
func (c *Condition) Holds(it attr.Item) bool { return c.holds(c.root(), it) }

func (c *Condition) holds(n *node, it attr.Item) bool {
	switch n.op {
	case opAnd:
		for _, kid := range n.kids {
			if !c.holds(kid, it) {
				return false
			}
		}
		return true
	case opOr:
		for _, kid := range n.kids {
			if c.holds(kid, it) {
				return true
			}
		}
		return false
	case opNot:
		return !c.holds(n.kids[0], it)
	case opCall:
		return c.call(n.args[0], it)
	case opBetween:
		v := c.value(n.args[0], it)
		return ordered(opGE, v, c.value(n.args[1], it)) && ordered(opLE, v, c.value(n.args[2], it))
	case opIn:
		v := c.value(n.args[0], it)
		for _, arg := range n.args[1:] {
			if v.Equal(c.value(arg, it)) {
				return true
			}
		}
		return false
	}
	return ordered(n.op, c.value(n.args[0], it), c.value(n.args[1], it))
}

// ordered compares two values. Values of different types are unequal and have
// no order; an absent one is unequal to all.
func ordered(o op, v, w attr.Value) bool {
	switch o {
	case opEQ:
		return v.Equal(w)
	case opNE:
		return !v.Equal(w)
	}
	if v.Kind() != w.Kind() || !v.Kind().HasOrder() {
		return false
	}
	switch cmp := v.Compare(w); o {
	case opLT:
		return cmp < 0
	case opLE:
		return cmp <= 0
	case opGT:
		return cmp > 0
	default:
		return cmp >= 0
	}
}

func (c *Condition) value(o *operand, it attr.Item) attr.Value {
	switch o.kind {
	case pathOperand:
		return it.At(c.pathOf(o))
	case valueOperand:
		return c.valueOf(o)
	case conditionOperand:
		return attr.BoolValue(c.holds(o.condition, it))
	}
	return size(c.value(o.args[0], it)) // the only function that has a value
}

// size is the function of that name: the bytes of a string or a binary, the
// number of elements of everything else that has some, nothing for the rest.
func size(v attr.Value) attr.Value {
	switch k := v.Kind(); {
	case k == attr.String || k == attr.Binary:
		return attr.NumberOf(int64(len(v.Payload())))
	case k == attr.List || k == attr.Map || k.IsSet():
		return attr.NumberOf(int64(v.Len()))
	}
	return nil
}

func (c *Condition) call(o *operand, it attr.Item) bool {
	v := c.value(o.args[0], it)
	switch o.function {
	case "attribute_exists":
		return v != nil
	case "attribute_not_exists":
		return v == nil
	case "attribute_type":
		return v != nil && v.Kind().String() == c.value(o.args[1], it).Text()
	case "begins_with":
		return beginsWith(v, c.value(o.args[1], it))
	default:
		return contains(v, c.value(o.args[1], it))
	}
}

func beginsWith(v, prefix attr.Value) bool {
	k := v.Kind()
	return k == prefix.Kind() && (k == attr.String || k == attr.Binary) && bytes.HasPrefix(v.Payload(), prefix.Payload())
}

// contains reports whether v is a string or binary with w in it, or a set or
// list of which w is a member.
func contains(v, w attr.Value) bool {
	switch k := v.Kind(); {
	case k == attr.String || k == attr.Binary:
		return w.Kind() == k && bytes.Contains(v.Payload(), w.Payload())
	case k.IsSet():
		return v.HasMember(w)
	case k == attr.List:
		for element := range v.Elements() {
			if element.Equal(w) {
				return true
			}
		}
	}
	return false
}
