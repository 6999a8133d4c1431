package partiql

import "strings"

// syntaxError is what AWS's parser says of a text that is no statement.
type syntaxError string

func (e syntaxError) Error() string { return string(e) }

// maxDepth bounds how deep expressions lie within each other. A condition of
// DynamoDB has no more than 300 operators, so nothing but parentheses gets there.
// AWS has some such bound, but no source tells it.
const maxDepth = 1000

// parser reads one statement from left to right, each token once. The first
// error ends it.
type parser struct {
	tokens []token
	at     int
	err    error
	params int
	depth  int
	nested int // expressions around the one that is read

	misplaced string // the first word of a data manipulation that lies within something else
}

// parse returns the tree of a statement.
func parse(text string) (*node, error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	n := p.expression(-1)
	if p.err == nil && !p.atEnd() {
		message := "Unexpected token after expression"
		if p.sees(";") {
			message = "Unexpected token after semicolon. (Only one query is allowed.)"
		}
		p.fail(message)
	}
	if p.misplaced != "" {
		p.fail("Keyword " + p.misplaced + " only expected at the top level in the query")
	}
	return n, p.err
}

// peek returns the next token. After an error that is always the end, so every
// loop stops.
func (p *parser) peek() token {
	if p.err != nil {
		return p.tokens[len(p.tokens)-1]
	}
	return p.tokens[p.at]
}

// behind returns the token behind the next one.
func (p *parser) behind() token { return p.tokens[min(p.at+1, len(p.tokens)-1)] }

func (p *parser) next() token {
	t := p.peek()
	if t.kind != tokEOF {
		p.at++
	}
	return t
}

// misplace remembers a data manipulation that lies within something else.
// AWS's parser knows the first word of some.
func (p *parser) misplace(word token) {
	switch {
	case p.misplaced != "":
	case word.text == "update" || word.text == "from":
		p.misplaced = "null"
	default:
		p.misplaced = word.text
	}
}

func (p *parser) fail(message string) {
	if p.err == nil {
		p.err = syntaxError(message)
	}
}

// sees reports whether the next token is this symbol.
func (p *parser) sees(symbol string) bool {
	t := p.peek()
	return t.kind == tokSymbol && t.text == symbol
}

// seesWord reports whether the next token is this keyword or operator.
func (p *parser) seesWord(word string) bool { return p.peek().word() == word }

// word returns what the token says as a keyword or an operator, or nothing.
func (t token) word() string {
	switch t.kind {
	case tokKeyword, tokOperator, tokNull, tokMissing:
		return t.text
	case tokWord:
		if t.text == "as" || t.text == "at" {
			return t.text
		}
	}
	return ""
}

func (t token) isName() bool { return t.kind == tokIdent || t.kind == tokQuoted }

// accept takes the symbol if it is next.
func (p *parser) accept(symbol string) bool {
	if !p.sees(symbol) {
		return false
	}
	p.next()
	return true
}

// acceptWord takes the keyword or operator if it is next.
func (p *parser) acceptWord(word string) bool {
	if !p.seesWord(word) {
		return false
	}
	p.next()
	return true
}

// symbolNames are what AWS's parser calls the symbols that it misses.
var symbolNames = map[string]string{"(": "LEFT_PAREN", ")": "RIGHT_PAREN", "]": "RIGHT_BRACKET", "}": "RIGHT_CURLY",
	">>": "RIGHT_DOUBLE_ANGLE_BRACKET", ":": "COLON", ",": "COMMA"}

func (p *parser) expect(symbol string) {
	if !p.accept(symbol) {
		p.fail("Expected " + symbolNames[symbol])
	}
}

func (p *parser) expectWord(word string) {
	if !p.acceptWord(word) {
		p.fail("Expected " + strings.ToUpper(word) + " keyword")
	}
}

// expectPlain takes one of the words that no term begins with.
func (p *parser) expectPlain(word string) {
	if t := p.peek(); t.kind != tokWord || t.text != word {
		p.fail("Expected " + strings.ToUpper(word))
		return
	}
	p.next()
}

