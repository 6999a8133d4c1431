package partiql

import (
	"errors"

	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/expr"
)

// Kind is what a statement does.
type Kind uint8

// The kinds. Exists is EXISTS(SELECT …), the condition check of
// ExecuteTransaction, where it counts among the writes.
const (
	Select Kind = iota
	Insert
	Update
	Delete
	Exists
)

// Action returns the action that policies know statements of the kind by. That
// EXISTS needs the action of SELECT is a guess: no source tells.
func (k Kind) Action() string {
	switch k {
	case Insert:
		return "PartiQLInsert"
	case Update:
		return "PartiQLUpdate"
	case Delete:
		return "PartiQLDelete"
	}
	return "PartiQLSelect"
}

// Statement is a statement with the parameters of one request.
type Statement struct {
	Kind  Kind
	Table string
	Index string // of a SELECT; "" for the table itself

	// Where is the whole WHERE clause, or nil.
	Where *expr.Condition
	// Projection is what a SELECT shows, or nil for all.
	Projection *expr.Projection
	// Item is what an INSERT writes.
	Item attr.Item
	// Update is what an UPDATE does.
	Update *expr.Update
	// Returning is what a write's RETURNING clause asks for, by the names of
	// ReturnValues: ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATED_NEW, or "".
	Returning string

	order []keyOrder
}

// keyOrder is one element of ORDER BY.
type keyOrder struct {
	name       string
	descending bool
}

// IsRead reports whether the statement reads and does nothing else. One
// request of several statements has reads alone or none.
func (s *Statement) IsRead() bool { return s.Kind == Select }

// Cache keeps the trees of statements that were parsed before, up to a number
// and up to a size. It may be used from any number of goroutines.
type Cache struct{ trees *expr.Memory[string, *node] }

// treeWeight is how many times as much memory as the tree of an expression the
// tree of a statement takes, for a text of the same length.
const treeWeight = 5

// NewCache returns a cache of about size statements.
func NewCache(size int) *Cache { return &Cache{expr.NewMemory[string, *node](size)} }

// Statement parses a statement and binds it to its parameters, which have been
// checked before: AWS looks at them first.
func (c *Cache) Statement(text string, params []attr.Value) (*Statement, error) {
	tree, err := c.trees.Of(text, treeWeight*len(text), func() (*node, error) { return parse(text) })
	if syntax, ok := errors.AsType[syntaxError](err); ok {
		return nil, awserr.Validation("Statement wasn't well formed, can't be processed: " + string(syntax))
	}
	if err != nil {
		return nil, err
	}
	b := &binder{params: params}
	return b.statement(tree)
}

func (b *binder) statement(n *node) (*Statement, error) {
	switch n.kind {
	case nodeQuery:
		return b.query(n.query)
	case nodeDML:
		return b.manipulation(n)
	case nodeCall:
		if n.text != "exists" || len(n.kids) != 1 || n.kids[0].kind != nodeQuery {
			break
		}
		s, err := b.query(n.kids[0].query)
		if err == nil {
			s.Kind = Exists
		}
		return s, err
	}
	return nil, invalid("Unsupported operation: %s", class(n))
}

// class is what AWS calls an expression that is no statement. That it calls a
// type test IsType is known; the others are named as in the same release of
// its published parser.
func class(n *node) string {
	operators := map[string]string{"+": "Plus", "-": "Minus", "*": "Times", "/": "Divide", "%": "Modulo", "||": "Concat", "=": "Eq",
		"<>": "Ne", "<": "Lt", "<=": "Lte", ">": "Gt", ">=": "Gte", "and": "And", "or": "Or", "like": "Like", "in": "InCollection"}
	unary := map[string]string{"+": "Pos", "-": "Neg", "not": "Not"}
	kinds := map[nodeKind]string{nodeName: "Id", nodeLiteral: "Lit", nodeNumber: "Lit", nodeIon: "Lit", nodeMissing: "Missing",
		nodeParam: "Parameter", nodeList: "List", nodeBag: "Bag", nodeTuple: "Struct", nodePath: "Path", nodeBetween: "Between",
		nodeIs: "IsType", nodeCall: "Call", nodeSum: "CallAgg", nodeCase: n.text, nodeCast: "Cast", nodeDate: "Date", nodeOther: n.text}
	switch n.kind {
	case nodeUnary:
		return unary[n.text]
	case nodeBinary:
		if name, ok := operators[n.text]; ok {
			return name
		}
		return "BagOp"
	}
	return kinds[n.kind]
}

