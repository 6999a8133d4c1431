package dynamodb

import (
	"time"

	"cloudless/internal/service/dynamodb/stream"
)

// A partition of a table takes this much. AWS splits a table into partitions,
// each of which is a shard of the table's stream.
const (
	partitionReads     = 3000
	partitionWrites    = 1000
	onDemandPartitions = 4
	maxPartitions      = 64
)

// streaming reports whether changes are recorded in a stream.
func (r *record) streaming() bool { return r.Stream != nil && r.Stream.Closed.IsZero() }

// newStream returns a stream for a table, to be opened.
func (s *Service) newStream(r *record, view string, now time.Time) *stream.Stream {
	st := &stream.Stream{
		Account: r.Account, Region: r.Region, Table: r.Name,
		Label: stream.LabelOf(now), View: view, Shards: r.partitions(), Created: now,
	}
	st.ID = s.draw()
	for _, k := range r.Key {
		st.Key = append(st.Key, stream.Key{Name: k.Name, Role: k.Role})
	}
	return st
}

// partitions is how many partitions AWS would begin a table with.
func (r *record) partitions() int {
	if r.BillingMode == payPerRequest {
		return onDemandPartitions
	}
	n := (r.Throughput.Read*partitionWrites + r.Throughput.Write*partitionReads + partitionReads*partitionWrites - 1) / (partitionReads * partitionWrites)
	return int(min(max(n, 1), maxPartitions))
}
