package s3

import (
	"context"
	"log/slog"
	"sync"

	"cloudless/internal/api"
	"cloudless/internal/clock"
	"cloudless/internal/storage/blob"
	"cloudless/internal/storage/kv"
)

// Documents knows the policy language.
type Documents interface {
	// Check returns why a document cannot be the policy of a resource, in
	// words for the caller.
	Check(document string) error
}

// Config is what the service needs. Store, Blobs and Authorizer have no
// default.
type Config struct {
	Store      kv.Store
	Blobs      blob.Store // the service owns the names under "s3/"
	Authorizer api.Authorizer
	Documents  Documents    // by default, bucket policies have to keep S3's own rules alone
	Clock      clock.Clock  // by default clock.System
	Log        *slog.Logger // of work that no request waits for; by default slog.Default
}

// Service answers the S3 API. It is ready when made; [Service.Run] does its
// work in the background.
type Service struct {
	store kv.Store
	blobs blob.Store
	authz api.Authorizer
	docs  Documents // or nil
	clock clock.Clock
	log   *slog.Logger

	wake chan struct{} // holds a token when there is garbage to collect
	pins pins          // multipart objects that are being read

	run struct {
		sync.Mutex
		id      string          // names this run's blobs; "" before the first one
		held    context.Context // done when another node may take the run for dead
		release func()          // gives up the lease
	}
}

// New makes the service.
func New(c Config) *Service {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &Service{
		store: c.Store,
		blobs: c.Blobs,
		authz: c.Authorizer,
		docs:  c.Documents,
		clock: c.Clock,
		log:   c.Log,
		wake:  make(chan struct{}, 1),
	}
}
