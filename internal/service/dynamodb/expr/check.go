package expr

import (
	"slices"

	"cloudless/internal/service/dynamodb/attr"
)

// checkLeaf binds one comparison or function and checks it. Of its faults AWS
// tells that of names and values first, then of the number of operands, then
// of equal ones, then of types.
func (s *Scope) checkLeaf(n *node, c *Condition) error {
	for _, arg := range n.args {
		if err := s.resolve(arg, c.paths, c.values); err != nil {
			return err
		}
	}
	for _, check := range []func(*operand) error{checkCount, c.checkDistinct, c.checkTypes} {
		for _, arg := range n.args {
			if err := eachFunction(arg, check); err != nil {
				return err
			}
		}
	}
	return c.checkComparison(n)
}

// checkComparison refuses a comparison whose operands it cannot take.
func (c *Condition) checkComparison(n *node) error {
	if n.op != opCall {
		if err := c.distinct(string(n.op), n.args); err != nil {
			return err
		}
	}
	switch n.op {
	case opLT, opLE, opGT, opGE, opBetween:
		for _, arg := range n.args {
			if k := c.kind(arg); k != attr.Absent && !k.HasOrder() {
				return wrongOperand(string(n.op), k.String())
			}
		}
	}
	if n.op == opBetween {
		return c.checkBounds(n.args[1], n.args[2])
	}
	return nil
}

// eachFunction calls check with every function in o, the innermost first.
func eachFunction(o *operand, check func(*operand) error) error {
	if o.kind != functionOperand {
		return nil
	}
	for _, arg := range o.args {
		if err := eachFunction(arg, check); err != nil {
			return err
		}
	}
	return check(o)
}

func checkCount(o *operand) error {
	for _, known := range functions {
		if want, ok := known[o.function]; ok && want != len(o.args) {
			return problemf("Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d", o.function, len(o.args))
		}
	}
	return nil
}

func (c *Condition) checkDistinct(o *operand) error { return c.distinct(o.function, o.args) }

// distinct refuses to compare a path with itself.
func (b *bindings) distinct(operator string, args []*operand) error {
	if len(args) < 2 || args[0].kind != pathOperand {
		return nil
	}
	first := b.pathOf(args[0])
	for _, arg := range args[1:] {
		if arg.kind == pathOperand && slices.Equal(b.pathOf(arg), first) {
			return problemf("The first operand must be distinct from the remaining operands for this operator or function; operator: %s, first operand: %s", operator, first)
		}
	}
	return nil
}

// kind returns the type that an operand has in every item, or Absent.
func (c *Condition) kind(o *operand) attr.Kind {
	switch {
	case o.kind == valueOperand:
		return c.valueOf(o).Kind()
	case o.kind == functionOperand && o.function == "size":
		return attr.Number
	case o.kind == conditionOperand:
		return attr.Bool
	}
	return attr.Absent
}

func (c *Condition) checkTypes(o *operand) error {
	switch o.function {
	case "attribute_exists", "attribute_not_exists":
		if o.args[0].kind != pathOperand {
			return problem("Operator or function requires a document path; operator or function: " + o.function)
		}
	case "attribute_type":
		return c.checkTypeName(o.args[1])
	case "begins_with":
		for _, arg := range o.args {
			if k := c.kind(arg); k != attr.Absent && k != attr.String && k != attr.Binary {
				return wrongOperand(o.function, k.String())
			}
		}
	case "size":
		switch k := c.kind(o.args[0]); k {
		case attr.Number, attr.Bool, attr.Null:
			return wrongOperand(o.function, k.String())
		}
	}
	return nil
}

func (c *Condition) checkTypeName(o *operand) error {
	k := c.kind(o)
	if k != attr.String {
		name := k.String()
		if k == attr.Absent {
			name = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
		}
		return wrongOperand("attribute_type", name)
	}
	name := c.valueOf(o).Text()
	if _, ok := attr.KindNamed(name); !ok {
		return problemf("Invalid attribute type name found; type: %s, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}", name)
	}
	return nil
}

func (c *Condition) checkBounds(low, high *operand) error {
	if low.kind != valueOperand || high.kind != valueOperand {
		return nil
	}
	v, w := c.valueOf(low), c.valueOf(high)
	rule := "same data type for lower and upper bounds"
	if v.Kind() == w.Kind() {
		if v.Compare(w) <= 0 {
			return nil
		}
		rule = "upper bound to be greater than or equal to lower bound"
	}
	return problemf("The BETWEEN operator requires %s; lower bound operand: AttributeValue: {%s:%s}, upper bound operand: AttributeValue: {%s:%s}",
		rule, v.Kind(), v.Text(), w.Kind(), w.Text())
}

func wrongOperand(operator, kind string) error {
	return problemf("Incorrect operand type for operator or function; operator or function: %s, operand type: %s", operator, kind)
}
