// Package logs answers the CloudWatch Logs API: groups, streams, events.
//
// Each operation is one file named after it. They share:
//
//   - group.go, stream.go: what a group and a stream are;
//   - keys.go:  where they and their events lie in the store;
//   - read.go:  the events of one stream or of many, in order of time;
//   - token.go: positions, as clients are handed them;
//   - tags.go:  tags, for the operations of today and the older ones;
//   - sweep.go: the end of events whose retention is over;
//   - pattern:  the language of filter patterns, with no I/O.
//
// The promise: an event that PutLogEvents accepted is durable, and no event is
// ever listed twice or out of order within its stream.
//
// The package does not know where lines come from.
package logs

import (
	"context"
	"errors"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/clock"
	"cloudless/internal/storage/kv"
)

// Config is what the service is made of; all fields must be given.
type Config struct {
	Store      kv.Store
	Authorizer api.Authorizer
	Clock      clock.Clock
}

// Service is CloudWatch Logs. It is safe for concurrent use.
type Service struct {
	store kv.Store
	authz api.Authorizer
	clock clock.Clock
}

// New returns the service over a store.
func New(cfg Config) *Service {
	return &Service{store: cfg.Store, authz: cfg.Authorizer, clock: cfg.Clock}
}

// API returns the table of the operations that are implemented.
func (s *Service) API() *api.Service {
	return logsapi.Handlers{
		CreateLogGroup:                s.CreateLogGroup,
		CreateLogStream:               s.CreateLogStream,
		DeleteLogGroup:                s.DeleteLogGroup,
		DeleteLogStream:               s.DeleteLogStream,
		DeleteRetentionPolicy:         s.DeleteRetentionPolicy,
		DescribeLogGroups:             s.DescribeLogGroups,
		DescribeLogStreams:            s.DescribeLogStreams,
		FilterLogEvents:               s.FilterLogEvents,
		GetLogEvents:                  s.GetLogEvents,
		ListTagsForResource:           s.ListTagsForResource,
		ListTagsLogGroup:              s.ListTagsLogGroup,
		PutLogEvents:                  s.PutLogEvents,
		PutLogGroupDeletionProtection: s.PutLogGroupDeletionProtection,
		PutRetentionPolicy:            s.PutRetentionPolicy,
		TagLogGroup:                   s.TagLogGroup,
		TagResource:                   s.TagResource,
		UntagLogGroup:                 s.UntagLogGroup,
		UntagResource:                 s.UntagResource,
	}.Service()
}

func (s *Service) nowMs() int64 { return s.clock.Now().UnixMilli() }

// authorizeGroup asks whether the caller may act on a group.
func (s *Service) authorizeGroup(ctx context.Context, call *api.Call, action, group string) error {
	return s.authz.Authorize(ctx, call, "logs:"+action, groupARN(call, group)+":*")
}

// authorizeStream asks whether the caller may act on a stream.
func (s *Service) authorizeStream(ctx context.Context, call *api.Call, action, group, stream string) error {
	return s.authz.Authorize(ctx, call, "logs:"+action, groupARN(call, group)+":log-stream:"+stream)
}

func isNotFound(err error) bool { return errors.Is(err, kv.ErrNotFound) }
