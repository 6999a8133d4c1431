package partiql

// query reads a SELECT behind its first word.
func (p *parser) query(word token) *node {
	q := &query{}
	if p.acceptWord("distinct") {
		q.distinct = true
	} else {
		p.acceptWord("all")
	}
	if p.acceptWord("value") {
		q.reshapes = true
		p.expression(-1)
	} else {
		q.projection = p.selectList()
	}
	return &node{kind: nodeQuery, at: word.at, query: p.clauses(q)}
}

func (p *parser) selectList() []*node {
	items := []*node{p.selectItem()}
	for p.accept(",") {
		items = append(items, p.selectItem())
	}
	for _, n := range items {
		if p.err == nil && n.kind == nodeStar && len(items) > 1 {
			p.fail("Other expressions may not be present in the select list when '*' is used without dot notation.")
		}
	}
	return items
}

func (p *parser) selectItem() *node {
	if p.sees("*") {
		return &node{kind: nodeStar, at: p.next().at}
	}
	if word := p.peek().word(); selectWords[word] {
		p.fail("Expected identifier or an expression but found unexpected keyword '" + word + "' in a select list.")
		return nil
	}
	n := p.expression(-1)
	if n != nil && n.kind == nodePath {
		n = p.starOf(n)
	}
	if p.alias() {
		return &node{kind: nodeAliased, kids: []*node{n}}
	}
	return n
}

// starOf takes a.* in a select list for what it is, and refuses other stars in
// a path.
func (p *parser) starOf(path *node) *node {
	brackets := false
	for i, step := range path.kids[1:] {
		switch {
		case step == nil:
			return path // an error was found before
		case step.kind == nodeAll && (step.text == "[" || i < len(path.kids)-2):
			p.fail("Invalid use of * in select list")
		case step.kind == nodeAll && brackets:
			p.fail("Cannot use [] and * together in SELECT list expression")
		case step.kind == nodeAll:
			return &node{kind: nodeStarOf, at: path.at, kids: path.kids[:1]}
		}
		brackets = brackets || step.kind != nodeField
	}
	return path
}

// alias takes [AS] name, and reports whether it was there.
func (p *parser) alias() bool {
	t := p.peek()
	if t.kind == tokWord && t.text == "as" {
		p.next()
		if !p.peek().isName() {
			p.fail("Expected identifier for AS-alias")
		}
		p.next()
		return true
	}
	if t.isName() {
		p.next()
		return true
	}
	return false
}

// aliases takes [AS] name, AT name and BY name.
func (p *parser) aliases() bool {
	found := p.alias()
	for _, word := range []string{"at", "by"} {
		if t := p.peek(); t.kind == tokWord && t.text == word {
			p.next()
			if !p.peek().isName() {
				p.fail("Expected identifier for " + map[string]string{"at": "AT", "by": "BY"}[word] + "-alias")
			}
			p.next()
			found = true
		}
	}
	return found
}

// clauses reads what follows the select list.
func (p *parser) clauses(q *query) *query {
	if !p.acceptWord("from") {
		p.fail("Expected FROM after SELECT list")
		return q
	}
	q.from = p.sources(selectPrecedence)
	if p.acceptWord("let") {
		p.let()
	}
	if p.acceptWord("where") {
		q.where = p.expression(selectPrecedence)
	}
	if p.acceptWord("order") {
		p.expectPlain("by")
		q.order = p.orderTerms()
	}
	if p.acceptWord("group") {
		q.groups = true
		p.groupBy()
	}
	for _, clause := range []struct {
		word string
		to   **node
	}{{"having", &q.having}, {"limit", &q.limit}, {"offset", &q.offset}} {
		if p.acceptWord(clause.word) {
			*clause.to = p.expression(selectPrecedence)
		}
	}
	return q
}

// sources reads what stands behind FROM: a table, or several that are joined.
func (p *parser) sources(precedence int) source {
	s := p.source(precedence)
	for p.err == nil {
		t := p.peek()
		switch {
		case p.sees(","), t.word() == "cross_join":
			p.next()
			p.source(precedence)
		case t.word() == "join":
			p.next()
			p.source(precedence)
			if !p.acceptWord("on") {
				p.fail("Expected 'ON'")
			}
			p.expression(precedence)
		default:
			return s
		}
		s.several = true
	}
	return s
}

func (p *parser) source(precedence int) source {
	var s source
	behind := p.behind()
	literal := behind.kind == tokString || behind.kind == tokNumber || behind.kind == tokBool
	switch {
	case p.acceptWord("unpivot"):
		s.several = true
		p.expression(precedence)
	case p.sees("(") && !literal && behind.word() != "select":
		if !p.enter() {
			return s
		}
		p.next()
		s = p.sources(precedence)
		p.expect(")")
		p.leave()
	default:
		s.table = p.expression(precedence)
	}
	s.aliased = p.aliases() || s.aliased
	return s
}

func (p *parser) let() {
	for {
		p.expression(-1)
		if t := p.peek(); t.kind != tokWord || t.text != "as" {
			p.fail("Expected AS following LET expr")
		}
		p.next()
		if !p.peek().isName() {
			p.fail("Expected identifier for AS-alias")
		}
		p.next()
		if !p.accept(",") {
			return
		}
	}
}

func (p *parser) orderTerms() []orderTerm {
	var terms []orderTerm
	for {
		term := orderTerm{by: p.expression(-1)}
		if t := p.peek(); t.kind == tokWord && (t.text == "asc" || t.text == "desc") {
			p.next()
			term.descending = t.text == "desc"
		}
		terms = append(terms, term)
		if !p.accept(",") {
			return terms
		}
	}
}

func (p *parser) groupBy() {
	p.acceptWord("partial")
	p.expectPlain("by")
	for {
		n := p.expression(selectPrecedence)
		if n != nil && (n.kind == nodeLiteral && n.value.Kind().String() != "NULL" || n.kind == nodeNumber) {
			p.fail("Literals (including ordinals) not supported in GROUP BY")
		}
		p.alias()
		if !p.accept(",") {
			break
		}
	}
	if p.acceptWord("group") {
		if !p.seesWord("as") {
			p.fail("Expected AS keyword")
		}
		p.next()
		if !p.peek().isName() {
			p.fail("Expected identifier for GROUP name")
		}
		p.next()
	}
}
