package expr

import (
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
)

// LegacyTerm is one entry of Expected, QueryFilter or ScanFilter: a condition
// on one whole attribute. Operator is a ComparisonOperator of the API, with as
// many arguments as it takes.
type LegacyTerm struct {
	Name     string
	Operator string
	Args     []attr.Value
}

// legacyOps are the comparison operators that are operators of expressions too.
var legacyOps = map[string]op{"EQ": opEQ, "NE": opNE, "LT": opLT, "LE": opLE, "GT": opGT, "GE": opGE, "BETWEEN": opBetween, "IN": opIn}

// legacyFunctions are those that are functions of expressions.
var legacyFunctions = map[string]string{"NOT_NULL": "attribute_exists", "NULL": "attribute_not_exists",
	"BEGINS_WITH": "begins_with", "CONTAINS": "contains", "NOT_CONTAINS": "contains"}

// NewCondition returns the condition that all terms hold, or any of them.
func NewCondition(terms []LegacyTerm, any bool) *Condition {
	c := &Condition{tree: &tree{}}
	root := &node{op: opAnd}
	if any {
		root.op = opOr
	}
	for _, t := range terms {
		root.kids = append(root.kids, c.legacyNode(t))
	}
	c.tree.root = root
	return c
}

func (c *Condition) legacyNode(t LegacyTerm) *node {
	args := []*operand{{kind: pathOperand, slot: len(c.paths)}}
	c.paths = append(c.paths, attr.Path{{Name: t.Name}})
	for _, v := range t.Args {
		args = append(args, &operand{kind: valueOperand, slot: len(c.values)})
		c.values = append(c.values, v)
	}
	if o, ok := legacyOps[t.Operator]; ok {
		return &node{op: o, args: args}
	}
	call := &node{op: opCall, args: []*operand{{kind: functionOperand, function: legacyFunctions[t.Operator], args: args}}}
	if t.Operator == "NOT_CONTAINS" {
		return &node{op: opNot, kids: []*node{call}}
	}
	return call
}

// AttributeUpdates is the legacy parameter of that name: what to do with whole
// attributes.
type AttributeUpdates []AttributeUpdate

// AttributeUpdate is one entry of it. Action is PUT, ADD or DELETE; Value is
// nil where the request gives none.
type AttributeUpdate struct {
	Name, Action string
	Value        attr.Value
}

var errLegacyType error = awserr.Validation("Type mismatch for attribute to update")

// Apply returns the item as the updates make it.
func (us AttributeUpdates) Apply(it attr.Item) (attr.Item, error) {
	var patch attr.Patch
	for _, u := range us {
		v, err := u.newValue(it.Get(u.Name))
		if err != nil {
			return nil, err
		}
		if path := (attr.Path{{Name: u.Name}}); v != nil {
			patch.Set(path, v)
		} else {
			patch.Remove(path)
		}
	}
	return patch.Apply(it)
}

// newValue returns what becomes of the attribute, or nil when it goes.
func (u AttributeUpdate) newValue(old attr.Value) (attr.Value, error) {
	if u.Action == "DELETE" && (u.Value == nil || old == nil) {
		return nil, nil
	}
	if u.Action != "ADD" && u.Action != "DELETE" || old == nil {
		return u.Value, nil
	}
	switch {
	case old.Kind() != u.Value.Kind():
		return nil, errLegacyType
	case u.Action == "DELETE":
		return attr.Without(old, u.Value), nil
	case old.Is(attr.List):
		return attr.Concat(old, u.Value), nil
	}
	return add(old, u.Value)
}

// Targets returns the paths that the updates write to.
func (us AttributeUpdates) Targets() []attr.Path {
	var paths []attr.Path
	for _, u := range us {
		paths = append(paths, attr.Path{{Name: u.Name}})
	}
	return paths
}

// Creates reports whether the updates make an item where there is none.
func (us AttributeUpdates) Creates() bool {
	for _, u := range us {
		if u.Action != "DELETE" {
			return true
		}
	}
	return len(us) == 0
}
