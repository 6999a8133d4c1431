// Package stream keeps the change records of DynamoDB's tables, and answers
// the DynamoDB Streams API from them.
//
//   - stream.go: what a stream is, how one begins and ends;
//   - append.go: writing records, in the transaction that makes the change;
//   - record.go: a record's bytes, and how the API shows it;
//   - keys.go:   where everything lies in the store;
//   - iterator.go: the text of a shard iterator;
//   - liststreams.go, describestream.go, getsharditerator.go, getrecords.go:
//     the operations;
//   - changes.go: news of a shard, for those who wait for records;
//   - trim.go:   forgetting what is older than a day.
//
// The promise that others lean on: a record is committed with its change or
// not at all, the records of an item stand in the order of its changes, and the
// numbers of a shard have no holes. So a reader who goes on behind the last
// number that it has seen misses nothing.
//
// The package does not know tables: it is told which shard a change belongs
// to, and what the item was and is.
package stream

import (
	"cloudless/internal/api"
	dds "cloudless/internal/api/dynamodbstreams"
	"cloudless/internal/clock"
	"cloudless/internal/storage/kv"
)

// Config is what a Service needs.
type Config struct {
	Store      kv.Store       // required
	Authorizer api.Authorizer // required
	Clock      clock.Clock    // the system's by default
}

// Service answers the DynamoDB Streams API.
type Service struct {
	store kv.Store
	authz api.Authorizer
	clock clock.Clock
}

// New returns a service on top of the store in which records are written.
func New(c Config) *Service {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	return &Service{store: c.Store, authz: c.Authorizer, clock: c.Clock}
}

// API returns the table of operations.
func (s *Service) API() *api.Service {
	return dds.Handlers{
		DescribeStream:   s.DescribeStream,
		GetRecords:       s.GetRecords,
		GetShardIterator: s.GetShardIterator,
		ListStreams:      s.ListStreams,
	}.Service()
}