// query returns a SELECT.
func (b *binder) query(q *query) (*Statement, error) {
	s := &Statement{Kind: Select}
	var err error
	if q.from.several {
		return nil, invalid("Only select from a single table or index is supported.")
	}
	if err = checkClauses(q); err != nil {
		return nil, err
	}
	if s.Table, s.Index, err = tableOf(q.from); err != nil {
		return nil, err
	}
	if s.Projection, err = projection(q.projection); err != nil {
		return nil, err
	}
	if s.Where, err = b.where(q.where); err != nil {
		return nil, err
	}
	for _, term := range q.order {
		if term.by.kind != nodeName {
			return nil, invalid("Argument to ORDER BY must be of type VariableReference. Type: %s", orderType(term.by))
		}
		s.order = append(s.order, keyOrder{term.by.text, term.descending})
	}
	return s, nil
}

// orderType is what a message calls an argument of ORDER BY that is no name.
func orderType(n *node) string {
	switch n.kind {
	case nodeParam:
		return "PARAMETER"
	case nodeLiteral:
		if n.value.Is(attr.String) {
			return `"` + n.text + `"`
		}
	}
	return typeOf(n, false)
}

// checkClauses refuses what DynamoDB does not have.
func checkClauses(q *query) error {
	switch {
	case q.groups:
		return invalid("Unsupported clause: GROUP BY")
	case q.having != nil:
		return invalid("Unsupported clause: HAVING at %s", q.having.at)
	case q.limit != nil:
		return invalid("Unsupported clause: LIMIT at %s", q.limit.at)
	case q.offset != nil:
		return invalid("Unsupported clause: OFFSET at %s", q.offset.at)
	case q.distinct:
		return invalid("Unsupported token in expression: DISTINCT")
	case q.reshapes:
		return invalid("Select projection doesn't support value or pivot keywords")
	}
	return nil
}

// tableOf returns the table and the index of a source.
func tableOf(from source) (table, index string, err error) {
	n := from.table
	switch {
	case from.aliased:
		return "", "", invalid("Aliasing is not supported")
	case n.kind == nodeName:
		if n.text == "" {
			return "", "", errEmptyName
		}
		return n.text, "", nil
	case n.kind != nodePath || n.kids[0].kind != nodeName:
		return "", "", invalid("Unexpected from source")
	}
	p, err := path(n)
	switch {
	case err != nil:
		return "", "", err
	case len(p) > 2:
		return "", "", invalid("A path may contain at most 2 components in the FROM clause")
	case p[1].IsIndex():
		return "", "", invalid("Invalid list expression in source.")
	}
	return p[0].Name, p[1].Name, nil
}

// projection returns what a select list shows: each path as an attribute of
// its own.
func projection(list []*node) (*expr.Projection, error) {
	if len(list) == 1 && list[0].kind == nodeStar {
		return nil, nil
	}
	paths := make([]attr.Path, len(list))
	names := make([]string, len(list))
	seen := make(map[string]bool, len(list))
	for i, n := range list {
		switch n.kind {
		case nodeName, nodePath:
		case nodeAliased:
			return nil, invalid("Aliasing is not supported")
		case nodeStarOf:
			return nil, invalid("Changing item's hierarchy while reading isn't supported")
		default:
			return nil, invalid("Unexpected path component at %s", n.at)
		}
		p, err := path(n)
		if err != nil {
			return nil, err
		}
		paths[i], names[i] = p, shownName(p)
		if seen[names[i]] {
			return nil, invalid("Duplicate identifiers in select clause: %s", names[i])
		}
		seen[names[i]] = true
	}
	return expr.NewSelection(paths, names)
}
