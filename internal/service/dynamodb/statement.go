package dynamodb

import (
	"strconv"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/partiql"
)

// parametersOf are the parameters of a statement of PartiQL.
func parametersOf(in []ddb.AttributeValue) ([]attr.Value, error) {
	values := make([]attr.Value, len(in))
	for i := range in {
		var err error
		if values[i], err = attr.ValueFromAPI(&in[i]); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// statement parses a statement and binds it to its parameters.
func (s *Service) statement(text string, parameters []ddb.AttributeValue) (*partiql.Statement, error) {
	values, err := parametersOf(parameters)
	if err != nil {
		return nil, err
	}
	return s.statements.Statement(text, values)
}

// partiqlKey is a key as package partiql knows it.
func (s *schema) partiqlKey() partiql.Key {
	attributes := func(of []keyAttribute) (out []partiql.KeyAttribute) {
		for _, a := range of {
			out = append(out, partiql.KeyAttribute{Name: a.name, Kind: a.kind})
		}
		return out
	}
	return partiql.Key{Hash: attributes(s.hash), Range: attributes(s.ranges)}
}

// planStatement makes a plan of a statement that writes, or checks that an item
// exists.
func planStatement(t *table, st *partiql.Statement, onFailure string) (*writePlan, error) {
	if st.Kind == partiql.Insert {
		return planInsert(t, st)
	}
	target, err := st.Target(t.schema.partiqlKey())
	if err != nil {
		return nil, err
	}
	plan := &writePlan{action: st.Kind.Action(), item: target.Key, condition: target.Condition, showOld: onFailure == "ALL_OLD",
		check: func(t *table) error { return t.schema.checkKey(target.Key) }}
	switch st.Kind {
	case partiql.Update:
		update := &updatePlan{key: target.Key, condition: target.Condition, update: st.Update}
		plan.check, plan.apply = update.check, update.apply
	case partiql.Delete:
		plan.apply = func(*table, attr.Item) (attr.Item, error) { return nil, nil }
	}
	return plan, nil
}

// planInsert makes a plan of an INSERT, which replaces nothing.
func planInsert(t *table, st *partiql.Statement) (*writePlan, error) {
	if err := st.CheckItem(t.schema.partiqlKey()); err != nil {
		return nil, err
	}
	if st.Item.Size() > attr.MaxItemBytes {
		return nil, awserr.Validation("Item size has exceeded the maximum allowed size")
	}
	return &writePlan{
		action: st.Kind.Action(),
		item:   st.Item,
		check:  func(t *table) error { return t.checkPut(st.Item) },
		apply: func(_ *table, old attr.Item) (attr.Item, error) {
			if old != nil {
				return nil, ddb.DuplicateItemException(partiql.DuplicateItem)
			}
			return st.Item, nil
		},
	}, nil
}

// returned is what the statement's RETURNING clause asks for, or nil.
func returned(st *partiql.Statement, done changed) map[string]ddb.AttributeValue {
	if st.Returning == "" {
		return nil
	}
	update := &updatePlan{}
	if st.Update != nil {
		update.update = st.Update
	}
	return update.shown(st.Returning, done)
}

// statementFacts are what policies may ask about a statement.
func statementFacts(t *table, st *partiql.Statement) []api.Fact {
	var facts []api.Fact
	key := t.schema.partiqlKey()
	switch st.Kind {
	case partiql.Insert:
		return itemFacts(t, st.Item, "")
	case partiql.Select:
		if st.Index == "" {
			if read, err := st.Read(key); err == nil {
				facts = append(facts, api.Given("dynamodb:FullTableScan", strconv.FormatBool(read.FullScan)))
				facts = append(facts, leadingOf(read)...)
			}
		}
		return append(facts, attributeFacts(st.Projection)...)
	}
	if target, err := st.Target(key); err == nil {
		return t.leadingKeys(target.Key)
	}
	return nil
}

// leadingOf are the partitions that are read.
func leadingOf(read *partiql.Read) []api.Fact {
	var leading []string
	for _, r := range read.Ranges {
		leading = append(leading, r.Terms[0].Value.Text())
	}
	if leading == nil {
		return nil
	}
	return []api.Fact{api.Given("dynamodb:LeadingKeys", leading...)}
}
