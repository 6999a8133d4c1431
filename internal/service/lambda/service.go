// Package lambda answers the Lambda API: functions, who may invoke them, and
// their invocation.
//
// Each operation is one file named after it. They share:
//
//   - function.go, alias.go: what functions, versions and aliases are, and how
//     their records change;
//   - keys.go, record.go: where they lie in the store, and reading and writing them there;
//   - authorize.go: whether the caller may act on a function;
//   - name.go: the forms in which a function is named;
//   - settings.go, hashorder.go, runtimes.go: configuration, with defaults and limits;
//   - code.go, codelink.go: deployment packages: where they come from, what they
//     must be, and where they can be fetched;
//   - codesigning.go, layer.go: who has to sign packages, and those that functions share;
//   - update.go, prepare.go: from one build to the next, and from Pending to Active;
//   - policy.go, conditions.go: the policy that says who may invoke, and what other
//     policies may ask;
//   - tags.go, page.go: what operations on tags, and lists, have in common;
//   - payload.go, jsonparser.go, jsonscalar.go: what a payload must be, and how
//     AWS says that it is not;
//   - provisioned.go, provision.go: environments that are kept started;
//   - run.go, concurrency.go: one invocation, whoever asked for it, and how many
//     there may be at a time;
//   - trace.go, lineage.go: the trace that an invocation is part of, and whether it
//     goes round in a loop;
//   - invokewithresponsestream.go: an answer that leaves while it is made;
//   - recall.go: what the last invocations have read and decoded;
//   - async.go, dispatch.go, queuemove.go: the durable queue of invocations of type Event;
//   - invokeconfig.go: how often they are tried, and how long;
//   - destination.go, bucketdestination.go: who is told how they ended;
//   - mapping.go, mappingrules.go, mappings.go: event source mappings, and what a poller
//     has to know of them;
//   - functionurl.go, serveurl.go, urlevent.go, urlanswer.go, urlcors.go, urlstream.go:
//     function URLs, from the request to the answer;
//   - neighbours.go: the interfaces of what the service needs from others.
//
// The promise: what was acknowledged is durable, an accepted event of type
// Event among it; and a function runs with the rights of its role alone.
//
// The package does not know how isolation works, where objects are stored or
// how policies are judged.
package lambda

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/clock"
	"cloudless/internal/storage/blob"
	"cloudless/internal/storage/kv"
)

// Config is what the service is made of; all fields but Log and Filters must
// be given.
type Config struct {
	Store      kv.Store
	Blobs      blob.Store
	Authorizer api.Authorizer
	Clock      clock.Clock
	Sandboxes  Sandboxes
	Roles      Roles
	Objects    Objects
	Sources    Sources
	Filters    Filters      // nil: what is a JSON object is a pattern
	Buckets    Buckets      // nil: no records go to any
	Principals Principals   // nil: every user and role is taken to be there
	Log        *slog.Logger // slog.Default() by default
}

// Service is Lambda. It is safe for concurrent use.
type Service struct {
	store       kv.Store
	blobs       blob.Store
	authz       api.Authorizer
	clock       clock.Clock
	sandboxes   Sandboxes
	provisioner Provisioner // nil if the sandboxes are none
	roles       Roles
	objects     Objects
	sources     Sources
	filters     Filters
	buckets     Buckets
	principals  Principals
	log         *slog.Logger

	// background is the work that no request waits for: preparing functions,
	// running events. stop ends it.
	background sync.WaitGroup

	recall recall
	ctx    context.Context
	stop   context.CancelFunc

	sampler sampler       // of traces
	slots   slots         // of the executions under way
	keeper  keeper        // of the environments that are provisioned
	queued  chan struct{} // wakes the dispatcher of events
	linkKey []byte        // signs the addresses of packages
}

// New returns the service and takes up what an earlier one left undone:
// functions that are Pending, events that are queued.
func New(ctx context.Context, cfg Config) (*Service, error) {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	s := &Service{
		store: cfg.Store, blobs: cfg.Blobs, authz: cfg.Authorizer, clock: cfg.Clock,
		sandboxes: cfg.Sandboxes, roles: cfg.Roles, objects: cfg.Objects, sources: cfg.Sources, filters: cfg.Filters, buckets: cfg.Buckets, principals: cfg.Principals, log: cfg.Log,
		slots:  slots{busy: map[slotOwner]int64{}},
		keeper: keeper{told: map[string]kept{}},
		queued: make(chan struct{}, 1),
	}
	s.provisioner, _ = cfg.Sandboxes.(Provisioner)
	var err error
	if s.linkKey, err = s.openLinkKey(ctx); err != nil {
		return nil, err
	}
	s.ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	if err := errors.Join(s.resume(ctx), s.resumeMappings(ctx), s.resumeProvisioned(ctx)); err != nil {
		s.Close()
		return nil, err
	}
	s.background.Go(s.dispatch)
	return s, nil
}

// Close ends the work in the background. Events that have not ended stay in
// their queue.
func (s *Service) Close() {
	s.stop()
	s.background.Wait()
}

