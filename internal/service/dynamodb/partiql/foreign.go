package partiql

import "regexp"

// What follows is in AWS's published parser and not in DynamoDB's dialect. It is
// read all the same, since AWS tells what it does not support only after it has
// read the whole statement.

func (p *parser) caseTerm() *node {
	n := &node{kind: nodeCase, at: p.next().at, text: "SearchedCase"}
	if !p.seesWord("when") {
		n.text = "SimpleCase"
		p.expression(-1)
	}
	whens := 0
	for p.acceptWord("when") {
		whens++
		p.expression(-1)
		p.expectWord("then")
		p.expression(-1)
	}
	if whens == 0 {
		p.fail("Expected a WHEN clause in CASE")
	}
	if p.acceptWord("else") {
		p.expression(-1)
	}
	p.expectWord("end")
	return n
}

var datePattern = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

// dateTerm reads DATE or TIME and the text behind it. DynamoDB has neither, so
// only the form of the text is looked at.
func (p *parser) dateTerm() *node {
	word := p.next()
	t := p.peek()
	if t.kind == tokString {
		p.next()
		if word.text == "date" && !datePattern.MatchString(t.text) {
			p.fail("Expected DATE string to be of the format yyyy-MM-dd")
		}
		return &node{kind: nodeDate, at: t.at}
	}
	kind := "SYMBOL"
	switch t.kind {
	case tokNumber:
		kind = "DECIMAL"
		if span(t.text, isDigit) == len(t.text) {
			kind = "INT"
		}
	case tokParam:
		kind = "INT"
	case tokBool:
		kind = "BOOL"
	case tokNull, tokMissing:
		kind = "NULL"
	}
	if word.text == "date" {
		p.fail("Expected date string followed by the keyword DATE, found " + kind)
	} else {
		p.fail("Expected time string followed by the keyword TIME OR TIME WITH TIME ZONE, found " + kind)
	}
	return nil
}

// specialCalls are functions that have words between their operands, and what
// AWS's parser says when their parenthesis is missing. DynamoDB has none of
// them, so what is within is read more freely than AWS does.
var specialCalls = map[string]string{
	"substring": "Expected LEFT_PAREN", "trim": "Expected LEFT_PAREN", "extract": "Expected LEFT_PAREN",
	"date_add": "Expected LEFT_PAREN", "date_diff": "Expected LEFT_PAREN",
	"nullif": "Missing left parenthesis after nullif", "coalesce": "Missing left parenthesis after coalesce",
	"cast": "Missing left parenthesis after cast", "can_cast": "Missing left parenthesis after can_cast",
	"can_lossless_cast": "Missing left parenthesis after can_lossless_cast",
}

func (p *parser) specialCall() *node {
	name := p.next()
	n := &node{kind: nodeCall, at: name.at, text: name.text}
	if !p.accept("(") {
		p.fail(specialCalls[name.text])
		return nil
	}
	if name.text == "cast" || name.text == "can_cast" || name.text == "can_lossless_cast" {
		n.kind = nodeCast
		p.expression(-1)
		p.expectPlain("as")
		p.typeName(name.text)
		p.expect(")")
		return n
	}
	for p.err == nil {
		if !p.seesWord("from") {
			p.expression(-1)
		}
		if t := p.peek(); !p.sees(",") && t.word() != "from" && (t.kind != tokWord || t.text != "for") {
			break
		}
		p.next()
	}
	p.expect(")")
	return n
}

// foreign reads the statements that the language has and DynamoDB does not.
func (p *parser) foreign() *node {
	word := p.next()
	n := &node{kind: nodeOther, at: word.at}
	switch word.text {
	case "values":
		n.kind, n.text = nodeBag, ""
		for {
			if !p.sees("(") {
				p.fail("Expected LEFT_PAREN for row value constructor")
			}
			n.kids = append(n.kids, p.expression(-1))
			if !p.accept(",") {
				return n
			}
		}
	case "pivot":
		p.expression(-1)
		if !p.acceptWord("at") {
			p.fail("Expected AT keyword")
		}
		p.expression(-1)
		q := p.clauses(&query{reshapes: true})
		return &node{kind: nodeQuery, at: word.at, query: q}
	case "exec":
		n.text = "Exec"
		if p.peek().kind == tokEOF {
			p.fail("No stored procedure provided")
		}
		p.next()
		switch {
		case p.peek().kind == tokEOF:
		case p.sees("("):
			p.fail("Unexpected LEFT_PAREN found following stored procedure call")
		default:
			p.list()
		}
		return n
	}
	return p.definition(word, n)
}

// definition reads CREATE and DROP.
func (p *parser) definition(word token, n *node) *node {
	what, upper := p.next(), "CREATE"
	n.text = "Create"
	if word.text == "drop" {
		upper, n.text = "DROP", "Drop"
	}
	name := func(message string) {
		if !p.peek().isName() {
			p.fail(message)
		}
		p.next()
	}
	switch {
	case what.word() == "table":
		n.text += "Table"
		name("Expected identifier!")
	case what.word() == "index":
		n.text += "Index"
		if word.text == "drop" {
			name("Expected identifier!")
		}
		if !p.acceptWord("on") {
			p.fail("Expected ON")
		}
		if word.text == "drop" {
			name("Table target must be an identifier")
			break
		}
		name("Index target must be an identifier")
		if !p.accept("(") {
			p.fail("Expected parenthesis for keys")
		}
		p.simplePath()
		for p.accept(",") {
			p.simplePath()
		}
		p.expect(")")
	default:
		p.fail("Unexpected token following " + upper)
	}
	if p.err == nil && !p.atEnd() {
		p.fail("Unexpected tokens after " + upper + " statement!")
	}
	return n
}
