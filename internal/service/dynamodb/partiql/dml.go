package partiql

// manipulation reads a statement that changes something.
func (p *parser) manipulation(word token) *node {
	d := &dml{}
	n := &node{kind: nodeDML, at: word.at, dml: d}
	switch word.text {
	case "update":
		p.next()
		d.from = p.legacySource()
		d.actions = p.actions()
		d.where = p.where()
		d.returning = p.returning()
	case "delete":
		p.next()
		if !p.acceptWord("from") {
			p.fail("Expected FROM after DELETE")
		}
		d.from = p.legacySource()
		d.actions = []*action{{kind: actionDelete, at: word.at}}
		d.where = p.where()
		d.returning = p.returning()
	case "from":
		p.next()
		s := p.sources(-1)
		d.from = &s
		d.where = p.where()
		d.actions = p.actions()
		d.returning = p.returning()
	default:
		d.actions = p.action()
		if len(d.actions) > 0 {
			d.returning = d.actions[0].returning
		}
	}
	return n
}

// legacySource reads the table of an UPDATE or a DELETE.
func (p *parser) legacySource() *source {
	s := &source{table: p.simplePath()}
	s.aliased = p.aliases()
	return s
}

func (p *parser) where() *node {
	if !p.acceptWord("where") {
		return nil
	}
	return p.expression(-1)
}

// actions reads one INSERT, SET or REMOVE after another.
func (p *parser) actions() []*action {
	var actions []*action
	for dmlWords[p.peek().word()] {
		actions = append(actions, p.action()...)
	}
	if len(actions) == 0 {
		p.fail("Expected data manipulation")
	}
	return actions
}

// action reads one of them. A SET may have several assignments.
func (p *parser) action() []*action {
	switch word := p.next(); word.text {
	case "remove":
		return []*action{{kind: actionRemove, at: word.at, path: p.simplePath()}}
	case "set":
		var actions []*action
		for {
			a := &action{kind: actionSet, at: word.at, path: p.simplePath()}
			if !p.acceptWord("=") {
				p.fail("Expected '='")
			}
			a.value = p.expression(-1)
			actions = append(actions, a)
			if !p.accept(",") {
				return actions
			}
		}
	default:
		return []*action{p.insert(word)}
	}
}

func (p *parser) insert(word token) *action {
	a := &action{kind: actionInsert, at: word.at, table: p.simplePath()}
	if !p.acceptWord("value") {
		a.kind = actionInsertMany
		a.value = p.expression(-1)
		return a
	}
	a.value = p.expression(-1)
	if p.acceptWord("at") {
		a.positioned = true
		p.expression(-1)
	}
	if p.acceptWord("on_conflict") {
		a.conflict = true
		if !p.acceptWord("where") {
			p.fail("invalid ON CONFLICT syntax")
		}
		p.expression(-1)
		if !p.acceptWord("do_nothing") {
			p.fail("invalid ON CONFLICT syntax")
		}
	}
	a.returning = p.returning()
	return a
}

// returning reads a RETURNING clause, if there is one.
func (p *parser) returning() []returning {
	if !p.acceptWord("returning") {
		return nil
	}
	var elements []returning
	for {
		r := returning{what: p.peek().word()}
		switch r.what {
		case "modified_old", "modified_new", "all_old", "all_new":
			p.next()
		default:
			p.fail("Expected ( MODIFIED | ALL ) ( NEW | OLD ) in each returning element.")
		}
		if r.all = p.accept("*"); !r.all {
			p.column()
		}
		elements = append(elements, r)
		if !p.accept(",") {
			return elements
		}
	}
}

func (p *parser) column() {
	n := p.expression(-1)
	if p.err != nil {
		return
	}
	switch n.kind {
	case nodePath:
		if len(n.kids) > 2 {
			p.fail("More than two paths in RETURNING columns.")
		}
	case nodeName, nodeLiteral, nodeNumber, nodeIon, nodeMissing:
	default:
		p.fail("Unsupported syntax in RETURNING columns.")
	}
}
