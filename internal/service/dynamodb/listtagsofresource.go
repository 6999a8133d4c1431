package dynamodb

import (
	"context"
	"maps"
	"slices"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
)

// ListTagsOfResource returns the tags of a table, which never fill more than
// one page.
func (s *Service) ListTagsOfResource(ctx context.Context, call *api.Call, in *ddb.ListTagsOfResourceInput) (*ddb.ListTagsOfResourceOutput, error) {
	if in.NextToken != nil {
		return nil, awserr.Validation("Invalid NextToken")
	}
	where, err := s.openResource(ctx, call, "ListTagsOfResource", in.ResourceArn)
	if err != nil {
		return nil, err
	}
	r, err := s.current(ctx, call, where)
	if awserr.Code(err) == "ResourceNotFoundException" {
		return nil, errNoResource(in.ResourceArn)
	}
	if err != nil {
		return nil, err
	}
	out := &ddb.ListTagsOfResourceOutput{Tags: []ddb.Tag{}}
	for _, key := range slices.Sorted(maps.Keys(r.Tags)) {
		out.Tags = append(out.Tags, ddb.Tag{Key: key, Value: r.Tags[key]})
	}
	return out, nil
}
