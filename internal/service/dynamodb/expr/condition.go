package expr

import (
	"cloudless/internal/service/dynamodb/attr"
)

// node is a condition: a comparison, a function, or a combination of some.
type node struct {
	op   op
	kids []*node    // of and, or, not
	args []*operand // of all others
}

type op string

const (
	opAnd     op = "AND"
	opOr      op = "OR"
	opNot     op = "NOT"
	opEQ      op = "="
	opNE      op = "<>"
	opLT      op = "<"
	opLE      op = "<="
	opGT      op = ">"
	opGE      op = ">="
	opBetween op = "BETWEEN"
	opIn      op = "IN"
	opCall    op = "call" // the function is args[0]
)

// comparators are the operators between two operands.
var comparators = map[string]op{"=": opEQ, "<>": opNE, "<": opLT, "<=": opLE, ">": opGT, ">=": opGE}

// unit is what stands between operators: a condition, or an operand of which
// the next token must make one.
type unit struct {
	node    *node
	operand *operand
	parens  bool // it stood in parentheses, whole
}

// condition reads a whole condition.
func (p *parser) condition() *node { return p.asCondition(p.or()) }

// asCondition takes a unit as a condition, which only functions are by
// themselves.
func (p *parser) asCondition(u unit) *node {
	switch {
	case p.err != nil || u.node != nil:
		return u.node
	case u.operand.kind != functionOperand:
		p.unexpected()
		return nil
	case u.operand.function == "size":
		p.misused("size")
	}
	return &node{op: opCall, args: []*operand{u.operand}}
}

func (p *parser) or() unit {
	if !p.enter() {
		return unit{}
	}
	defer p.leave()
	return p.chain(opOr, p.and)
}

func (p *parser) and() unit { return p.chain(opAnd, p.not) }

// chain reads one or more of what below reads, with the keyword between them.
func (p *parser) chain(keyword op, below func() unit) unit {
	u := below()
	if !p.seesWord(string(keyword)) {
		return u
	}
	n := &node{op: keyword, kids: []*node{p.asCondition(u)}}
	for p.seesWord(string(keyword)) {
		p.next()
		p.operator()
		n.kids = append(n.kids, p.asCondition(below()))
	}
	return unit{node: n}
}

func (p *parser) not() unit {
	if !p.seesWord("NOT") {
		return p.comparison()
	}
	if !p.enter() {
		return unit{}
	}
	defer p.leave()
	p.next()
	p.operator()
	return unit{node: &node{op: opNot, kids: []*node{p.asCondition(p.not())}}}
}

func (p *parser) comparison() unit {
	u := p.primary()
	t := p.peek()
	comparator, isComparator := comparators[p.textOf(t)]
	switch {
	case u.operand == nil:
		return u
	case t.kind == tokSymbol && isComparator:
		p.next()
		p.operator()
		return p.leaf(comparator, u.operand, p.operand())
	case p.seesWord("BETWEEN"):
		p.next()
		p.operator()
		low := p.operand()
		if !p.seesWord("AND") {
			p.unexpected()
			return unit{}
		}
		p.next()
		return p.leaf(opBetween, u.operand, low, p.operand())
	case p.seesWord("IN"):
		p.next()
		p.operator()
		p.expect("(")
		list := p.list()
		p.expect(")")
		if len(list) > maxInValues-1 {
			p.report(faultLimit, problemf("The IN operator is provided with too many operands; number of operands: %d", len(list)+1))
		}
		return p.leaf(opIn, append([]*operand{u.operand}, list...)...)
	}
	return u
}

func (p *parser) leaf(o op, args ...*operand) unit {
	p.checkUse(args...)
	return unit{node: &node{op: o, args: args}}
}

// primary reads an operand, or anything in parentheses. Which of the two a
// parenthesis holds shows only behind it, so both are read alike.
func (p *parser) primary() unit {
	if !p.sees("(") {
		return unit{operand: p.bareOperand()}
	}
	p.next()
	u := p.or()
	p.expect(")")
	if u.parens {
		p.redundantParens()
	}
	u.parens = true
	if u.operand != nil && u.operand.kind == pathOperand && (p.sees(".") || p.sees("[")) {
		p.steps(u.operand)
		u.parens = false
	}
	return u
}

// Condition is a condition with the names and values of one request.
type Condition struct {
	tree *tree
	bindings
}

// bind checks every comparison and function against the scope, in their order.
func (c *Condition) bind(s *Scope) error {
	return c.root().walk(func(n *node) error { return s.checkLeaf(n, c) })
}

func (c *Condition) root() *node { return c.tree.root }

// walk visits the comparisons and functions from left to right.
func (n *node) walk(visit func(*node) error) error {
	if len(n.kids) == 0 {
		return visit(n)
	}
	for _, kid := range n.kids {
		if err := kid.walk(visit); err != nil {
			return err
		}
	}
	return nil
}

// Paths returns the paths that the condition reads, as often as it does.
func (c *Condition) Paths() []attr.Path {
	if c.paths != nil {
		return c.paths
	}
	var paths []attr.Path
	c.root().appendPaths(&paths)
	return paths
}

// appendPaths collects the paths of a condition that was made of operands.
func (n *node) appendPaths(paths *[]attr.Path) {
	for _, kid := range n.kids {
		kid.appendPaths(paths)
	}
	for _, arg := range n.args {
		arg.appendPaths(paths)
	}
}

func (o *operand) appendPaths(paths *[]attr.Path) {
	switch o.kind {
	case pathOperand:
		*paths = append(*paths, o.path)
	case functionOperand:
		for _, arg := range o.args {
			arg.appendPaths(paths)
		}
	case conditionOperand:
		o.condition.appendPaths(paths)
	}
}
