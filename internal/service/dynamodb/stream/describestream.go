package stream

import (
	"context"

	"cloudless/internal/api"
	dds "cloudless/internal/api/dynamodbstreams"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// DescribeStream returns a stream's definition and its shards. Shards here
// last as long as their stream, so none has children.
func (s *Service) DescribeStream(ctx context.Context, call *api.Call, in *dds.DescribeStreamInput) (*dds.DescribeStreamOutput, error) {
	if err := s.authz.Authorize(ctx, call, "dynamodb:DescribeStream", in.StreamArn); err != nil {
		return nil, err
	}
	st, err := s.find(ctx, in.StreamArn)
	if err != nil {
		return nil, err
	}
	first, err := firstShard(st, in)
	if err != nil {
		return nil, err
	}
	d := &dds.StreamDescription{
		CreationRequestDateTime: &st.Created,
		Shards:                  []dds.Shard{},
		StreamArn:               new(st.ARN()),
		StreamLabel:             &st.Label,
		StreamStatus:            st.status(),
		StreamViewType:          st.View,
		TableName:               &st.Table,
	}
	for _, k := range st.Key {
		d.KeySchema = append(d.KeySchema, dds.KeySchemaElement{AttributeName: k.Name, KeyType: k.Role})
	}
	limit := maxListed
	if in.Limit != nil {
		limit = min(limit, int(*in.Limit))
	}
	err = s.store.View(ctx, func(r kv.Reader) error {
		d.Shards, d.LastEvaluatedShardId = d.Shards[:0], nil
		for shard := first; shard < st.Shards; shard++ {
			if len(d.Shards) == limit {
				d.LastEvaluatedShardId = d.Shards[limit-1].ShardId
				return nil
			}
			shown, err := describeShard(r, st, shard)
			if err != nil {
				return err
			}
			d.Shards = append(d.Shards, shown)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &dds.DescribeStreamOutput{StreamDescription: d}, nil
}

// firstShard returns where the list begins, which may be behind its end.
func firstShard(st *Stream, in *dds.DescribeStreamInput) (int, error) {
	if f := in.ShardFilter; f != nil && f.Type == "CHILD_SHARDS" {
		if f.ShardId == nil {
			return 0, awserr.Validation("ShardId must be specified when the ShardFilter type is CHILD_SHARDS")
		}
		if _, ok := st.shardNamed(*f.ShardId); !ok {
			return 0, dds.ResourceNotFoundException("Requested resource not found: Shard does not exist")
		}
		return st.Shards, nil
	}
	if in.ExclusiveStartShardId == nil {
		return 0, nil
	}
	shard, ok := st.shardNamed(*in.ExclusiveStartShardId)
	if !ok {
		return st.Shards, nil
	}
	return shard + 1, nil
}

func describeShard(r kv.Reader, st *Stream, shard int) (dds.Shard, error) {
	within := &dds.SequenceNumberRange{StartingSequenceNumber: new(sequenceNumber(shard, 1))}
	if !st.Closed.IsZero() {
		next, err := nextNumber(r, st.ID, shard)
		if err != nil {
			return dds.Shard{}, err
		}
		within.EndingSequenceNumber = new(sequenceNumber(shard, max(next, 2)-1))
	}
	return dds.Shard{ShardId: new(st.shardID(shard)), SequenceNumberRange: within}, nil
}
