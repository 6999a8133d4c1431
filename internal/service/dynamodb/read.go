package dynamodb

import (
	"slices"
	"strings"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/expr"
)

// readParams are the parameters that Query and Scan have in common.
type readParams struct {
	index          *string
	consistent     *bool
	limit          *int64
	selects        string // Select
	filter         *string
	legacyFilter   map[string]ddb.Condition
	legacyOperator string
	projection     *string
	attributes     []string // AttributesToGet
	startKey       map[string]ddb.AttributeValue
	exprs          expressions
	isQuery        bool
}

// readPlan is what they ask for, as far as that shows without the table.
type readPlan struct {
	readParams
	start      attr.Item
	filter     *expr.Condition
	projection *expr.Projection
}

// planRead checks the parameters. keyCondition, which may be nil, is called
// among the expressions, in AWS's order of them.
func (s *Service) planRead(p readParams, keyCondition func(*expr.Scope) error) (*readPlan, error) {
	plan := &readPlan{readParams: p}
	if err := p.exprs.check(); err != nil {
		return nil, err
	}
	var err error
	if p.filter == nil {
		if plan.filter, err = filterCondition(p.legacyFilter, p.legacyOperator); err != nil {
			return nil, err
		}
	}
	if err := checkAttributesToGet(p.attributes); err != nil {
		return nil, err
	}
	if plan.start, err = startKey(p.startKey); err != nil {
		return nil, err
	}
	if err := p.checkSelect(); err != nil {
		return nil, err
	}
	if p.attributes != nil {
		plan.projection = expr.NewProjection(p.attributes)
	}
	scope, err := p.exprs.scope()
	if err != nil {
		return nil, err
	}
	if keyCondition != nil {
		if err := keyCondition(scope); err != nil {
			return nil, err
		}
	}
	if p.filter != nil {
		if plan.filter, err = s.exprs.Condition(scope, "FilterExpression", *p.filter); err != nil {
			return nil, err
		}
	}
	if p.projection != nil {
		if plan.projection, err = s.exprs.Projection(scope, *p.projection); err != nil {
			return nil, err
		}
	}
	return plan, scope.Unused()
}

// checkSelect refuses a Select that contradicts the other parameters. Query
// says so in other words than Scan: as of a constraint of the model.
func (p readParams) checkSelect() error {
	refuse := func(message string) error {
		if p.isQuery {
			message = "1 validation error detected: " + message
		}
		return awserr.Validation(message)
	}
	list := ""
	switch {
	case p.attributes != nil:
		list = "AttributesToGet"
	case p.projection != nil:
		list = "ProjectionExpression"
	}
	switch {
	case p.selects == "SPECIFIC_ATTRIBUTES" && list == "":
		return refuse("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
	case p.selects == "COUNT" && list != "":
		return refuse("Cannot specify the " + list + " when choosing to get only the Count")
	case (p.selects == "ALL_ATTRIBUTES" || p.selects == "ALL_PROJECTED_ATTRIBUTES") && list != "":
		return refuse("Cannot specify the " + list + " when choosing to get " + p.selects)
	case p.selects == "ALL_PROJECTED_ATTRIBUTES" && p.index == nil:
		return refuse("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
	}
	return nil
}

// on makes a page request of the plan, for a table.
func (p *readPlan) on(t *table) (*pageRequest, error) {
	request := &pageRequest{
		table:      t,
		consistent: isTrue(p.consistent),
		countOnly:  p.selects == "COUNT",
		filter:     p.filter,
		projection: p.projection,
	}
	if p.limit != nil {
		request.limit = int(*p.limit)
	}
	if p.index == nil {
		return request, p.checkPaths(t)
	}
	ix := t.indexNamed(*p.index)
	switch {
	case ix == nil:
		return nil, awserr.Validation("The table does not have the specified index: " + *p.index)
	case ix.Building:
		return nil, awserr.Validation("Cannot read from backfilling global secondary index: " + ix.Name)
	case ix.Global && request.consistent:
		return nil, awserr.Validation("Consistent reads are not supported on global secondary indexes")
	}
	request.index = ix
	request.fetch = p.needsItems(ix)
	if request.fetch && ix.Global {
		return nil, p.notProjected(ix)
	}
	return request, p.checkPaths(t)
}

// needsItems reports whether the plan wants more than the index has.
func (p *readPlan) needsItems(ix *index) bool {
	if ix.keep == nil {
		return false
	}
	if p.selects == "ALL_ATTRIBUTES" {
		return true
	}
	if len(p.missing(ix)) > 0 {
		return true
	}
	if ix.Global || p.filter == nil {
		return false // a filter on what a global index lacks finds it absent
	}
	for _, path := range p.filter.Paths() {
		if !slices.Contains(ix.keep, path[0].Name) {
			return true
		}
	}
	return false
}

// missing returns the projected attributes that the index does not have.
func (p *readPlan) missing(ix *index) []string {
	var names []string
	if p.projection == nil {
		return nil
	}
	for _, path := range p.projection.Paths() {
		if name := path[0].Name; !slices.Contains(ix.keep, name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (p *readPlan) notProjected(ix *index) error {
	if p.selects == "ALL_ATTRIBUTES" {
		return awserr.Validation(invalidValues + "Select type ALL_ATTRIBUTES is not supported for global secondary index " +
			ix.Name + " because its projection type is not ALL")
	}
	return awserr.Validation(invalidValues + "Global secondary index " + ix.Name + " does not project [" + strings.Join(p.missing(ix), ", ") + "]")
}

// checkPaths refuses a projection or a filter into a key attribute.
func (p *readPlan) checkPaths(t *table) error {
	if p.projection != nil {
		if err := t.checkPaths(p.projection.Paths()); err != nil {
			return err
		}
	}
	if p.filter != nil {
		return t.checkPaths(p.filter.Paths())
	}
	return nil
}
