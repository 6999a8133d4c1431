package expr

import (
	"fmt"
	"strconv"
	"strings"

	"cloudless/internal/service/dynamodb/attr"
)

// AWS's limits of one expression.
const (
	maxTextBytes = 4096
	maxOperators = 300
	maxInValues  = 100 // operands of IN, the first among them
	maxPathSteps = 32
)

// problem is what is wrong with an expression, without the parameter's name.
type problem string

func (p problem) Error() string { return string(p) }

func problemf(format string, args ...any) error { return problem(fmt.Sprintf(format, args...)) }

// grammar is one of the three languages.
type grammar uint8

const (
	conditions grammar = iota
	projections
	updates
)

// operand is a leaf of the tree, or a function of some.
type operand struct {
	kind operandKind
	slot int // where a binding keeps the path or the value

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
)

// tree is a parsed expression. It is shared and never changed.
type tree struct {
	root    *node       // of a condition
	paths   []*operand  // every path, by slot
	values  []*operand  // every value, by slot
	picks   []*operand  // of a projection: its paths
	actions []rawAction // of an update
}

// parser reads one expression from left to right, each token once.
//
// The first syntax error ends it. Other faults are remembered, one of each
// sort, because AWS tells the gravest and not the first.
type parser struct {
	text    string
	grammar grammar
	tokens  []token
	at      int
	tree    *tree
	err     error // a syntax error
	faults  [numFaults]error

	operators int
	depth     int
}

// fault is a sort of error that does not stop the parser, gravest first.
type fault uint8

const (
	faultParens fault = iota
	faultFunction
	faultMisuse
	faultReserved
	faultSection
	faultLimit
	numFaults
)

func parse(g grammar, text string) (*tree, error) {
	if text == "" {
		return nil, problem("The expression can not be empty;")
	}
	if len(text) > maxTextBytes {
		return nil, problemf("Expression size has exceeded the maximum allowed size; expression size: %d", len(text))
	}
	p := &parser{text: text, grammar: g, tokens: lex(text), tree: &tree{}}
	switch g {
	case conditions:
		p.tree.root = p.condition()
	case projections:
		p.projection()
	case updates:
		p.update()
	}
	if p.err == nil && p.peek().kind != tokEOF {
		p.unexpected()
	}
	if p.err != nil {
		return nil, p.err
	}
	if p.operators > maxOperators {
		return nil, problemf("The expression contains too many operators; operator count: %d", p.operators)
	}
	for _, err := range p.faults {
		if err != nil {
			return nil, err
		}
	}
	return p.tree, nil
}

// peek returns the next token. After a syntax error that is always the end, so
// every loop stops.
func (p *parser) peek() token {
	if p.err != nil {
		return p.tokens[len(p.tokens)-1]
	}
	return p.tokens[p.at]
}

func (p *parser) next() token {
	t := p.peek()
	if t.kind != tokEOF {
		p.at++
	}
	return t
}

func (p *parser) textOf(t token) string { return p.text[t.start:t.end] }

// sees reports whether the next token is this symbol.
func (p *parser) sees(symbol string) bool {
	t := p.peek()
	return t.kind == tokSymbol && p.textOf(t) == symbol
}

// seesWord reports whether the next token is this keyword, in any case.
func (p *parser) seesWord(keyword string) bool {
	t := p.peek()
	return t.kind == tokWord && strings.EqualFold(p.textOf(t), keyword)
}

// accept takes the symbol if it is next.
func (p *parser) accept(symbol string) bool {
	if !p.sees(symbol) {
		return false
	}
	p.next()
	return true
}

func (p *parser) expect(symbol string) {
	if !p.accept(symbol) {
		p.unexpected()
	}
}

// unexpected records a syntax error at the next token. AWS shows the token, and
// the text from the one before it to the one behind it.
func (p *parser) unexpected() {
	if p.err != nil {
		return
	}
	t := p.tokens[p.at]
	shown, from, to := p.textOf(t), t.start, t.end
	if t.kind == tokEOF {
		shown = "<EOF>"
		to = 0
	} else if next := p.tokens[p.at+1]; next.kind != tokEOF {
		to = next.end
	}
	if p.at > 0 {
		from = p.tokens[p.at-1].start
		to = max(to, p.tokens[p.at-1].end)
	}
	near := ""
	if from < to {
		near = p.text[from:to]
	}
	p.err = problem(`Syntax error; token: "` + shown + `", near: "` + near + `"`)
}

// report remembers a fault, unless there is one of its sort.
func (p *parser) report(f fault, err error) {
	if p.faults[f] == nil {
		p.faults[f] = err
	}
}

// operator counts one operator or function.
func (p *parser) operator() { p.operators++ }

// enter guards the recursion. Each level costs at least an operator or a pair
// of parentheses that is of no use, so no sound expression is refused here.
func (p *parser) enter() bool {
	if p.depth++; p.depth > maxOperators+2 && p.err == nil {
		p.err = problemf("The expression contains too many operators; operator count: %d", max(p.operators, maxOperators+1))
		if p.faults[faultParens] != nil {
			p.err = p.faults[faultParens]
		}
	}
	return p.err == nil
}

func (p *parser) leave() { p.depth-- }

func (p *parser) redundantParens() {
	p.report(faultParens, problem("The expression has redundant parentheses;"))
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
