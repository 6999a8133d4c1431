package expr

import (
	"slices"
	"strings"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
)

// Scope holds the names and values that the expressions of one request share,
// and which of them have been used.
type Scope struct {
	names  map[string]string
	values map[string]attr.Value

	usedNames  map[string]bool
	usedValues map[string]bool
}

// NewScope checks and takes ExpressionAttributeNames and
// ExpressionAttributeValues. Nil means that the request has none.
func NewScope(names map[string]string, values map[string]ddb.AttributeValue) (*Scope, error) {
	s := &Scope{names: names}
	if names != nil && len(names) == 0 {
		return nil, awserr.Validation("ExpressionAttributeNames must not be empty")
	}
	for _, name := range sortedKeys(names) {
		if !isPlaceholder(name, '#') {
			return nil, awserr.Validation(`ExpressionAttributeNames contains invalid key: Syntax error; key: "` + name + `"`)
		}
		if names[name] == "" {
			return nil, awserr.Validation("ExpressionAttributeNames contains invalid value: Empty attribute name for key " + name)
		}
	}
	if values == nil {
		return s, nil
	}
	if len(values) == 0 {
		return nil, awserr.Validation("ExpressionAttributeValues must not be empty")
	}
	keys := sortedKeys(values)
	for _, key := range keys {
		if !isPlaceholder(key, ':') {
			return nil, awserr.Validation(`ExpressionAttributeValues contains invalid key: Syntax error; key: "` + key + `"`)
		}
	}
	s.values = make(map[string]attr.Value, len(values))
	for _, key := range keys {
		given := values[key]
		v, err := attr.ValueFromAPI(&given)
		if err != nil {
			return nil, awserr.Validation("ExpressionAttributeValues contains invalid value: " + awserr.From(err).Message + " for key " + key)
		}
		s.values[key] = v
	}
	return s, nil
}

// sortedKeys returns the keys of m in order, with no memory but theirs: most
// maps here have one.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func isPlaceholder(key string, mark byte) bool {
	return len(key) > 1 && key[0] == mark && span(key[1:], isWordPart) == len(key)-1
}

// Unused returns the error that tells which names or values no expression has
// used, or nil.
func (s *Scope) Unused() error {
	if err := unused("ExpressionAttributeNames", s.names, s.usedNames); err != nil {
		return err
	}
	return unused("ExpressionAttributeValues", s.values, s.usedValues)
}

func unused[V any](parameter string, given map[string]V, used map[string]bool) error {
	if len(used) == len(given) {
		return nil
	}
	var left []string
	for key := range given {
		if !used[key] {
			left = append(left, key)
		}
	}
	slices.Sort(left)
	return awserr.Validation("Value provided in " + parameter + " unused in expressions: keys: {" + strings.Join(left, ", ") + "}")
}

// resolve puts the path or value of o, and of the operands of a function,
// where the binding keeps them.
func (s *Scope) resolve(o *operand, paths []attr.Path, values []attr.Value) error {
	switch o.kind {
	case pathOperand:
		path, err := s.path(o)
		if err != nil {
			return err
		}
		paths[o.slot] = path
	case valueOperand:
		v, ok := s.values[o.value]
		if !ok {
			return problem("An expression attribute value used in expression is not defined; attribute value: " + o.value)
		}
		if s.usedValues == nil {
			s.usedValues = make(map[string]bool, len(s.values))
		}
		s.usedValues[o.value] = true
		values[o.slot] = v
	case functionOperand:
		for _, arg := range o.args {
			if err := s.resolve(arg, paths, values); err != nil {
				return err
			}
		}
	}
	return nil
}

// path replaces the #names of a path.
func (s *Scope) path(o *operand) (attr.Path, error) {
	if !o.indirect {
		return o.path, nil
	}
	path := slices.Clone(o.path)
	for i, step := range path {
		if step.IsIndex() || step.Name[0] != '#' {
			continue
		}
		name, ok := s.names[step.Name]
		if !ok {
			return nil, problem("An expression attribute name used in the document path is not defined; attribute name: " + step.Name)
		}
		if s.usedNames == nil {
			s.usedNames = make(map[string]bool, len(s.names))
		}
		s.usedNames[step.Name] = true
		path[i].Name = name
	}
	return path, nil
}
