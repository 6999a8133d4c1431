package dynamodb

import (
	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/expr"
)

// guardParams are the parameters of a write that say on which condition it is
// to be done: an expression, or the legacy Expected.
type guardParams struct {
	expression *string
	expected   map[string]ddb.ExpectedAttributeValue
	operator   string
	names      map[string]string
	values     map[string]ddb.AttributeValue
}

func (g guardParams) expressions() expressions {
	return expressions{
		names: g.names, values: g.values,
		modern: []param{{"ConditionExpression", g.expression != nil}},
		legacy: []param{{"Expected", g.expected != nil}, {"ConditionalOperator", g.operator != ""}},
	}
}

// guard returns the condition, or nil where there is none. It is for requests
// with no other expression, which must use all names and values.
func (s *Service) guard(g guardParams) (*expr.Condition, error) {
	if g.expression == nil {
		return expectedCondition(g.expected, g.operator)
	}
	scope, err := g.expressions().scope()
	if err != nil {
		return nil, err
	}
	condition, err := s.exprs.Condition(scope, "ConditionExpression", *g.expression)
	if err != nil {
		return nil, err
	}
	return condition, scope.Unused()
}

// checkPaths refuses paths that lead into a key attribute.
func (t *table) checkPaths(paths []attr.Path) error {
	const scalar = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
	for _, path := range paths {
		if len(path) < 2 {
			continue
		}
		if t.schema.has(path[0].Name) {
			return awserr.Validation(scalar + "Key: " + path[0].Name)
		}
		for _, ix := range t.indexes {
			if ix.schema.has(path[0].Name) {
				return awserr.Validation(scalar + "IndexKey: " + path[0].Name)
			}
		}
	}
	return nil
}

// itemFacts are what policies may ask about a request for one item: which
// partition it is in, and which attributes the request shows.
func itemFacts(t *table, it attr.Item, returnValues string) []api.Fact {
	var attributes []string
	for name := range it.All() {
		attributes = append(attributes, string(name))
	}
	facts := append(t.leadingKeys(it), api.Given("dynamodb:Attributes", attributes...))
	if returnValues != "" {
		facts = append(facts, api.Given("dynamodb:ReturnValues", returnValues))
	}
	return facts
}

// leadingKeys are the partition keys of items that a request is about.
func (t *table) leadingKeys(items ...attr.Item) []api.Fact {
	var leading []string
	for _, it := range items {
		if v := it.Get(t.schema.hash[0].name); v != nil {
			leading = append(leading, v.Text())
		}
	}
	return []api.Fact{api.Given("dynamodb:LeadingKeys", leading...)}
}