// API returns the table of the operations that are implemented.
func (s *Service) API() *api.Service {
	table := lambdaapi.Handlers{
		AddLayerVersionPermission:          s.AddLayerVersionPermission,
		AddPermission:                      s.AddPermission,
		CreateAlias:                        s.CreateAlias,
		CreateCodeSigningConfig:            s.CreateCodeSigningConfig,
		CreateEventSourceMapping:           s.CreateEventSourceMapping,
		CreateFunction:                     s.CreateFunction,
		CreateFunctionUrlConfig:            s.CreateFunctionUrlConfig,
		DeleteAlias:                        s.DeleteAlias,
		DeleteCodeSigningConfig:            s.DeleteCodeSigningConfig,
		DeleteEventSourceMapping:           s.DeleteEventSourceMapping,
		DeleteFunction:                     s.DeleteFunction,
		DeleteFunctionCodeSigningConfig:    s.DeleteFunctionCodeSigningConfig,
		DeleteFunctionConcurrency:          s.DeleteFunctionConcurrency,
		DeleteFunctionEventInvokeConfig:    s.DeleteFunctionEventInvokeConfig,
		DeleteFunctionUrlConfig:            s.DeleteFunctionUrlConfig,
		DeleteLayerVersion:                 s.DeleteLayerVersion,
		DeleteProvisionedConcurrencyConfig: s.DeleteProvisionedConcurrencyConfig,
		GetAccountSettings:                 s.GetAccountSettings,
		GetAlias:                           s.GetAlias,
		GetCodeSigningConfig:               s.GetCodeSigningConfig,
		GetEventSourceMapping:              s.GetEventSourceMapping,
		GetFunction:                        s.GetFunction,
		GetFunctionCodeSigningConfig:       s.GetFunctionCodeSigningConfig,
		GetFunctionConcurrency:             s.GetFunctionConcurrency,
		GetFunctionConfiguration:           s.GetFunctionConfiguration,
		GetFunctionEventInvokeConfig:       s.GetFunctionEventInvokeConfig,
		GetFunctionRecursionConfig:         s.GetFunctionRecursionConfig,
		GetFunctionUrlConfig:               s.GetFunctionUrlConfig,
		GetLayerVersion:                    s.GetLayerVersion,
		GetLayerVersionByArn:               s.GetLayerVersionByArn,
		GetLayerVersionPolicy:              s.GetLayerVersionPolicy,
		GetPolicy:                          s.GetPolicy,
		GetProvisionedConcurrencyConfig:    s.GetProvisionedConcurrencyConfig,
		GetRuntimeManagementConfig:         s.GetRuntimeManagementConfig,
		Invoke:                             s.Invoke,
		InvokeAsync:                        s.InvokeAsync,
		InvokeWithResponseStream:           s.InvokeWithResponseStream,
		ListAliases:                        s.ListAliases,
		ListCodeSigningConfigs:             s.ListCodeSigningConfigs,
		ListEventSourceMappings:            s.ListEventSourceMappings,
		ListFunctionEventInvokeConfigs:     s.ListFunctionEventInvokeConfigs,
		ListFunctionUrlConfigs:             s.ListFunctionUrlConfigs,
		ListFunctions:                      s.ListFunctions,
		ListFunctionsByCodeSigningConfig:   s.ListFunctionsByCodeSigningConfig,
		ListLayerVersions:                  s.ListLayerVersions,
		ListLayers:                         s.ListLayers,
		ListProvisionedConcurrencyConfigs:  s.ListProvisionedConcurrencyConfigs,
		ListTags:                           s.ListTags,
		ListVersionsByFunction:             s.ListVersionsByFunction,
		PublishLayerVersion:                s.PublishLayerVersion,
		PublishVersion:                     s.PublishVersion,
		PutFunctionCodeSigningConfig:       s.PutFunctionCodeSigningConfig,
		PutFunctionConcurrency:             s.PutFunctionConcurrency,
		PutFunctionEventInvokeConfig:       s.PutFunctionEventInvokeConfig,
		PutFunctionRecursionConfig:         s.PutFunctionRecursionConfig,
		PutProvisionedConcurrencyConfig:    s.PutProvisionedConcurrencyConfig,
		PutRuntimeManagementConfig:         s.PutRuntimeManagementConfig,
		RemoveLayerVersionPermission:       s.RemoveLayerVersionPermission,
		RemovePermission:                   s.RemovePermission,
		TagResource:                        s.TagResource,
		UntagResource:                      s.UntagResource,
		UpdateAlias:                        s.UpdateAlias,
		UpdateCodeSigningConfig:            s.UpdateCodeSigningConfig,
		UpdateEventSourceMapping:           s.UpdateEventSourceMapping,
		UpdateFunctionCode:                 s.UpdateFunctionCode,
		UpdateFunctionConfiguration:        s.UpdateFunctionConfiguration,
		UpdateFunctionEventInvokeConfig:    s.UpdateFunctionEventInvokeConfig,
		UpdateFunctionUrlConfig:            s.UpdateFunctionUrlConfig,
	}.Service()
	table.MaxBodyBytes = maxRequestBytes
	return table
}

// maxRequestBytes is the limit that AWS's refusals name: 50 MB of zip in
// base64, and room for the rest.
const maxRequestBytes = 70167211

// newID draws a UUID.
func (s *Service) newID() string { return clock.UUID(s.clock) }

// timestamp writes a time as Lambda does: "2026-11-24T10:00:00.000+0000".
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000-0700") }
