package partiql

import (
	"strings"

	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/expr"
)

// where returns the condition of a WHERE clause. AWS reads it whole before it
// looks at what operators and functions are given.
func (b *binder) where(n *node) (*expr.Condition, error) {
	if n == nil {
		return nil, nil
	}
	if !isCondition(n) {
		if _, err := b.operand(n); err != nil {
			return nil, err
		}
		return nil, invalid("WHERE clause must contain an expression that resolves to a boolean")
	}
	c, err := b.condition(n)
	if err != nil {
		return nil, err
	}
	return c, c.Check()
}

// isCondition reports whether an expression has a truth of its own.
func isCondition(n *node) bool {
	switch n.kind {
	case nodeBinary:
		return comparisons[n.text] || n.text == "and" || n.text == "or" || n.text == "in"
	case nodeUnary:
		return n.text == "not"
	case nodeCall:
		return !strings.EqualFold(n.text, "size")
	case nodeBetween, nodeIs:
		return true
	}
	return false
}

var comparisons = wordSet("= <> < <= > >=")

func (b *binder) condition(n *node) (*expr.Condition, error) {
	if n.kind == nodeCall {
		return b.call(n)
	}
	if n.kind != nodeBinary || n.text != "and" && n.text != "or" {
		if err := b.operator(); err != nil {
			return nil, err
		}
	}
	switch {
	case n.kind == nodeUnary:
		kids, err := b.kids(n, "The argument to NOT must be a Type or Expression")
		if err != nil {
			return nil, err
		}
		return expr.Not(kids[0]), nil
	case n.kind == nodeIs:
		return b.is(n)
	case n.kind == nodeBetween:
		return b.compare("BETWEEN", n.kids...)
	case n.text == "in":
		return b.in(n)
	case comparisons[n.text]:
		return b.compare(n.text, n.kids...)
	}
	kids, err := b.kids(n, "The arguments to AND/OR must be Expressions")
	if err != nil {
		return nil, err
	}
	if n.text == "and" {
		return expr.All(kids...), nil
	}
	return expr.Any(kids...), nil
}

// kids returns the conditions that AND, OR or NOT takes. Between each two
// stands an operator.
func (b *binder) kids(n *node, refusal string) ([]*expr.Condition, error) {
	kids := make([]*expr.Condition, len(n.kids))
	refused := false
	for i, kid := range n.kids {
		if i > 0 {
			if err := b.operator(); err != nil {
				return nil, err
			}
		}
		var err error
		if isCondition(kid) || kid.kind == nodeCall { // a size is refused later
			kids[i], err = b.condition(kid)
		} else {
			refused = true
			_, err = b.operand(kid)
		}
		if err != nil {
			return nil, err
		}
	}
	if refused {
		return nil, invalid("%s", refusal)
	}
	return kids, nil
}

func (b *binder) compare(operator string, nodes ...*node) (*expr.Condition, error) {
	operands, err := b.operands(nodes)
	if err != nil {
		return nil, err
	}
	return expr.Compare(operator, operands...), nil
}

// maxInOperands is how long the list of IN is at most.
const maxInOperands = 100

func (b *binder) in(n *node) (*expr.Condition, error) {
	list := n.kids[1]
	if list.kind != nodeList && list.kind != nodeBag || len(list.kids) == 0 {
		return nil, invalid("IN operator must have a left hand argument of type Variable Reference and right hand argument of type Seq with at least one member")
	}
	if len(list.kids) > maxInOperands {
		return nil, invalid("The IN operator is provided with too many operands; number of operands: %d", len(list.kids))
	}
	return b.compare("IN", append([]*node{n.kids[0]}, list.kids...)...)
}

// typeTests are the types that IS tests for, but MISSING.
var typeTests = map[string]attr.Kind{"null": attr.Null, "boolean": attr.Bool, "blob": attr.Binary, "string": attr.String,
	"numeric": attr.Number, "struct": attr.Map, "tuple": attr.Map, "list": attr.List}

