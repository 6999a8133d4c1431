package apigateway

import (
	"context"
	"errors"
	"log/slog"

	"cloudless/internal/api"
	"cloudless/internal/clock"
	"cloudless/internal/storage/kv"
)

// Invoker runs functions.
type Invoker interface {
	// Invoke runs a function and waits for its answer. functionARN may have a
	// qualifier. An error means that the function did not run: it is unknown,
	// its policy does not admit the source, or the role may not invoke it. If ctx ends first the function
	// may go on, but nobody hears its answer.
	Invoke(ctx context.Context, functionARN string, from Source, payload []byte) (Answer, error)
}

// Source is for whom a function is invoked.
type Source struct {
	// SourceARN names the method, such as
	// "arn:aws:execute-api:us-east-1:000000000000:a1b2c3d4e5/prod/GET/pets".
	SourceARN string
	Account   string // that owns the API
	Region    string // of the API
	RequestID string
	TraceID   string // as in the header X-Amzn-Trace-Id

	// Role is the ARN of the role that invokes the function, and Caller whoever
	// called the API and does it. Without either API Gateway does in its own
	// name, if the function's policy admits it.
	Role   string
	Caller *api.Principal

	// Later says that nobody waits for the function: the event is accepted, and
	// there is no answer.
	Later bool
}

// Answer is how an invocation ended.
type Answer struct {
	Payload       []byte // JSON
	FunctionError string // "Unhandled" when the function failed, else ""
}

// Documents is the language of policies.
type Documents interface {
	// Check refuses a document that cannot be the policy of an API.
	Check(document string) error
	// Judge tells what a document says of a call by itself: as one that binds
	// the caller or, if attached, as the policy of the resource in front of
	// somebody who is not known. The error says that it is no policy.
	Judge(ctx context.Context, call *api.Call, document string, attached bool, action, resource string) (Verdict, error)
}

// Verdict is what one policy says.
type Verdict uint8

// The verdicts.
const (
	Silent Verdict = iota
	Allows
	Denies
)

// Config is what the service is built of.
type Config struct {
	Store      kv.Store
	Authorizer api.Authorizer
	Clock      clock.Clock
	Invoker    Invoker
	Documents  Documents
	Services   Services
	Tokens     Tokens
	Logs       Logs
	Objects    Objects
	Log        *slog.Logger // nil: slog.Default()

	// Unthrottled lets an account's APIs be called as fast as they answer.
	Unthrottled bool
}

// Service is API Gateway. Its methods may be called from any number of
// goroutines.
type Service struct {
	store       kv.Store
	authz       api.Authorizer
	clock       clock.Clock
	invoker     Invoker
	policies    Documents
	services    Services
	tokens      Tokens
	logs        Logs
	objects     Objects
	sink        logSink
	log         *slog.Logger
	deployed    *deployedCache
	buckets     buckets
	caches      *caches
	encoders    encoders
	metrics     metrics
	paces       perAccount[pace]
	samplers    perAccount[sampler]
	unthrottled bool
	backends    *transports // carry the calls of HTTP integrations without a client certificate
	certified   certified
	truststores truststores
}

// New returns the service.
func New(c Config) *Service {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &Service{
		store: c.Store, authz: c.Authorizer, clock: c.Clock, invoker: c.Invoker, policies: c.Documents, services: c.Services,
		tokens: c.Tokens, logs: c.Logs, objects: c.Objects, log: c.Log, unthrottled: c.Unthrottled,
		deployed: newDeployedCache(), caches: newCaches(c.Clock), backends: newTransports(c.Clock, nil), certified: certified{clock: c.Clock},
	}
}

// view reads the store for a function that returns a value.
func view[T any](ctx context.Context, s *Service, f func(kv.Reader) (T, error)) (T, error) {
	var out T
	err := s.store.View(ctx, func(r kv.Reader) (err error) {
		out, err = f(r)
		return err
	})
	return out, err
}

// orElse returns refusal where err says that a key has no value, and err as it
// is elsewhere.
func orElse(err, refusal error) error {
	if errors.Is(err, kv.ErrNotFound) {
		return refusal
	}
	return err
}
