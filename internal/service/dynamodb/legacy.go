package dynamodb

import (
	"fmt"
	"maps"
	"slices"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/expr"
)

// operatorArgs tells how many arguments a ComparisonOperator takes, and of
// which types; no types means any. IN takes one or more.
var operatorArgs = map[string]struct {
	min, max int
	kinds    []attr.Kind
}{
	"EQ":           {1, 1, nil},
	"NE":           {1, 1, nil},
	"LE":           {1, 1, orderedKinds},
	"LT":           {1, 1, orderedKinds},
	"GE":           {1, 1, orderedKinds},
	"GT":           {1, 1, orderedKinds},
	"CONTAINS":     {1, 1, orderedKinds},
	"NOT_CONTAINS": {1, 1, orderedKinds},
	"BEGINS_WITH":  {1, 1, []attr.Kind{attr.String, attr.Binary}},
	"NULL":         {0, 0, nil},
	"NOT_NULL":     {0, 0, nil},
	"IN":           {1, 1 << 20, orderedKinds},
	"BETWEEN":      {2, 2, orderedKinds},
}

var orderedKinds = []attr.Kind{attr.String, attr.Number, attr.Binary}

// expectedCondition translates Expected and ConditionalOperator, or returns
// nil where there is none.
func expectedCondition(expected map[string]ddb.ExpectedAttributeValue, operator string) (*expr.Condition, error) {
	var terms []expr.LegacyTerm
	for _, name := range slices.Sorted(maps.Keys(expected)) {
		term, err := expectedTerm(name, expected[name])
		if err != nil {
			return nil, err
		}
		terms = append(terms, term)
	}
	return legacyCondition(terms, operator)
}

func expectedTerm(name string, e ddb.ExpectedAttributeValue) (expr.LegacyTerm, error) {
	refuse := func(what string) (expr.LegacyTerm, error) {
		return expr.LegacyTerm{}, awserr.Validation(invalidValues + what + " for Attribute: " + name)
	}
	values := e.AttributeValueList
	switch {
	case e.AttributeValueList != nil && e.Value != nil:
		return refuse("Value and AttributeValueList cannot be used together")
	case e.ComparisonOperator != "" && e.Exists != nil:
		return refuse("Exists and ComparisonOperator cannot be used together")
	case e.ComparisonOperator != "":
		if e.Value != nil {
			values = []ddb.AttributeValue{*e.Value}
		}
		if values == nil && e.ComparisonOperator != "NULL" && e.ComparisonOperator != "NOT_NULL" {
			return refuse("Value or AttributeValueList must be used with ComparisonOperator: " + e.ComparisonOperator)
		}
		return legacyTerm(name, e.ComparisonOperator, values)
	case e.AttributeValueList != nil:
		return refuse("AttributeValueList can only be used with a ComparisonOperator")
	case e.Exists != nil && !*e.Exists:
		if e.Value != nil {
			return refuse("Value cannot be used when Exists is false")
		}
		return legacyTerm(name, "NULL", nil)
	case e.Value == nil:
		exists := "null"
		if e.Exists != nil {
			exists = "true"
		}
		return refuse("Value must be provided when Exists is " + exists)
	}
	return legacyTerm(name, "EQ", []ddb.AttributeValue{*e.Value})
}

// filterCondition translates QueryFilter or ScanFilter, or returns nil where
// there is none.
func filterCondition(filter map[string]ddb.Condition, operator string) (*expr.Condition, error) {
	terms, err := legacyTerms(filter)
	if err != nil {
		return nil, err
	}
	return legacyCondition(terms, operator)
}

func legacyTerms(conditions map[string]ddb.Condition) ([]expr.LegacyTerm, error) {
	var terms []expr.LegacyTerm
	for _, name := range slices.Sorted(maps.Keys(conditions)) {
		term, err := legacyTerm(name, conditions[name].ComparisonOperator, conditions[name].AttributeValueList)
		if err != nil {
			return nil, err
		}
		terms = append(terms, term)
	}
	return terms, nil
}

func legacyCondition(terms []expr.LegacyTerm, operator string) (*expr.Condition, error) {
	if len(terms) == 0 {
		if operator != "" {
			return nil, awserr.Validation("ConditionalOperator cannot be used without Filter or Expected")
		}
		return nil, nil
	}
	if operator != "" && len(terms) == 1 {
		return nil, awserr.Validation("ConditionalOperator can only be used when Filter or Expected has two or more elements")
	}
	return expr.NewCondition(terms, operator == "OR"), nil
}

// legacyTerm checks one comparison as AWS does.
func legacyTerm(name, operator string, list []ddb.AttributeValue) (expr.LegacyTerm, error) {
	term := expr.LegacyTerm{Name: name, Operator: operator}
	for i := range list {
		v, err := attr.ValueFromAPI(&list[i])
		if err != nil {
			return term, err
		}
		term.Args = append(term.Args, v)
	}
	takes, known := operatorArgs[operator]
	if !known {
		return term, awserr.Unsupported("ComparisonOperator " + operator)
	}
	if len(term.Args) < takes.min || len(term.Args) > takes.max {
		return term, awserr.Validation(invalidValues + "Invalid number of argument(s) for the " + operator + " ComparisonOperator")
	}
	for _, v := range term.Args {
		if v.Kind() != term.Args[0].Kind() {
			return term, awserr.Validation(invalidValues + "AttributeValues inside AttributeValueList must be of same type")
		}
	}
	for _, v := range term.Args {
		if takes.kinds != nil && !slices.Contains(takes.kinds, v.Kind()) {
			return term, awserr.Validation(fmt.Sprintf(invalidValues+"ComparisonOperator %s is not valid for %s AttributeValue type", operator, v.Kind()))
		}
	}
	if operator == "BETWEEN" && term.Args[0].Compare(term.Args[1]) > 0 {
		return term, awserr.Validation("The BETWEEN condition was provided a range where the lower bound is greater than the upper bound")
	}
	return term, nil
}

// checkAttributesToGet refuses a name that is given twice.
func checkAttributesToGet(names []string) error {
	seen := map[string]bool{}
	for _, name := range names {
		if seen[name] {
			return awserr.Validation(invalidValues + "Duplicate value in attribute name: " + name)
		}
		seen[name] = true
	}
	return nil
}
