package partiql

import "cloudless/internal/service/dynamodb/attr"

// node is an expression, as it was written.
type node struct {
	kind nodeKind
	at   position
	// text is the name of a name or function, the operator, the type of an IS,
	// the digits of a number, and what is between the backticks.
	text string
	kids []*node

	value attr.Value // of a literal
	fault error      // of a number: why it is none of DynamoDB's
	param int        // of a parameter: which, from 0
	query *query     // of a SELECT
	dml   *dml       // of a data manipulation
}

type nodeKind uint8

const (
	nodeName    nodeKind = iota
	nodeLiteral          // a string, a boolean, NULL
	nodeNumber           // a number
	nodeIon              // a literal in backticks
	nodeMissing          // MISSING
	nodeParam            // ?
	nodeList             // [a, b], or (a, b)
	nodeBag              // <<a, b>>
	nodeTuple            // {a: b}: kids are names and values in turns
	nodePath             // a.b[0]: kids are what is stepped from, then the steps
	nodeField            // a step .b: text is b
	nodeAll              // a step .* or [*]
	nodeBinary           // two kids, or more of AND and OR
	nodeUnary            // + - not
	nodeBetween          // three kids
	nodeIs               // one kid and a type
	nodeCall             // a function
	nodeSum              // an aggregate function
	nodeCase             // CASE
	nodeCast             // CAST and its like
	nodeDate             // DATE or TIME with a text
	nodeQuery            // SELECT, or PIVOT
	nodeDML              // a data manipulation
	nodeOther            // a statement that DynamoDB does not have: text is its kind
	nodeStar             // * in a select list
	nodeStarOf           // a.* in a select list: kid is a
	nodeAliased          // kid AS something
)

// query is a SELECT.
type query struct {
	distinct   bool
	reshapes   bool // VALUE or PIVOT
	projection []*node
	from       source
	where      *node
	order      []orderTerm
	groups     bool
	having     *node
	limit      *node
	offset     *node
}

// source is what stands behind FROM, UPDATE and the like.
type source struct {
	table   *node
	aliased bool
	several bool // a join, or UNPIVOT
}

type orderTerm struct {
	by         *node
	descending bool
}

// dml is a data manipulation.
type dml struct {
	from      *source // nil where there is none
	actions   []*action
	where     *node
	returning []returning // nil where there is none
}

// action is one of INSERT, SET, REMOVE or DELETE.
type action struct {
	kind        actionKind
	at          position
	table       *node // of an insert
	path, value *node
	positioned  bool // an insert AT something
	conflict    bool // an insert ON CONFLICT
	returning   []returning
}

type actionKind uint8

const (
	actionInsert     actionKind = iota // INSERT INTO table VALUE value
	actionInsertMany                   // INSERT INTO table value
	actionSet
	actionRemove
	actionDelete
)

// returning is one element of a RETURNING clause.
type returning struct {
	what string // "modified_old" and the like
	all  bool   // *, and not a column
}
