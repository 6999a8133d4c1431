package stream

import (
	"context"

	"cloudless/internal/api"
	dds "cloudless/internal/api/dynamodbstreams"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

const maxListed = 100

// ListStreams returns the streams of a table, or of all tables, in the order of
// tables and of the streams' age. Those that were disabled in the last day are
// among them.
func (s *Service) ListStreams(ctx context.Context, call *api.Call, in *dds.ListStreamsInput) (*dds.ListStreamsOutput, error) {
	resource := call.ARN("dynamodb", "table/*/stream/*")
	table := ""
	if in.TableName != nil {
		table = *in.TableName
		resource = call.ARN("dynamodb", "table/"+table+"/stream/*")
	}
	if err := s.authz.Authorize(ctx, call, "dynamodb:ListStreams", resource); err != nil {
		return nil, err
	}
	limit := maxListed
	if in.Limit != nil {
		limit = min(limit, int(*in.Limit))
	}
	within := streamsOf(call.Account, call.Region, table)
	if in.ExclusiveStartStreamArn != nil {
		account, region, name, label, err := parseARN(*in.ExclusiveStartStreamArn)
		if err != nil {
			return nil, awserr.Validation("Invalid ExclusiveStartStreamArn")
		}
		within.Start = append(streamKey(account, region, name, label), 0) // no key is between
	}
	out := &dds.ListStreamsOutput{Streams: []dds.Stream{}}
	err := s.store.View(ctx, func(r kv.Reader) error {
		out.Streams, out.LastEvaluatedStreamArn = out.Streams[:0], nil
		for pair, err := range r.Scan(within) {
			if err != nil {
				return err
			}
			st, err := decode(pair.Value)
			if err != nil {
				return err
			}
			if st.expired(s.clock.Now()) {
				continue
			}
			if len(out.Streams) == limit {
				out.LastEvaluatedStreamArn = out.Streams[limit-1].StreamArn
				return nil
			}
			out.Streams = append(out.Streams, dds.Stream{StreamArn: new(st.ARN()), StreamLabel: &st.Label, TableName: &st.Table})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
