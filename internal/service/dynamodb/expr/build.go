package expr

import (
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
)

// Operand is a path, a value, or a function of operands. Other languages than
// that of expressions make their conditions and updates of operands.
type Operand struct{ o *operand }

// PathOperand returns what lies at the path.
func PathOperand(path attr.Path) Operand {
	return Operand{&operand{kind: pathOperand, slot: fixed, path: path}}
}

// ValueOperand returns a value.
func ValueOperand(v attr.Value) Operand {
	return Operand{&operand{kind: valueOperand, slot: fixed, fixedValue: v}}
}

// FunctionOperand returns a function that has a value: size in conditions,
// if_not_exists, list_append, "+" and "-" in updates.
func FunctionOperand(name string, args ...Operand) Operand {
	return Operand{&operand{kind: functionOperand, function: name, args: operands(args)}}
}

// Truth returns the boolean that tells whether the condition holds, for
// comparison with others.
func (c *Condition) Truth() Operand {
	return Operand{&operand{kind: conditionOperand, condition: c.root()}}
}

func operands(args []Operand) []*operand {
	os := make([]*operand, len(args))
	for i, arg := range args {
		os[i] = arg.o
	}
	return os
}

// Compare returns the condition that operator holds between its operands:
// "=", "<>", "<", "<=", ">" or ">=" between two, "BETWEEN" of three, "IN" of
// the first among the others.
func Compare(operator string, args ...Operand) *Condition {
	return made(&node{op: op(operator), args: operands(args)})
}

// Call returns the condition that is this function of its operands.
func Call(function string, args ...Operand) *Condition {
	return made(&node{op: opCall, args: []*operand{FunctionOperand(function, args...).o}})
}

// Check refuses operands as AWS does, of a condition that was made of operands
// and has not been evaluated yet.
func (c *Condition) Check() error {
	if err := c.checkMade(c.root()); err != nil {
		return awserr.Validation(err.Error())
	}
	return nil
}

// checkMade checks what is within before what is around it.
func (c *Condition) checkMade(n *node) error {
	for _, kid := range n.kids {
		if err := c.checkMade(kid); err != nil {
			return err
		}
		if kid.op == opCall && kid.args[0].function == "size" {
			return wrongOperand(string(n.op), attr.Number.String())
		}
	}
	for _, arg := range n.args {
		if err := c.checkMadeOperand(arg); err != nil {
			return err
		}
	}
	return c.checkComparison(n)
}

func (c *Condition) checkMadeOperand(o *operand) error {
	switch o.kind {
	case conditionOperand:
		return c.checkMade(o.condition)
	case functionOperand:
		for _, arg := range o.args {
			if err := c.checkMadeOperand(arg); err != nil {
				return err
			}
		}
		for _, check := range []func(*operand) error{checkCount, c.checkDistinct, c.checkTypes} {
			if err := check(o); err != nil {
				return err
			}
		}
	}
	return nil
}

// made returns a condition whose operands are all fixed.
func made(n *node) *Condition { return &Condition{tree: &tree{root: n}} }

// All returns the condition that all of these hold, which are made of operands
// or nil. It is nil where there is none.
func All(conditions ...*Condition) *Condition { return joined(opAnd, conditions) }

// Any returns the condition that one of these holds, in the same way.
func Any(conditions ...*Condition) *Condition { return joined(opOr, conditions) }

func joined(o op, conditions []*Condition) *Condition {
	n := &node{op: o}
	for _, c := range conditions {
		switch {
		case c == nil:
		case c.root().op == o:
			n.kids = append(n.kids, c.root().kids...)
		default:
			n.kids = append(n.kids, c.root())
		}
	}
	switch len(n.kids) {
	case 0:
		return nil
	case 1:
		return made(n.kids[0])
	}
	return made(n)
}

// Not returns the condition that c, which is made of operands, does not hold.
func Not(c *Condition) *Condition { return made(&node{op: opNot, kids: []*node{c.root()}}) }

// Operator returns "AND", "OR", "NOT", an operator that [Compare] takes, or
// "call" for a function.
func (c *Condition) Operator() string { return string(c.root().op) }

// Parts returns the conditions that c combines, or none.
func (c *Condition) Parts() []*Condition {
	kids := c.root().kids
	parts := make([]*Condition, len(kids))
	for i, kid := range kids {
		parts[i] = &Condition{tree: &tree{root: kid}, bindings: c.bindings}
	}
	return parts
}

// KeyTerm returns the condition as a bound of one attribute, and whether it is
// one.
func (c *Condition) KeyTerm() (KeyTerm, bool) {
	n := c.root()
	if _, bounds := keyOps[n.op]; !bounds {
		return KeyTerm{}, false
	}
	term, err := c.keyTerm(n)
	return term, err == nil
}

// OneOf returns the attribute and the values of a condition that the one is
// among the others, and whether it is such a condition.
func (c *Condition) OneOf() (name string, values []attr.Value, ok bool) {
	n := c.root()
	if n.op != opIn || n.args[0].kind != pathOperand || len(c.pathOf(n.args[0])) != 1 {
		return "", nil, false
	}
	for _, arg := range n.args[1:] {
		if arg.kind != valueOperand {
			return "", nil, false
		}
		values = append(values, c.valueOf(arg))
	}
	return c.pathOf(n.args[0])[0].Name, values, true
}

// Action is one action of an update: Section is SET, REMOVE, ADD or DELETE.
type Action struct {
	Section string
	Path    attr.Path
	Value   Operand // of REMOVE: none
}

// NewUpdate returns the update of these actions. It refuses actions as AWS
// does, but for what AWS says before it.
func NewUpdate(actions []Action) (*Update, error) {
	u := &Update{tree: &tree{}}
	for _, a := range actions {
		u.tree.actions = append(u.tree.actions, rawAction{section: a.Section, path: PathOperand(a.Path).o, value: a.Value.o})
	}
	if err := u.check(); err != nil {
		return nil, awserr.Validation(err.Error())
	}
	return u, nil
}
