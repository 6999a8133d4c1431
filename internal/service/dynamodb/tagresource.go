package dynamodb

import (
	"context"
	"maps"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

const maxTags = 50

// TagResource gives a table tags, in addition to those that it has.
func (s *Service) TagResource(ctx context.Context, call *api.Call, in *ddb.TagResourceInput) (*ddb.TagResourceOutput, error) {
	err := s.changeTags(ctx, call, "dynamodb:TagResource", in.ResourceArn, func(tags map[string]string) error {
		for _, tag := range in.Tags {
			tags[tag.Key] = tag.Value
		}
		if len(tags) > maxTags {
			return awserr.Validation(invalidValues + "Number of tags exceeds the limit of 50 for the resource")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &ddb.TagResourceOutput{}, nil
}

// changeTags changes the tags of the table that arn names.
func (s *Service) changeTags(ctx context.Context, call *api.Call, action, arn string, change func(map[string]string) error) error {
	where, err := s.openResource(ctx, call, action, arn)
	if err != nil {
		return err
	}
	key := tableKey(where.account, where.region, where.name)
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		r, err := s.readRecord(tx, call, where)
		if awserr.Code(err) == "ResourceNotFoundException" {
			return errNoResource(arn)
		}
		if err != nil {
			return err
		}
		tags := maps.Clone(r.Tags)
		if tags == nil {
			tags = map[string]string{}
		}
		if err := change(tags); err != nil {
			return err
		}
		r.Tags = tags
		tx.Set(key, r.encode())
		return nil
	})
}

// openResource authorizes an action on the table that arn names.
func (s *Service) openResource(ctx context.Context, call *api.Call, action, arn string) (ref, error) {
	where, err := parseRef(call, arn)
	if err != nil || where.arn() != arn {
		return ref{}, awserr.Validation("Invalid TableArn: Invalid ResourceArn provided as input " + arn)
	}
	return where, s.authz.Authorize(ctx, call, action, arn)
}

func errNoResource(arn string) error {
	return ddb.ResourceNotFoundException("Requested resource not found: ResourcArn: " + arn + " not found") // AWS's own spelling
}
