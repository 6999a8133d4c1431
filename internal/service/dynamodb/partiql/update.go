package partiql

import (
	"slices"
	"strings"

	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/expr"
)

// update returns what the assignments and removals do.
func (b *binder) update(actions []*action) (*expr.Update, error) {
	done := make([]expr.Action, len(actions))
	for i, a := range actions {
		var err error
		if done[i], err = b.updateAction(a); err != nil {
			return nil, err
		}
	}
	return expr.NewUpdate(done)
}

func (b *binder) updateAction(a *action) (expr.Action, error) {
	target, err := path(a.path)
	if err != nil {
		return expr.Action{}, err
	}
	if a.kind == actionRemove {
		return expr.Action{Section: "REMOVE", Path: target}, nil
	}
	if a.value.kind == nodeCall {
		switch name := strings.ToUpper(a.value.text); name {
		case "SET_ADD":
			return b.setFunction(name, "ADD", target, a.value)
		case "SET_DELETE":
			return b.setFunction(name, "DELETE", target, a.value)
		}
	}
	value, err := b.newValue(a.value)
	return expr.Action{Section: "SET", Path: target, Value: value}, err
}

// setFunction takes SET a = SET_ADD(a, members) for the change of a that it
// stands for. The first operand has to be a itself.
func (b *binder) setFunction(name, section string, target attr.Path, call *node) (expr.Action, error) {
	if err := b.operator(); err != nil {
		return expr.Action{}, err
	}
	if len(call.kids) != 2 {
		return expr.Action{}, invalid("%s must have exactly two arguments at %s", name, call.at)
	}
	of, members := call.kids[0], call.kids[1]
	same := false
	if of.kind == nodeName || of.kind == nodePath {
		p, err := path(of)
		if err != nil {
			return expr.Action{}, err
		}
		same = slices.Equal(p, target)
	}
	if !same {
		return expr.Action{}, invalid("The first argument to %s must equal the assignment value at %s", name, call.at)
	}
	var v attr.Value
	var err error
	switch members.kind {
	case nodeBag:
		v, err = literal(members, nil)
	case nodeParam:
		v, err = b.param(members)
	}
	if err != nil {
		return expr.Action{}, err
	}
	if !v.Kind().IsSet() {
		return expr.Action{}, invalid("The second argument to %s must be a value with type SET at %s", name, of.at)
	}
	return expr.Action{Section: section, Path: target, Value: expr.ValueOperand(v)}, nil
}

// newValue returns what a SET assigns.
func (b *binder) newValue(n *node) (expr.Operand, error) {
	switch n.kind {
	case nodeBinary, nodeUnary, nodeBetween:
		if n.text != "+" && n.text != "-" {
			return expr.Operand{}, invalid("Unsupported operator in Update Expression. Operator: %s", n.text)
		}
		return b.updateFunction(n.text, n.kids)
	case nodeIs:
		return expr.Operand{}, invalid("IS operator is not supported in update expressions")
	case nodeCall:
		name := strings.ToLower(n.text)
		switch {
		case conditionFunctions[name]:
			return expr.Operand{}, invalid("The function is not allowed in an update expression; function: %s", name)
		case !updateFunctions[name]:
			return expr.Operand{}, unrecognized(name, n)
		}
		return b.updateFunction(name, n.kids)
	}
	return b.simpleOperand(n)
}

func (b *binder) updateFunction(name string, args []*node) (expr.Operand, error) {
	if err := b.operator(); err != nil {
		return expr.Operand{}, err
	}
	operands := make([]expr.Operand, len(args))
	for i, arg := range args {
		var err error
		if operands[i], err = b.newValue(arg); err != nil {
			return expr.Operand{}, err
		}
	}
	return expr.FunctionOperand(name, operands...), nil
}
