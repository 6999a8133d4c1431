package stream

import (
	"context"
	"fmt"

	"cloudless/internal/api"
	dds "cloudless/internal/api/dynamodbstreams"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

const (
	maxRecords     = 1000
	maxRecordBytes = 1 << 20 // of the records of one answer
)

// GetRecords returns the records from a place in a shard on, and the place
// behind them. There is none behind the last record of a stream that has
// ended.
func (s *Service) GetRecords(ctx context.Context, call *api.Call, in *dds.GetRecordsInput) (*dds.GetRecordsOutput, error) {
	it, err := parseIterator(in.ShardIterator)
	if err != nil {
		return nil, err
	}
	if err := s.authz.Authorize(ctx, call, "dynamodb:GetRecords", it.arn); err != nil {
		return nil, err
	}
	st, err := s.find(ctx, it.arn)
	if err != nil {
		return nil, err
	}
	if it.shard >= st.Shards {
		return nil, errIterator
	}
	now := s.clock.Now()
	if err := it.check(now); err != nil {
		return nil, err
	}
	limit := maxRecords
	if in.Limit != nil {
		limit = min(limit, int(*in.Limit))
	}
	out := &dds.GetRecordsOutput{}
	next := it
	err = s.store.View(ctx, func(r kv.Reader) error {
		next.number, out.Records, err = st.read(r, it.shard, it.number, limit)
		if err != nil {
			return err
		}
		out.NextShardIterator = nil
		end, err := nextNumber(r, st.ID, it.shard)
		if err != nil {
			return err
		}
		if st.Closed.IsZero() || next.number < end {
			next.made = now
			out.NextShardIterator = new(next.String())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// read returns records from a number on, and the number behind them.
func (st *Stream) read(r kv.Reader, shard int, from uint64, limit int) (next uint64, records []dds.Record, err error) {
	first, err := firstNumber(r, st, shard)
	if err != nil {
		return 0, nil, err
	}
	if from < first {
		return 0, nil, errTrimmed
	}
	next, records = from, []dds.Record{}
	size := 0
	for pair, err := range r.Scan(recordsFrom(st.ID, shard, from)) {
		if err != nil {
			return 0, nil, err
		}
		if len(records) == limit || size+len(pair.Value) > maxRecordBytes && size > 0 {
			break
		}
		size += len(pair.Value)
		number, err := numberOf(pair.Key)
		if err != nil {
			return 0, nil, err
		}
		record, err := decodeRecord(pair.Value)
		if err != nil {
			return 0, nil, fmt.Errorf("read record %d of shard %d of stream %s: %w", number, shard, st.ARN(), err)
		}
		records = append(records, record.show(st, shard, number))
		next = number + 1
	}
	return next, records, nil
}

// numberOf reads a record's number from its key.
func numberOf(key []byte) (uint64, error) {
	tuple, err := keys.Decode(key)
	if err != nil {
		return 0, err
	}
	number, ok := tuple[len(tuple)-1].(uint64)
	if !ok {
		return 0, fmt.Errorf("key %x of a record does not end with a number", key)
	}
	return number, nil
}
