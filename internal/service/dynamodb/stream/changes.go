package stream

import (
	"context"

	dds "cloudless/internal/api/dynamodbstreams"
)

// Changes returns a channel that receives after a record was appended to a
// shard, or its stream has ended, until ctx ends: so nobody need ask again and
// again. Signals that nobody has taken become one. It tells nothing of the
// records; who wants to read them asks GetRecords.
func (s *Service) Changes(ctx context.Context, arn, shardID string) (<-chan struct{}, error) {
	st, err := s.find(ctx, arn)
	if err != nil {
		return nil, err
	}
	shard, ok := st.shardNamed(shardID)
	if !ok {
		return nil, dds.ResourceNotFoundException("Requested resource not found: Shard does not exist")
	}
	appended, ended := s.store.Watch(ctx, nextKey(st.ID, shard)), s.store.Watch(ctx, st.key())
	changes := make(chan struct{}, 1)
	go func() {
		defer close(changes)
		for {
			var open bool
			select {
			case _, open = <-appended:
			case _, open = <-ended:
			}
			if !open {
				return
			}
			select {
			case changes <- struct{}{}:
			default:
			}
		}
	}()
	return changes, nil
}
