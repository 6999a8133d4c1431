package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
)

// UntagResource takes tags from a table. Those that it does not have are no
// error.
func (s *Service) UntagResource(ctx context.Context, call *api.Call, in *ddb.UntagResourceInput) (*ddb.UntagResourceOutput, error) {
	if len(in.TagKeys) == 0 {
		return nil, awserr.Validation("Atleast one Tag Key needs to be provided as Input.")
	}
	err := s.changeTags(ctx, call, "UntagResource", in.ResourceArn, func(tags map[string]string) error {
		for _, key := range in.TagKeys {
			delete(tags, key)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &ddb.UntagResourceOutput{}, nil
}
