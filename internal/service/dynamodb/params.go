package dynamodb

import (
	"strings"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/expr"
)

// param is a parameter of a request that is an expression, or one from before
// there were expressions.
type param struct {
	name  string
	given bool
}

// expressions are the parameters of one request that have to do with
// expressions.
type expressions struct {
	names  map[string]string
	values map[string]ddb.AttributeValue
	// modern are the expressions, and legacy the parameters that cannot stand
	// beside them, in the order in which AWS lists them.
	modern, legacy []param
}

// check refuses a mixture of expressions and legacy parameters, and names and
// values without an expression.
func (e expressions) check() error {
	modern, legacy := given(e.modern), given(e.legacy)
	if len(modern) > 0 && len(legacy) > 0 {
		return awserr.Validation("Can not use both expression and non-expression parameters in the same request: " +
			"Non-expression parameters: {" + strings.Join(legacy, ", ") + "} " +
			"Expression parameters: {" + strings.Join(modern, ", ") + "}")
	}
	if e.names != nil && len(modern) == 0 {
		return awserr.Validation("ExpressionAttributeNames can only be specified when using expressions")
	}
	if e.values == nil {
		return nil
	}
	var takers []string // projections take no values
	for _, p := range e.modern {
		if p.name == "ProjectionExpression" {
			continue
		}
		if p.given {
			return nil
		}
		takers = append(takers, p.name)
	}
	verb := " is null"
	if len(takers) > 1 {
		verb = " are null"
	}
	return awserr.Validation("ExpressionAttributeValues can only be specified when using expressions: " + strings.Join(takers, " and ") + verb)
}

func given(params []param) []string {
	var names []string
	for _, p := range params {
		if p.given {
			names = append(names, p.name)
		}
	}
	return names
}

// scope returns the names and values for the expressions to use.
func (e expressions) scope() (*expr.Scope, error) { return expr.NewScope(e.names, e.values) }

// optional parses an expression that may be absent.
func optional[T any](text *string, parse func(text string) (*T, error)) (*T, error) {
	if text == nil {
		return nil, nil
	}
	return parse(*text)
}
