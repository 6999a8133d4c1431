package dynamodb

import (
	"context"
	"maps"
	"strings"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

const maxTags = 50

// checkTags refuses tags that a table cannot be given.
func checkTags(tags []ddb.Tag) error {
	seen := map[string]bool{}
	for _, tag := range tags {
		switch {
		case strings.HasPrefix(tag.Key, "aws:"):
			return awserr.Validation("Tag Key cannot be prefixed with aws:, Key: " + tag.Key)
		case seen[tag.Key]:
			return awserr.Validation("Duplicate Tag Keys provided as input: Duplicate Tag Key found " + tag.Key)
		}
		seen[tag.Key] = true
	}
	if len(tags) > maxTags {
		return errTooManyTags
	}
	return nil
}

var errTooManyTags error = awserr.Validation("Number of Tags exceed the current limit for the provided ResourceArn")

// TagResource gives a table tags, in addition to those that it has.
func (s *Service) TagResource(ctx context.Context, call *api.Call, in *ddb.TagResourceInput) (*ddb.TagResourceOutput, error) {
	if len(in.Tags) == 0 {
		return nil, awserr.Validation("Atleast one Tag needs to be provided as Input.")
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	err := s.changeTags(ctx, call, "TagResource", in.ResourceArn, func(tags map[string]string) error {
		for _, tag := range in.Tags {
			tags[tag.Key] = tag.Value
		}
		if len(tags) > maxTags {
			return errTooManyTags
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
	return where, s.authorize(ctx, call, action, where)
}

func errNoResource(arn string) error {
	return ddb.ResourceNotFoundException("Requested resource not found: ResourcArn: " + arn + " not found") // AWS's own spelling
}
