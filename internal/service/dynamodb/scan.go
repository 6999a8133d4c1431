package dynamodb

import (
	"context"
	"fmt"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
)

// Scan reads one page of a table or an index, or of one segment of it, and
// returns what passes the filter.
func (s *Service) Scan(ctx context.Context, call *api.Call, in *ddb.ScanInput) (*ddb.ScanOutput, error) {
	if err := checkSegment(in); err != nil {
		return nil, err
	}
	plan, err := s.planRead(readParams{
		index: in.IndexName, consistent: in.ConsistentRead, limit: in.Limit, selects: in.Select,
		filter: in.FilterExpression, legacyFilter: in.ScanFilter, legacyOperator: in.ConditionalOperator,
		projection: in.ProjectionExpression, attributes: in.AttributesToGet, startKey: in.ExclusiveStartKey,
		exprs: expressions{
			names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues,
			modern: []param{{"ProjectionExpression", in.ProjectionExpression != nil}, {"FilterExpression", in.FilterExpression != nil}},
			legacy: []param{{"AttributesToGet", in.AttributesToGet != nil}, {"ScanFilter", in.ScanFilter != nil}, {"ConditionalOperator", in.ConditionalOperator != ""}},
		},
	}, nil)
	if err != nil {
		return nil, err
	}
	var out *ddb.ScanOutput
	err = s.retrying(ctx, func(a *attempt) error {
		t, err := a.open(ctx, call, "Scan", in.TableName, value(in.IndexName), func(*table) []api.Fact {
			return append(attributeFacts(plan.projection), selectFacts(in.Select)...)
		})
		if err != nil {
			return err
		}
		request, err := plan.on(t)
		if err != nil {
			return err
		}
		if err := request.startSegment(plan, in.Segment, in.TotalSegments); err != nil {
			return err
		}
		page, err := s.read(ctx, request)
		if err != nil {
			return err
		}
		out = &ddb.ScanOutput{Count: &page.count, ScannedCount: &page.scanned, LastEvaluatedKey: page.last.API(),
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

func checkSegment(in *ddb.ScanInput) error {
	switch {
	case in.Segment == nil && in.TotalSegments == nil:
		return nil
	case in.TotalSegments == nil:
		return awserr.Validation("The TotalSegments parameter is required but was not present in the request when Segment parameter is present")
	case in.Segment == nil:
		return awserr.Validation("The Segment parameter is required but was not present in the request when parameter TotalSegments is present")
	case *in.Segment >= *in.TotalSegments:
		return awserr.Validation(fmt.Sprintf("The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: %d is not less than TotalSegments: %d",
			*in.Segment, *in.TotalSegments))
	}
	return nil
}

// startSegment sets the range to what is left of a segment.
func (p *pageRequest) startSegment(plan *readPlan, part, total *int64) error {
	if total == nil {
		part, total = new(int64(0)), new(int64(1))
	}
	p.keys = segment(p.prefix(), *part, *total)
	if plan.start == nil {
		return nil
	}
	if err := p.checkStart(plan.start); err != nil {
		return err
	}
	if !p.startAfter(plan.start) {
		return awserr.Validation(fmt.Sprintf(invalidStart+": Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: %d Segment: %d", *total, *part))
	}
	return nil
}

// selectFacts is the Select of a request, for policies.
func selectFacts(selects string) []api.Fact {
	if selects == "" {
		return nil
	}
	return []api.Fact{api.Given("dynamodb:Select", selects)}
}

// value returns what p points to, or nothing.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
