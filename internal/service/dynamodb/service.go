// Package dynamodb answers the DynamoDB API on top of one ordered key-value store.
//
// Each operation of the API is one file named after it (putitem.go, query.go),
// with its handler first and its helpers below; operations.go lists them all.
// What the handlers share:
//
//   - keys.go: where everything lies in the store; record.go: what a table is,
//     as it is kept; tables.go and attempt.go: finding one, in its present state;
//   - tablespec.go, indexspec.go, throughputspec.go, sse.go: checking a new
//     definition; tableupdate.go: changing one; description.go: showing one;
//   - resourcepolicy.go, tablestream.go: the policy of a table, and whether it has a stream;
//   - schema.go: the key of a table or an index: from an item, from a request;
//   - plan.go, write.go, work.go: changing items, and with each its index
//     entries, its stream record and its past; transaction.go, token.go: many at
//     once, and only once;
//   - guard.go, params.go, legacy.go, projection.go: conditions, expressions, and
//     the parameters from before there were any;
//   - read.go, page.go: one page of a range of items, filtered and projected;
//     statement.go, select.go: the same by PartiQL;
//   - capacity.go, admission.go: what a request has consumed, and may consume;
//     census.go, collection.go: how much there is;
//   - job.go: work in the background, and the jobs: backfill.go, copy.go,
//     export.go, import.go with importrecord.go and objects.go; ttl.go, history.go, recovery.go, backup.go,
//     restore.go: what they work on.
//
// Sub-packages do no I/O, but for one: attr and expr are values and
// expressions, partiql statements, throttle buckets of capacity, transfer the
// formats of exports and imports; stream keeps the change records and answers
// the DynamoDB Streams API.
//
// A write, its index entries and its stream record are one transaction, which
// also holds the table's definition still. That rule is what the rest leans on:
// an index never disagrees with its table, no change is without its record, and
// nothing is written by an outdated definition.
//
// The package knows nothing of HTTP, of signatures or of other services. It is
// handed a [kv.Store], an [api.Authorizer] and a clock by package app.
package dynamodb

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"cloudless/internal/api"
	"cloudless/internal/clock"
	"cloudless/internal/service/dynamodb/expr"
	"cloudless/internal/service/dynamodb/partiql"
	"cloudless/internal/service/dynamodb/throttle"
	"cloudless/internal/storage/kv"
)

// Config is what a Service needs.
type Config struct {
	Store      kv.Store       // required
	Authorizer api.Authorizer // required
	Objects    Objects        // by default, tables are neither exported nor imported
	Documents  Documents      // by default, policies of tables are not looked into
	Clock      clock.Clock    // the system's by default

	// SettleTime is how long a table stays CREATING or DELETING. At 0, the
	// default, only the answer of the operation itself says so, which keeps
	// clients from waiting through the pause of their waiters.
	SettleTime time.Duration

	// Unthrottled lets tables give more than what is provisioned.
	Unthrottled bool

	// CachedExpressions bounds the parsed expressions that are kept; 4096 by
	// default.
	CachedExpressions int
}

// Service answers the DynamoDB API.
type Service struct {
	store      kv.Store
	authz      api.Authorizer
	docs       Documents // or nil
	objects    Objects   // or nil
	clock      clock.Clock
	settle     time.Duration
	last       atomic.Int64 // nanoseconds since 1970 that tick returned last
	exprs      *expr.Cache
	statements *partiql.Cache

	limiter *throttle.Limiter // or nil where nothing is bounded; see admission.go

	mu     sync.RWMutex
	tables map[ref]*table   // see tables.go
	counts map[uint64]count // of large tables, by their data; see census.go

	exports map[uint64]*exportRun // under way, by their jobs; used by the jobs alone
	imports map[uint64]*importRun

	uncounted chan *record // large tables that somebody asked about
	newJobs   chan struct{}
}

// New returns a service on top of a store.
func New(c Config) *Service {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.CachedExpressions == 0 {
		c.CachedExpressions = 4096
	}
	var limiter *throttle.Limiter
	if !c.Unthrottled {
		limiter = throttle.New(c.Clock)
	}
	return &Service{
		limiter:    limiter,
		store:      c.Store,
		authz:      c.Authorizer,
		docs:       c.Documents,
		objects:    c.Objects,
		clock:      c.Clock,
		settle:     c.SettleTime,
		exprs:      expr.NewCache(c.CachedExpressions),
		statements: partiql.NewCache(c.CachedExpressions),
		tables:     map[ref]*table{},
		counts:     map[uint64]count{},

		exports: map[uint64]*exportRun{},
		imports: map[uint64]*importRun{},

		uncounted: make(chan *record, 16),
		newJobs:   make(chan struct{}, 1),
	}
}

// Run does the service's work in the background until ctx ends: it counts the
// items of large tables, drops the data of deleted ones that a crash or a
// failure has left behind, and does the jobs.
func (s *Service) Run(ctx context.Context) error {
	jobs := make(chan error, 1)
	go func() { jobs <- s.runJobs(ctx) }()
	s.tend(ctx)
	return <-jobs
}

// tend does what is due now and then, until ctx ends.
func (s *Service) tend(ctx context.Context) {
	due := s.clock.After(0)
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case r := <-s.uncounted:
			err = s.recount(ctx, r)
		case <-due:
			err = errors.Join(s.sweep(ctx), s.sweepTokens(ctx))
			due = s.clock.After(sweepInterval)
		}
		if err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "background work of dynamodb failed and will be tried again", "err", err)
		}
	}
}

const sweepInterval = time.Minute
