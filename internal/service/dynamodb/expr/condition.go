package expr

import (
	"bytes"

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
	tree   *tree
	paths  []attr.Path
	values []attr.Value
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
		return it.At(c.paths[o.slot])
	case valueOperand:
		return c.values[o.slot]
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
	if _, compares := comparators[string(n.op)]; compares {
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
func (c *Condition) distinct(operator string, args []*operand) error {
	if len(args) != 2 || args[0].kind != pathOperand || args[1].kind != pathOperand {
		return nil
	}
	first, second := c.paths[args[0].slot], c.paths[args[1].slot]
	if first.String() != second.String() {
		return nil
	}
	return problemf("The first operand must be distinct from the remaining operands for this operator or function; operator: %s, first operand: %s", operator, first)
}

// kind returns the type that an operand has in every item, or Absent.
func (c *Condition) kind(o *operand) attr.Kind {
	switch {
	case o.kind == valueOperand:
		return c.values[o.slot].Kind()
	case o.kind == functionOperand && o.function == "size":
		return attr.Number
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
	name := c.values[o.slot].Text()
	if _, ok := attr.KindNamed(name); !ok {
		return problemf("Invalid attribute type name found; type: %s, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}", name)
	}
	return nil
}

func (c *Condition) checkBounds(low, high *operand) error {
	if low.kind != valueOperand || high.kind != valueOperand {
		return nil
	}
	v, w := c.values[low.slot], c.values[high.slot]
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

// Paths returns the paths that the condition reads, as often as it does.
func (c *Condition) Paths() []attr.Path { return c.paths }
