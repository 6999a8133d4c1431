package partiql

import (
	"strings"

	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
)

// manipulation returns an INSERT, an UPDATE or a DELETE.
func (b *binder) manipulation(n *node) (*Statement, error) {
	d := n.dml
	first := d.actions[0]
	if first.kind == actionInsert || first.kind == actionInsertMany {
		if d.from != nil {
			return nil, invalid("Unsupported FROM ... WHERE ... clause in INSERT statement. at %s", n.at)
		}
		return insert(b, first)
	}
	for _, a := range d.actions {
		if a.kind == actionInsert || a.kind == actionInsertMany {
			return nil, invalid("Unsupported FROM ... WHERE ... clause in INSERT statement. at %s", n.at)
		}
	}
	s := &Statement{Kind: Update}
	if first.kind == actionDelete {
		s.Kind = Delete
	}
	if d.from == nil || d.from.several {
		return nil, invalid("Only select from a single table or index is supported.")
	}
	var index string
	var err error
	if s.Table, index, err = tableOf(*d.from); err != nil {
		return nil, err
	}
	if index != "" {
		return nil, invalid("This operation is not supported on an index")
	}
	if s.Returning, err = returnValues(s.Kind, d.returning); err != nil {
		return nil, err
	}
	if s.Where, err = b.where(d.where); err != nil {
		return nil, err
	}
	if s.Kind == Update {
		b.operators = 0
		s.Update, err = b.update(d.actions)
	}
	return s, err
}

// returnValues returns what a RETURNING clause asks for.
func returnValues(kind Kind, elements []returning) (string, error) {
	if len(elements) == 0 {
		return "", nil
	}
	r := elements[0]
	switch {
	case len(elements) > 1:
		return "", invalid("Invalid syntax with multiple returning elements in RETURNING clause")
	case !r.all:
		return "", invalid("Expected '*' after ( MODIFIED | ALL ) ( NEW | OLD ) in RETURNING clause")
	case kind == Delete && r.what != "all_old":
		words := strings.ToUpper(strings.ReplaceAll(r.what, "_", " "))
		return "", invalid("Invalid returning clause: RETURNING %s *. Only RETURNING ALL OLD * is allowed in DELETE statements.", words)
	}
	return strings.ToUpper(strings.Replace(r.what, "modified", "updated", 1)), nil
}

// insert returns an INSERT.
func insert(b *binder, a *action) (*Statement, error) {
	switch {
	case a.kind == actionInsertMany:
		return nil, invalid("Unsupported operation: Insert")
	case a.positioned:
		return nil, invalid("AT is not supported in insert statements. at %s", a.at)
	case a.conflict:
		return nil, invalid("Unsupported clause: ON CONFLICT")
	case a.returning != nil:
		return nil, invalid("RETURNING is not supported in INSERT")
	case a.table.kind != nodeName:
		return nil, invalid("FROM clause may only contain a single table name in data manipulation statements")
	case a.table.text == "":
		return nil, errEmptyName
	case a.value.kind != nodeTuple:
		return nil, invalid("Unsupported format in item expression. Please use struct format {...} to express item values for insert statement. at %s", a.value.at)
	}
	// A parameter may be an attribute's whole value, and no part of one.
	tuple := &node{kind: nodeTuple, at: a.value.at, kids: make([]*node, len(a.value.kids))}
	for i, kid := range a.value.kids {
		if i%2 == 1 && kid.kind == nodeParam {
			v, err := b.param(kid)
			if err != nil {
				return nil, err
			}
			kid = &node{kind: nodeLiteral, value: v}
		}
		tuple.kids[i] = kid
	}
	fields, err := tupleFields(tuple, nil, func(string, int) *place { return nil })
	if err != nil {
		return nil, err
	}
	return &Statement{Kind: Insert, Table: a.table.text, Item: attr.NewItem(fields)}, nil
}

// The refusals that concern statements in one operation and not in another.
var (
	// ErrExists refuses EXISTS outside of ExecuteTransaction.
	ErrExists error = awserr.Validation("EXISTS can only be used in ExecuteTransaction write requests.")
	// ErrReturning refuses RETURNING within ExecuteTransaction.
	ErrReturning error = awserr.Validation("RETURNING clause is not supported in ExecuteTransaction.")
	// ErrIndexInTransaction refuses an index within ExecuteTransaction.
	ErrIndexInTransaction error = awserr.Validation("Reads on indices are not supported within transactions.")
	// ErrMixed refuses a transaction of reads and writes.
	ErrMixed error = awserr.Validation("ExecuteTransaction API does not support both read and write operations in the same request.")
	// ErrMixedBatch refuses a batch of reads and writes.
	ErrMixedBatch error = awserr.Validation("Read and write requests together in the same batch is not supported.")
)

// DuplicateItem is what the DuplicateItemException of an INSERT says.
const DuplicateItem = "Duplicate primary key exists in table"
