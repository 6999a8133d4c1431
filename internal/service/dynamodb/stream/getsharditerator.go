package stream

import (
	"context"

	"cloudless/internal/api"
	dds "cloudless/internal/api/dynamodbstreams"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// GetShardIterator returns a place in a shard, from where GetRecords reads on.
func (s *Service) GetShardIterator(ctx context.Context, call *api.Call, in *dds.GetShardIteratorInput) (*dds.GetShardIteratorOutput, error) {
	if err := s.authz.Authorize(ctx, call, "dynamodb:GetShardIterator", in.StreamArn); err != nil {
		return nil, err
	}
	st, err := s.find(ctx, in.StreamArn)
	if err != nil {
		return nil, err
	}
	shard, ok := st.shardNamed(in.ShardId)
	if !ok {
		return nil, dds.ResourceNotFoundException("Requested resource not found: Shard does not exist")
	}
	it := iterator{arn: in.StreamArn, shard: shard, made: s.clock.Now()}
	err = s.store.View(ctx, func(r kv.Reader) error {
		it.number, err = placeIn(r, st, shard, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &dds.GetShardIteratorOutput{ShardIterator: new(it.String())}, nil
}

// placeIn returns the number of the record that the iterator reads first.
func placeIn(r kv.Reader, st *Stream, shard int, in *dds.GetShardIteratorInput) (uint64, error) {
	bySequence := in.ShardIteratorType == "AT_SEQUENCE_NUMBER" || in.ShardIteratorType == "AFTER_SEQUENCE_NUMBER"
	switch {
	case bySequence && in.SequenceNumber == nil:
		return 0, awserr.Validation("SequenceNumber must be specified when ShardIteratorType is " + in.ShardIteratorType)
	case !bySequence && in.SequenceNumber != nil:
		return 0, awserr.Validation("SequenceNumber must not be specified when ShardIteratorType is " + in.ShardIteratorType)
	case in.ShardIteratorType == "LATEST":
		return nextNumber(r, st.ID, shard)
	}
	first, err := firstNumber(r, st, shard)
	if err != nil || !bySequence {
		return first, err
	}
	number, ok := parseSequenceNumber(*in.SequenceNumber, shard)
	if !ok {
		return 0, awserr.Validation("Invalid SequenceNumber")
	}
	if in.ShardIteratorType == "AFTER_SEQUENCE_NUMBER" {
		number++
	}
	if number < first {
		return 0, errTrimmed
	}
	return number, nil
}

// firstNumber returns the number of the oldest record that is there, or of the
// next one to come.
func firstNumber(r kv.Reader, st *Stream, shard int) (uint64, error) {
	for pair, err := range r.Scan(recordsFrom(st.ID, shard, 0)) {
		if err != nil {
			return 0, err
		}
		return numberOf(pair.Key)
	}
	return nextNumber(r, st.ID, shard)
}

var errTrimmed error = dds.TrimmedDataAccessException("The operation attempted to read past the oldest stream record in a shard")
