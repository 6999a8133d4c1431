package expr

import (
	"fmt"
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

// tree is a parsed expression. It is shared and never changed.
type tree struct {
	root    *node       // of a condition
	paths   []*operand  // every path, by slot
	values  []*operand  // every value, by slot
	picks   []*operand  // of a projection: its paths
	actions []rawAction // of an update
}

// unbound returns bindings with room for every path and value of the tree.
func (t *tree) unbound() bindings {
	return bindings{paths: make([]attr.Path, len(t.paths)), values: make([]attr.Value, len(t.values))}
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
		if g == updates { // AWS tells the size of all others
			return nil, problem("Expression size has exceeded the maximum allowed size;")
		}
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
