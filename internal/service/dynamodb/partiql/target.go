package partiql

import (
	"slices"

	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/expr"
)

// Key is the key of a table or of an index.
type Key struct {
	Hash, Range []KeyAttribute
}

// KeyAttribute is an attribute of a key, and the type of its values.
type KeyAttribute struct {
	Name string
	Kind attr.Kind
}

func (k Key) find(name string) (KeyAttribute, bool) {
	for _, a := range slices.Concat(k.Hash, k.Range) {
		if a.Name == name {
			return a, true
		}
	}
	return KeyAttribute{}, false
}

// Target is the item that an UPDATE, a DELETE or an EXISTS is about.
type Target struct {
	// Key is the item's primary key: all of its attributes, and nothing else.
	Key attr.Item
	// Condition is what has to hold of the item as it is, which may be none. An
	// UPDATE and an EXISTS need an item; a DELETE of none does nothing, so that
	// its condition holds of none. Nil holds always.
	Condition *expr.Condition
}

var (
	errIncompleteKey error = awserr.Validation("Where clause does not contain a mandatory equality on all key attributes")
	errNotSingle     error = awserr.Validation("EXISTS() must contain a single item read with additional condition")
)

// Target returns the item that the statement is about, given the key of its
// table. In ExecuteTransaction AWS does not tell these refusals of an UPDATE or
// a DELETE: it cancels with "The provided key element does not match the schema".
func (s *Statement) Target(key Key) (*Target, error) {
	values := map[string]attr.Value{}
	var rest []*expr.Condition
	for _, c := range conjuncts(s.Where, nil) {
		term, ok := c.KeyTerm()
		if _, isKey := key.find(term.Name); !ok || !isKey || term.Op != expr.KeyEQ {
			rest = append(rest, c)
			continue
		}
		switch first, seen := values[term.Name]; {
		case !seen:
			values[term.Name] = term.Value
		case first.Equal(term.Value):
		case s.Kind == Exists:
			rest = append(rest, c) // the first is the key, the other never holds
		default:
			return nil, invalid("Multiple conditions on same key %s. Only single item Update/Insert/Delete are supported", term.Name)
		}
	}
	if len(values) < len(key.Hash)+len(key.Range) || s.Kind == Exists && len(rest) == 0 {
		if s.Kind == Exists {
			return nil, errNotSingle
		}
		return nil, errIncompleteKey
	}
	fields := make([]attr.Field, 0, len(values))
	for _, a := range slices.Concat(key.Hash, key.Range) {
		v := values[a.Name]
		if !v.Is(a.Kind) {
			return nil, wrongKeyType(a.Name)
		}
		fields = append(fields, attr.Field{Name: a.Name, Value: v})
	}
	return &Target{Key: attr.NewItem(fields), Condition: s.guard(key.Hash[0].Name, expr.All(rest...))}, nil
}

// guard adds to a condition what the statement demands of the item's being
// there.
func (s *Statement) guard(hash string, condition *expr.Condition) *expr.Condition {
	attribute := expr.PathOperand(attr.Path{{Name: hash}})
	switch {
	case s.Kind != Delete:
		return expr.All(expr.Call("attribute_exists", attribute), condition)
	case condition == nil:
		return nil
	}
	return expr.Any(expr.Call("attribute_not_exists", attribute), condition)
}

func wrongKeyType(name string) error {
	return invalid("Key attribute's data type should match its data type in table's schema: Key %s", name)
}

// conjuncts appends the conditions that c is the conjunction of.
func conjuncts(c *expr.Condition, to []*expr.Condition) []*expr.Condition {
	switch {
	case c == nil:
		return to
	case c.Operator() != "AND":
		return append(to, c)
	}
	for _, part := range c.Parts() {
		to = conjuncts(part, to)
	}
	return to
}

// CheckItem refuses the item of an INSERT that lacks an attribute of the key,
// or has one of another type. ExecuteTransaction says it in other words, those
// of PutItem.
func (s *Statement) CheckItem(key Key) error {
	for _, a := range slices.Concat(key.Hash, key.Range) {
		switch v := s.Item.Get(a.Name); {
		case v == nil:
			return invalid("Key attribute should be present in the item: Key %s", a.Name)
		case !v.Is(a.Kind):
			return wrongKeyType(a.Name)
		}
	}
	return nil
}
