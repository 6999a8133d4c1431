package dynamodb

import (
	"cloudless/internal/api"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/expr"
)

// projectionParams are the parameters of a read by key that say what to show:
// an expression, or the legacy AttributesToGet.
type projectionParams struct {
	expression *string
	attributes []string
	names      map[string]string
}

// projection returns what to show, or nil for all. It is for requests with no
// other expression, which must use all names.
func (s *Service) projection(p projectionParams) (*expr.Projection, error) {
	exprs := expressions{
		names:  p.names,
		modern: []param{{"ProjectionExpression", p.expression != nil}},
		legacy: []param{{"AttributesToGet", p.attributes != nil}},
	}
	if err := exprs.check(); err != nil {
		return nil, err
	}
	if p.attributes != nil {
		if err := checkAttributesToGet(p.attributes); err != nil {
			return nil, err
		}
		return expr.NewProjection(p.attributes), nil
	}
	if p.expression == nil {
		return nil, nil
	}
	scope, err := exprs.scope()
	if err != nil {
		return nil, err
	}
	projection, err := s.exprs.Projection(scope, *p.expression)
	if err != nil {
		return nil, err
	}
	return projection, scope.Unused()
}

// project returns the parts of it that are to be shown.
func project(p *expr.Projection, it attr.Item) attr.Item {
	if p == nil || it == nil {
		return it
	}
	return p.Of(it)
}

// attributeFacts are the attributes that a read asks for, for policies that
// allow some alone. Who asks for all names none.
func attributeFacts(p *expr.Projection) []api.Fact {
	if p == nil {
		return nil
	}
	var names []string
	for _, path := range p.Paths() {
		names = append(names, path[0].Name)
	}
	return []api.Fact{api.Given("dynamodb:Attributes", names...)}
}
