package dynamodb

import (
	"context"
	"slices"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/expr"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// Query reads one page of the items with one partition key, in the order of
// their sort keys, and returns what passes the filter.
func (s *Service) Query(ctx context.Context, call *api.Call, in *ddb.QueryInput) (*ddb.QueryOutput, error) {
	plan, terms, err := s.planQuery(in)
	if err != nil {
		return nil, err
	}
	var out *ddb.QueryOutput
	err = s.retrying(ctx, func(a *attempt) error {
		t, err := a.open(ctx, call, "Query", in.TableName, value(in.IndexName), func(t *table) []api.Fact {
			return slices.Concat(queryKeys(t, in.IndexName, terms), attributeFacts(plan.projection), selectFacts(in.Select))
		})
		if err != nil {
			return err
		}
		request, err := plan.on(t)
		if err != nil {
			return err
		}
		request.keys.Reverse = in.ScanIndexForward != nil && !*in.ScanIndexForward
		if err := request.startQuery(plan, terms); err != nil {
			return err
		}
		page, err := s.read(ctx, request)
		if err != nil {
			return err
		}
		out = &ddb.QueryOutput{Count: &page.count, ScannedCount: &page.scanned, LastEvaluatedKey: page.last.API(),
			ConsumedCapacity: page.consumed.answer(in.ReturnConsumedCapacity, t)}
		if !request.countOnly {
			out.Items = page.items
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// planQuery checks what shows without the table, and returns the key condition
// as terms.
func (s *Service) planQuery(in *ddb.QueryInput) (*readPlan, []expr.KeyTerm, error) {
	params := readParams{
		isQuery: true,
		index:   in.IndexName, consistent: in.ConsistentRead, limit: in.Limit, selects: in.Select,
		filter: in.FilterExpression, legacyFilter: in.QueryFilter, legacyOperator: in.ConditionalOperator,
		projection: in.ProjectionExpression, attributes: in.AttributesToGet, startKey: in.ExclusiveStartKey,
		exprs: expressions{
			names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues,
			modern: []param{{"ProjectionExpression", in.ProjectionExpression != nil}, {"FilterExpression", in.FilterExpression != nil},
				{"KeyConditionExpression", in.KeyConditionExpression != nil}},
			legacy: []param{{"AttributesToGet", in.AttributesToGet != nil}, {"QueryFilter", in.QueryFilter != nil},
				{"ConditionalOperator", in.ConditionalOperator != ""},
				// KeyConditions may stand beside the other expressions.
				{"KeyConditions", in.KeyConditions != nil && in.KeyConditionExpression != nil}},
		},
	}
	var terms []expr.KeyTerm
	plan, err := s.planRead(params, func(scope *expr.Scope) (err error) {
		switch {
		case in.KeyConditionExpression != nil:
			terms, err = s.exprs.KeyCondition(scope, *in.KeyConditionExpression)
		case in.KeyConditions != nil:
			terms, err = legacyKeyTerms(in.KeyConditions)
		default:
			err = awserr.Validation("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return plan, terms, nil
}

// legacyKeyTerms translates KeyConditions.
func legacyKeyTerms(conditions map[string]ddb.Condition) ([]expr.KeyTerm, error) {
	legacy, err := legacyTerms(conditions)
	if err != nil {
		return nil, err
	}
	var terms []expr.KeyTerm
	for _, l := range legacy {
		term := expr.KeyTerm{Name: l.Name, Op: expr.KeyOp(l.Operator)}
		if len(l.Args) > 0 {
			term.Value, term.High = l.Args[0], l.Args[len(l.Args)-1]
		}
		terms = append(terms, term)
	}
	return terms, nil
}

// startQuery sets the range to what is left of what the terms select.
func (p *pageRequest) startQuery(plan *readPlan, terms []expr.KeyTerm) error {
	if plan.start != nil && plan.start.Len() != len(p.keyNames()) {
		return awserr.Validation(invalidStart)
	}
	if err := p.checkTerms(terms); err != nil {
		return err
	}
	if err := p.checkFilter(plan); err != nil {
		return err
	}
	reverse := p.keys.Reverse
	p.keys = p.keyRange(terms)
	p.keys.Reverse = reverse
	if plan.start == nil {
		p.single = p.index == nil && len(terms) == len(p.table.schema.all) && terms[len(terms)-1].Op == expr.KeyEQ && terms[0].Op == expr.KeyEQ
		return nil
	}
	if err := p.checkStart(plan.start); err != nil {
		return err
	}
	if p.startAfter(plan.start) {
		return nil
	}
	for _, t := range terms {
		if slices.ContainsFunc(p.schema().ranges, func(a keyAttribute) bool { return a.name == t.Name }) && !t.Admits(plan.start.Get(t.Name)) {
			return awserr.Validation("The provided starting key does not match the range key predicate")
		}
	}
	return awserr.Validation("The provided starting key is outside query boundaries based on provided conditions")
}

// checkTerms refuses terms that are not one equality for each hash attribute
// and then conditions on range attributes from the first on, of which all but
// the last are equalities.
func (p *pageRequest) checkTerms(terms []expr.KeyTerm) error {
	schema := p.schema()
	attributes := schema.all
	if len(terms) < 1 || len(terms) > max(2, len(attributes)) {
		return awserr.Validation("Conditions can be of length 1 or 2 only")
	}
	if len(attributes) == 1 && len(terms) > 1 {
		return awserr.Validation("Query key condition not supported")
	}
	open := true // no range has been bounded yet
	used := 0
	for i, a := range attributes {
		isHash := i < len(schema.hash)
		at := slices.IndexFunc(terms, func(t expr.KeyTerm) bool { return t.Name == a.name })
		if at < 0 {
			if isHash || used < len(terms) {
				return awserr.Validation("Query condition missed key schema element: " + a.name)
			}
			break
		}
		used++
		if err := checkTerm(a, terms[at]); err != nil {
			return err
		}
		isEquality := terms[at].Op == expr.KeyEQ
		if isHash && !isEquality || !open {
			return awserr.Validation("Query key condition not supported")
		}
		open = isEquality
	}
	if used < len(terms) {
		return awserr.Validation("Query key condition not supported")
	}
	return nil
}

func checkTerm(a keyAttribute, t expr.KeyTerm) error {
	switch t.Op {
	case expr.KeyEQ, expr.KeyLT, expr.KeyLE, expr.KeyGT, expr.KeyGE, expr.KeyBetween, expr.KeyBeginsWith:
	default:
		return awserr.Validation("Attempted conditional constraint is not an indexable operation")
	}
	if !t.Value.Is(a.kind) || t.Op == expr.KeyBetween && !t.High.Is(a.kind) {
		return awserr.Validation(invalidValues + "Condition parameter type does not match schema type")
	}
	return checkNotEmpty(a.name, t.Value)
}

// checkFilter refuses a filter on the key that is queried.
func (p *pageRequest) checkFilter(plan *readPlan) error {
	if plan.filter == nil {
		return nil
	}
	parameter := "Filter Expression"
	if plan.readParams.filter == nil {
		parameter = "QueryFilter"
	}
	for _, path := range plan.filter.Paths() {
		if p.schema().has(path[0].Name) {
			return awserr.Validation(parameter + " can only contain non-primary key attributes: Primary key attribute: " + path[0].Name)
		}
	}
	return nil
}

// keyRange is where the items lie that satisfy the terms, which checkTerms has
// let through.
func (p *pageRequest) keyRange(terms []expr.KeyTerm) kv.Range {
	schema := p.schema()
	term := func(name string) *expr.KeyTerm {
		for i := range terms {
			if terms[i].Name == name {
				return &terms[i]
			}
		}
		return nil
	}
	var partition []attr.Value
	for _, a := range schema.hash {
		partition = append(partition, term(a.name).Value)
	}
	base := appendPartition(clip(p.prefix()), partition)
	for _, a := range schema.ranges {
		t := term(a.name)
		if t == nil {
			break
		}
		if t.Op != expr.KeyEQ {
			return bounded(base, t)
		}
		base = keys.AppendBytes(base, t.Value.Payload())
	}
	return kv.Prefix(base)
}

// bounded is the range of the keys that begin with base and whose next
// element satisfies the term.
func bounded(base []byte, t *expr.KeyTerm) kv.Range {
	r := kv.Prefix(base)
	at := keys.AppendBytes(clip(base), t.Value.Payload())
	switch t.Op {
	case expr.KeyLT:
		r.End = at
	case expr.KeyLE:
		r.End = kv.PrefixEnd(at)
	case expr.KeyGT:
		r.Start = kv.PrefixEnd(at)
	case expr.KeyGE:
		r.Start = at
	case expr.KeyBetween:
		r.Start, r.End = at, kv.PrefixEnd(keys.AppendBytes(clip(base), t.High.Payload()))
	case expr.KeyBeginsWith:
		return kv.Prefix(at[:len(at)-1]) // without the byte that ends the element
	}
	return r
}

// queryKeys is the partition key that a query is about, for policies.
func queryKeys(t *table, indexName *string, terms []expr.KeyTerm) []api.Fact {
	hash := t.schema.hash
	if indexName != nil {
		ix := t.indexNamed(*indexName)
		if ix == nil {
			return nil
		}
		hash = ix.schema.hash
	}
	for _, term := range terms {
		if term.Name == hash[0].name {
			return []api.Fact{api.Given("dynamodb:LeadingKeys", term.Value.Text())}
		}
	}
	return nil
}