// atEnd reports whether nothing but a semicolon is left.
func (p *parser) atEnd() bool {
	t := p.peek()
	return t.kind == tokEOF || t.kind == tokSymbol && t.text == ";" && p.behind().kind == tokEOF
}

// enter guards the recursion.
func (p *parser) enter() bool {
	if p.depth++; p.depth > maxDepth {
		p.fail("")
	}
	return p.err == nil
}

func (p *parser) leave() { p.depth-- }

// expression reads operands and the operators between them that bind closer
// than precedence.
func (p *parser) expression(precedence int) *node {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	p.nested++
	left := p.unary()
	p.nested--
	for p.err == nil {
		t := p.peek()
		own := precedences[t.text]
		if t.kind != tokOperator && !p.sees("*") || own <= precedence || own == 0 {
			break
		}
		p.next()
		left = p.infix(left, t, own)
	}
	return left
}

// infix reads what follows an operator.
func (p *parser) infix(left *node, op token, precedence int) *node {
	switch op.text {
	case "is", "is_not":
		return negatedIf(op, &node{kind: nodeIs, at: op.at, kids: []*node{left}, text: p.typeName("is")})
	case "in", "not_in":
		var list *node
		if next := p.behind().word(); p.sees("(") && next != "select" && next != "values" {
			list = &node{kind: nodeList, at: p.next().at}
			list.kids = p.list()
			p.expect(")")
		} else {
			list = p.right(precedence)
		}
		return negatedIf(op, &node{kind: nodeBinary, at: op.at, text: "in", kids: []*node{left, list}})
	}
	right := p.right(precedence)
	switch op.text {
	case "between", "not_between":
		p.expectWord("and")
		if p.err == nil && p.atEnd() {
			p.fail("Expected expression after AND")
		}
		high := p.expression(precedence)
		return negatedIf(op, &node{kind: nodeBetween, at: op.at, text: "between", kids: []*node{left, right, high}})
	case "like", "not_like":
		if p.acceptWord("escape") {
			if p.atEnd() {
				p.fail("Expected expression after ESCAPE")
			}
			p.expression(precedence)
		}
		return negatedIf(op, &node{kind: nodeBinary, at: op.at, text: "like", kids: []*node{left, right}})
	case "and", "or":
		// One node holds a whole chain, so that chains do not nest.
		if left != nil && left.kind == nodeBinary && left.text == op.text {
			left.kids = append(left.kids, right)
			return left
		}
	}
	return &node{kind: nodeBinary, at: op.at, text: op.text, kids: []*node{left, right}}
}

// negatedIf returns n, or its negation for an operator like not_in.
func negatedIf(op token, n *node) *node {
	if !strings.Contains(op.text, "not") {
		return n
	}
	return &node{kind: nodeUnary, at: op.at, text: "not", kids: []*node{n}}
}

func (p *parser) right(precedence int) *node {
	if p.peek().kind == tokEOF {
		p.fail("Missing right-hand side expression of infix operator")
		return nil
	}
	return p.expression(precedence)
}

// unary reads signs and NOT, and the term behind them.
func (p *parser) unary() *node {
	t := p.peek()
	if t.kind != tokOperator || t.text != "+" && t.text != "-" && t.text != "not" {
		return p.pathTerm()
	}
	if !p.enter() {
		return nil
	}
	defer p.leave()
	p.next()
	if t.text == "not" {
		return &node{kind: nodeUnary, at: t.at, text: "not", kids: []*node{p.expression(notPrecedence)}}
	}
	term := p.unary()
	if term == nil || term.kind != nodeNumber {
		return &node{kind: nodeUnary, at: t.at, text: t.text, kids: []*node{term}}
	}
	if t.text == "-" { // a signed number is one literal, which stands where its digits do
		term.negate()
	}
	return term
}

// list reads expressions with commas between them.
func (p *parser) list() []*node {
	nodes := []*node{p.expression(-1)}
	for p.accept(",") {
		nodes = append(nodes, p.expression(-1))
	}
	return nodes
}