func (b *binder) is(n *node) (*expr.Condition, error) {
	switch n.kids[0].kind {
	case nodeName, nodePath, nodeLiteral, nodeNumber, nodeIon:
	default:
		return nil, invalid("The left hand side argument to IS must be a Variable Reference, Literal, or Path")
	}
	kind, known := typeTests[n.text]
	if !known && n.text != "missing" {
		return nil, invalid("Unsupported data type for IS operator: %s. Supported data types are [MISSING, NULL, BOOLEAN, BLOB, STRING, NUMERIC, STRUCT, TUPLE, LIST] at %s",
			strings.ToUpper(n.text), n.at)
	}
	operand, err := b.operand(n.kids[0])
	if err != nil {
		return nil, err
	}
	if n.text == "missing" {
		return expr.Call("attribute_not_exists", operand), nil
	}
	return expr.Call("attribute_type", operand, expr.ValueOperand(attr.StringValue(kind.String()))), nil
}

// conditionFunctions have a truth; updateFunctions have none, but for size.
var (
	conditionFunctions = wordSet("attribute_exists attribute_not_exists attribute_type begins_with contains size")
	updateFunctions    = wordSet("if_not_exists list_append")
)

// function returns the name and the operands of a function of conditions.
func (b *binder) function(n *node) (name string, operands []expr.Operand, err error) {
	if err := b.operator(); err != nil {
		return "", nil, err
	}
	if operands, err = b.operands(n.kids); err != nil {
		return "", nil, err
	}
	name = strings.ToLower(n.text)
	switch {
	case conditionFunctions[name]:
		return name, operands, nil
	case updateFunctions[name]:
		return "", nil, invalid("The function is not allowed in a condition expression; function: %s", name)
	}
	return "", nil, unrecognized(name, n)
}

func unrecognized(name string, n *node) error {
	return invalid("Unrecognized function: %s at %s", name, n.at)
}

func (b *binder) call(n *node) (*expr.Condition, error) {
	name, operands, err := b.function(n)
	if err != nil {
		return nil, err
	}
	if name == "attribute_type" && len(n.kids) == 2 {
		if err := b.checkTypeName(n.kids[1]); err != nil {
			return nil, err
		}
	}
	return expr.Call(name, operands...), nil
}

// checkTypeName refuses a type that there is none of. Here AWS lists the types
// in another order than in expressions.
func (b *binder) checkTypeName(n *node) error {
	v := n.value
	if n.kind == nodeParam {
		v, _ = b.param(n) // it was found before
	}
	if _, known := attr.KindNamed(v.Text()); v.Is(attr.String) && !known {
		return invalid("Invalid attribute type name found; type: %s, valid types: {N,BS,L,B,NULL,M,S,SS,NS,BOOL}", v.Text())
	}
	return nil
}

func (b *binder) operands(nodes []*node) ([]expr.Operand, error) {
	operands := make([]expr.Operand, len(nodes))
	for i, n := range nodes {
		var err error
		if operands[i], err = b.operand(n); err != nil {
			return nil, err
		}
	}
	return operands, nil
}

// operand returns what a comparison or a function of a condition takes.
func (b *binder) operand(n *node) (expr.Operand, error) {
	switch {
	case isCondition(n):
		c, err := b.condition(n)
		if err != nil {
			return expr.Operand{}, err
		}
		return c.Truth(), nil
	case n.kind == nodeCall:
		name, operands, err := b.function(n)
		return expr.FunctionOperand(name, operands...), err
	case n.kind == nodeBinary || n.kind == nodeUnary:
		return expr.Operand{}, invalid("Unsupported operator in Condition Expression. Operator: %s", n.text)
	}
	return b.simpleOperand(n)
}

// simpleOperand returns an operand of conditions and of updates alike.
func (b *binder) simpleOperand(n *node) (expr.Operand, error) {
	switch n.kind {
	case nodeName, nodePath:
		p, err := path(n)
		return expr.PathOperand(p), err
	case nodeParam:
		v, err := b.param(n)
		return expr.ValueOperand(v), err
	case nodeLiteral, nodeNumber, nodeIon, nodeList, nodeBag, nodeTuple:
		v, err := literal(n, nil)
		return expr.ValueOperand(v), err
	case nodeMissing:
		return expr.Operand{}, invalid("MISSING must be compared using IS operator")
	}
	return expr.Operand{}, invalid("Unsupported token in expression: %s at %s", typeOf(n, false), n.at)
}
