package expr

import (
	"strconv"
	"strings"

	"cloudless/internal/service/dynamodb/attr"
)

// operand is a leaf of the tree, or a function of some.
type operand struct {
	kind operandKind
	slot int // where the bindings keep the path or the value, or fixed

	fixedValue attr.Value // of a fixed value; a fixed path is path
	condition  *node      // of a condition that stands for its truth

	path     attr.Path // of a path: its steps; a step that is a #name holds that
	indirect bool      // of a path: some step is a #name
	value    string    // of a value: ":v"

	function string // of a function: its name; "+" and "-" are some
	args     []*operand
}

type operandKind uint8

const (
	pathOperand operandKind = iota
	valueOperand
	functionOperand
	conditionOperand
)

// fixed is the slot of an operand that came with its path or value, rather
// than with a text that is bound to some.
const fixed = -1

// bindings are the paths and values that a tree has in one request, by slot.
type bindings struct {
	paths  []attr.Path
	values []attr.Value
}

func (b *bindings) pathOf(o *operand) attr.Path {
	if o.slot == fixed {
		return o.path
	}
	return b.paths[o.slot]
}

func (b *bindings) valueOf(o *operand) attr.Value {
	if o.slot == fixed {
		return o.fixedValue
	}
	return b.values[o.slot]
}

// operand reads a path, a value or a function, maybe in parentheses.
func (p *parser) operand() *operand {
	o, _ := p.wrappedOperand()
	return o
}

func (p *parser) wrappedOperand() (o *operand, wrapped bool) {
	if !p.sees("(") {
		return p.bareOperand(), false
	}
	if !p.enter() {
		return nil, false
	}
	defer p.leave()
	p.next()
	o, wrapped = p.wrappedOperand()
	p.expect(")")
	if wrapped {
		p.redundantParens()
	}
	return o, true
}

func (p *parser) bareOperand() *operand {
	t := p.peek()
	switch {
	case t.kind == tokValue:
		return p.valueRef()
	case t.kind == tokWord && p.tokenBehind() == "(" && !p.isKeyword(t):
		return p.call()
	}
	return p.path()
}

// tokenBehind returns the symbol behind the next token.
func (p *parser) tokenBehind() string {
	if t := p.tokens[min(p.at+1, len(p.tokens)-1)]; t.kind == tokSymbol {
		return p.textOf(t)
	}
	return ""
}

func (p *parser) valueRef() *operand {
	if p.peek().kind != tokValue {
		p.unexpected()
		return nil
	}
	o := &operand{kind: valueOperand, value: p.textOf(p.next()), slot: len(p.tree.values)}
	p.tree.values = append(p.tree.values, o)
	return o
}

// path reads a document path: a.#b[0].c
func (p *parser) path() *operand {
	o := &operand{kind: pathOperand, slot: len(p.tree.paths)}
	p.tree.paths = append(p.tree.paths, o)
	p.step(o)
	p.steps(o)
	return o
}

// steps reads what follows the first element of a path.
func (p *parser) steps(o *operand) {
	for {
		switch {
		case p.accept("."):
			p.step(o)
		case p.accept("["):
			p.index(o)
		default:
			if len(o.path) > maxPathSteps {
				p.report(faultLimit, problemf("The document path has too many nesting elements; nesting levels: %d", len(o.path)))
			}
			return
		}
	}
}

func (p *parser) step(o *operand) {
	t := p.peek()
	switch {
	case t.kind == tokName:
		o.indirect = true
	case t.kind == tokWord && !p.isKeyword(t):
		if word := p.textOf(t); isReserved(word) {
			p.report(faultReserved, problem("Attribute name is a reserved keyword; reserved keyword: "+word))
		}
	default:
		p.unexpected()
		return
	}
	p.next()
	o.path = append(o.path, attr.Step{Name: p.textOf(t)})
}

func (p *parser) index(o *operand) {
	t := p.peek()
	if t.kind != tokNumber {
		p.unexpected()
		return
	}
	p.next()
	i, err := strconv.ParseInt(p.textOf(t), 10, 32)
	if err != nil {
		p.report(faultLimit, problemf("List index is not within the allowable range; index: [%s]", p.textOf(t)))
	}
	o.path = append(o.path, attr.Step{Index: int(i)})
	p.expect("]")
}

// isKeyword reports whether the word has a meaning in this grammar and so
// cannot begin a path, not even a forbidden one.
func (p *parser) isKeyword(t token) bool {
	word := p.textOf(t)
	for _, keyword := range keywords[p.grammar] {
		if strings.EqualFold(word, keyword) {
			return true
		}
	}
	return false
}

var keywords = [...][]string{
	conditions:  {"AND", "OR", "NOT", "BETWEEN", "IN"},
	projections: nil,
	updates:     {"SET", "REMOVE", "ADD", "DELETE"},
}

// functions are those that each grammar knows, with how many operands they take.
var functions = [...]map[string]int{
	conditions:  {"attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2, "contains": 2, "size": 1},
	projections: {},
	updates:     {"if_not_exists": 2, "list_append": 2, "+": 2, "-": 2},
}

// call reads a function and its operands.
func (p *parser) call() *operand {
	name := p.textOf(p.next())
	p.operator()
	o := &operand{kind: functionOperand, function: name}
	if _, known := functions[p.grammar][name]; !known {
		p.report(faultFunction, p.unknownFunction(name))
	}
	if !p.enter() {
		return o
	}
	defer p.leave()
	p.expect("(")
	o.args = p.list()
	p.expect(")")
	if p.grammar == conditions {
		p.checkUse(o.args...)
	}
	return o
}

func (p *parser) unknownFunction(name string) error {
	_, inCondition := functions[conditions][name]
	_, inUpdate := functions[updates][name]
	switch {
	case inCondition:
		return problem("The function is not allowed in an update expression; function: " + name)
	case inUpdate:
		return problem("The function is not allowed in a condition expression; function: " + name)
	}
	return problem("Invalid function name; function: " + name)
}

// list reads operands with commas between them.
func (p *parser) list() []*operand {
	args := []*operand{p.operand()}
	for p.accept(",") {
		args = append(args, p.operand())
	}
	return args
}

// checkUse reports functions that stand where only those with a value may.
func (p *parser) checkUse(operands ...*operand) {
	for _, o := range operands {
		if o != nil && o.kind == functionOperand && o.function != "size" {
			p.misused(o.function)
		}
	}
}

func (p *parser) misused(function string) {
	p.report(faultMisuse, problem("The function is not allowed to be used this way in an expression; function: "+function))
}
