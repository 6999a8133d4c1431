package partiql

import (
	"strings"

	"cloudless/internal/service/dynamodb/attr"
)

// pathTerm reads a term, and steps into it.
func (p *parser) pathTerm() *node {
	n := p.term()
	return p.steps(n, false)
}

// simplePath reads a name and steps of names and literals, as SET assigns to.
func (p *parser) simplePath() *node {
	t := p.peek()
	if !t.isName() {
		p.fail("Expected identifier for simple path")
		return nil
	}
	p.next()
	return p.steps(&node{kind: nodeName, at: t.at, text: t.text}, true)
}

func (p *parser) steps(from *node, simple bool) *node {
	path := &node{kind: nodePath, kids: []*node{from}}
	for {
		switch {
		case p.sees("."):
			p.next()
			path.kids = append(path.kids, p.field(simple))
		case p.sees("["):
			p.next()
			path.kids = append(path.kids, p.element(simple))
			p.expect("]")
		case len(path.kids) == 1:
			return from
		default:
			path.at = from.at
			return path
		}
		if p.err != nil {
			return path
		}
	}
}

func (p *parser) field(simple bool) *node {
	t := p.peek()
	switch {
	case t.isName():
		p.next()
		return &node{kind: nodeField, at: t.at, text: t.text}
	case p.sees("*") && simple:
		p.fail("Invalid path dot component for simple path")
	case p.sees("*"):
		p.next()
		return &node{kind: nodeAll, at: t.at, text: "."}
	default:
		p.fail("Invalid path dot component")
	}
	return nil
}

func (p *parser) element(simple bool) *node {
	if p.sees("*") {
		t := p.next()
		if simple && p.sees("]") {
			p.fail("Invalid path component for simple path")
		}
		return &node{kind: nodeAll, at: t.at, text: "["}
	}
	n := p.expression(-1)
	if simple && p.err == nil && p.sees("]") {
		switch n.kind {
		case nodeName, nodeLiteral, nodeNumber, nodeIon, nodeMissing:
		default:
			p.fail("Invalid path component for simple path")
		}
	}
	return n
}

// term reads what stands between operators.
func (p *parser) term() *node {
	t := p.peek()
	switch t.kind {
	case tokIdent, tokQuoted:
		p.next()
		if p.accept("(") {
			return p.call(t)
		}
		return &node{kind: nodeName, at: t.at, text: t.text}
	case tokString, tokBool, tokNull, tokNumber, tokIon, tokMissing, tokParam:
		p.next()
		return p.literal(t)
	case tokSymbol:
		return p.collection(t)
	case tokKeyword:
		return p.keyword(t)
	case tokOperator:
		if t.text != "@" {
			p.fail("Unexpected operator")
			return nil
		}
		p.next()
		name := p.peek()
		if !name.isName() {
			p.fail("Identifier must follow @-operator")
			return nil
		}
		p.next()
		return &node{kind: nodeName, at: t.at, text: name.text}
	}
	p.fail("Unexpected term")
	return nil
}

func (p *parser) literal(t token) *node {
	n := &node{kind: nodeLiteral, at: t.at, text: t.text}
	switch t.kind {
	case tokString:
		n.value = attr.StringValue(t.text)
	case tokBool:
		n.value = attr.BoolValue(t.text == "true")
	case tokNull:
		n.value = attr.NullValue()
	case tokNumber:
		n.kind = nodeNumber
		n.value, n.fault = attr.ParseNumber(t.text)
	case tokIon:
		n.kind = nodeIon
	case tokMissing:
		n.kind = nodeMissing
	case tokParam:
		n.kind, n.param = nodeParam, p.params
		p.params++
	}
	return n
}

// negate changes the sign of a number.
func (n *node) negate() {
	if n.text[0] == '-' {
		n.text = n.text[1:]
	} else {
		n.text = "-" + n.text
	}
	n.value, n.fault = attr.ParseNumber(n.text)
}

// collection reads what begins with a bracket.
func (p *parser) collection(open token) *node {
	n := &node{at: open.at}
	switch open.text {
	case "(":
		p.next()
		kids := p.list()
		p.expect(")")
		if len(kids) == 1 {
			return kids[0]
		}
		n.kind, n.kids = nodeList, kids
	case "[":
		n.kind = nodeList
		p.next()
		n.kids = p.until("]", p.list)
	case "<<":
		n.kind = nodeBag
		p.next()
		n.kids = p.until(">>", p.list)
	case "{":
		n.kind = nodeTuple
		p.next()
		n.kids = p.until("}", p.fields)
	default:
		p.fail("Unexpected term")
	}
	return n
}

// until reads the elements of a literal, of which there may be none.
func (p *parser) until(end string, elements func() []*node) []*node {
	if p.accept(end) {
		return nil
	}
	kids := elements()
	p.expect(end)
	return kids
}

// fields reads names and values in turns.
func (p *parser) fields() []*node {
	var kids []*node
	for {
		kids = append(kids, p.expression(-1))
		p.expect(":")
		kids = append(kids, p.expression(-1))
		if !p.accept(",") {
			return kids
		}
	}
}

// call reads the operands of a function, behind its parenthesis.
func (p *parser) call(name token) *node {
	n := &node{kind: nodeCall, at: name.at, text: name.text}
	aggregate := name.kind == tokKeyword && aggregates[name.text]
	switch {
	case aggregate && name.text == "count" && p.accept("*"):
		n.kind = nodeSum
		p.expect(")")
		return n
	case aggregate:
		n.kind = nodeSum
		if p.acceptWord("distinct") || p.acceptWord("all") {
			break
		}
		if p.sees(")") {
			p.fail("Aggregate functions are always unary")
		}
	}
	if p.sees("*") {
		p.fail(name.text + "(*) is not allowed")
	}
	n.kids = p.until(")", p.list)
	if aggregate && name.text != "count" && len(n.kids) != 1 {
		p.fail("Aggregate functions are always unary")
	}
	return n
}

// keyword reads a term that begins with a keyword, such as a whole statement.
func (p *parser) keyword(t token) *node {
	switch {
	case t.text == "select":
		p.next()
		return p.query(t)
	case dmlWords[t.text], t.text == "update", t.text == "delete", t.text == "from":
		n := p.manipulation(t)
		if p.nested > 1 || p.peek().kind == tokOperator || p.sees("*") {
			p.misplace(t)
		}
		return n
	case functionWords[t.text]:
		if next := p.behind(); next.kind != tokSymbol || next.text != "(" {
			break
		}
		p.next()
		p.next()
		return p.call(t)
	case t.text == "case":
		return p.caseTerm()
	case t.text == "date" || t.text == "time":
		return p.dateTerm()
	case specialCalls[t.text] != "":
		return p.specialCall()
	case t.text == "create" || t.text == "drop" || t.text == "exec" || t.text == "pivot" || t.text == "values":
		return p.foreign()
	}
	p.fail("Unexpected keyword")
	return nil
}

// typeName reads the type behind IS or in a CAST.
func (p *parser) typeName(after string) string {
	name := p.peek().word()
	most, known := typeParameters[name]
	if !known {
		p.fail("Expected type name")
		return ""
	}
	p.next()
	if !p.accept("(") {
		return name
	}
	parameters := p.list()
	p.expect(")")
	if p.err == nil && len(parameters) > most {
		p.fail(after + " type argument " + name + " must have arity of 0.." + string(rune('0'+most)))
	}
	for _, n := range parameters {
		if p.err == nil && (n.kind != nodeNumber || strings.ContainsAny(n.text, ".eE-")) {
			p.fail("Type parameter must be an unsigned integer literal")
		}
	}
	return name
}
