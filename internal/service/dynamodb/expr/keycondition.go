package expr

import (
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
)

// KeyTerm is a condition on one key attribute that bounds a range.
type KeyTerm struct {
	Name string
	Op   KeyOp
	// Value is what the key is compared with, or the lower bound of Between.
	Value attr.Value
	// High is the upper bound of Between.
	High attr.Value
}

// KeyOp is how a KeyTerm compares.
type KeyOp string

// The comparisons that bound a range, by the names that the legacy parameter
// KeyConditions gives them.
const (
	KeyEQ         KeyOp = "EQ"
	KeyLT         KeyOp = "LT"
	KeyLE         KeyOp = "LE"
	KeyGT         KeyOp = "GT"
	KeyGE         KeyOp = "GE"
	KeyBetween    KeyOp = "BETWEEN"
	KeyBeginsWith KeyOp = "BEGINS_WITH"
)

// Admits reports whether a key with value v satisfies the term.
func (t KeyTerm) Admits(v attr.Value) bool {
	switch t.Op {
	case KeyEQ:
		return ordered(opEQ, v, t.Value)
	case KeyLT:
		return ordered(opLT, v, t.Value)
	case KeyLE:
		return ordered(opLE, v, t.Value)
	case KeyGT:
		return ordered(opGT, v, t.Value)
	case KeyGE:
		return ordered(opGE, v, t.Value)
	case KeyBetween:
		return ordered(opGE, v, t.Value) && ordered(opLE, v, t.High)
	}
	return beginsWith(v, t.Value)
}

// keyTerms takes the condition as terms that must all hold, one for each key
// attribute, in the order in which they are written.
func (c *Condition) keyTerms() ([]KeyTerm, error) {
	var terms []KeyTerm
	if err := c.collectTerms(c.root(), &terms); err != nil {
		return nil, awserr.Validation(err.Error())
	}
	return terms, nil
}

func (c *Condition) collectTerms(n *node, terms *[]KeyTerm) error {
	switch n.op {
	case opAnd:
		for _, kid := range n.kids {
			if err := c.collectTerms(kid, terms); err != nil {
				return err
			}
		}
		return nil
	case opOr, opNot, opIn, opNE:
		return problem("Invalid operator used in KeyConditionExpression: " + string(n.op))
	}
	term, err := c.keyTerm(n)
	if err != nil {
		return err
	}
	for _, t := range *terms {
		if t.Name == term.Name {
			return problem("KeyConditionExpressions must only contain one condition per key")
		}
	}
	*terms = append(*terms, term)
	return nil
}

func (c *Condition) keyTerm(n *node) (KeyTerm, error) {
	args, operator := n.args, string(n.op)
	if n.op == opCall {
		operator = args[0].function
		if operator != "begins_with" {
			return KeyTerm{}, problem("Invalid operator used in KeyConditionExpression: " + operator)
		}
		args = args[0].args
	}
	for _, arg := range args {
		if arg.kind == functionOperand || arg.kind == conditionOperand {
			return KeyTerm{}, problem("KeyConditionExpressions cannot contain nested operations")
		}
	}
	if (n.op == opBetween || n.op == opCall) && args[0].kind != pathOperand {
		return KeyTerm{}, problem("Invalid condition in KeyConditionExpression: " + operator + " operator must have the key attribute as its first operand")
	}
	at := -1
	for i, arg := range args {
		if arg.kind != pathOperand {
			continue
		}
		if at >= 0 {
			return KeyTerm{}, problem("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition")
		}
		if len(c.pathOf(arg)) > 1 {
			return KeyTerm{}, problem("KeyConditionExpressions cannot have conditions on nested attributes")
		}
		at = i
	}
	if at < 0 {
		return KeyTerm{}, problem("Invalid condition in KeyConditionExpression: No key attribute specified")
	}

	term := KeyTerm{Name: c.pathOf(args[at])[0].Name, Op: keyOps[n.op]}
	if at > 0 { // :v < key says key > :v
		term.Op = keyOps[mirrored[n.op]]
		term.Value = c.valueOf(args[0])
		return term, nil
	}
	term.Value = c.valueOf(args[1])
	if n.op == opBetween {
		term.High = c.valueOf(args[2])
	}
	return term, nil
}

var keyOps = map[op]KeyOp{opEQ: KeyEQ, opLT: KeyLT, opLE: KeyLE, opGT: KeyGT, opGE: KeyGE, opBetween: KeyBetween, opCall: KeyBeginsWith}

var mirrored = map[op]op{opEQ: opEQ, opLT: opGT, opLE: opGE, opGT: opLT, opGE: opLE}
