// Package front is the one listener: every request to the server comes in
// here, from clients outside and from functions inside their sandboxes.
//
//   - serve.go: sockets, TLS, HTTP/2, draining;
//   - either.go: TLS and plain text on one port;
//   - route.go: which service a request is for;
//   - call.go:  one call of an AWS API: authenticate, decode, do, encode;
//   - authenticate.go: whose signature it is;
//   - body.go: bodies that do not come, or not whole;
//   - context.go: how long a call may take;
//   - executeapi.go: calls of deployed APIs, by host or by path;
//   - domain.go: calls of deployed APIs under names of the users' own;
//   - functionurl.go: calls of function URLs, by host;
//   - cors.go:  browsers;
//   - health.go: the server's own page, which tells that it is ready;
//   - access.go: request ids, the access line, panics.
//
// The promise: whoever is named in an [api.Call] has signed the request, byte
// for byte, or is [api.PrincipalAnonymous].
//
// The package does not know what an item, a bucket or a function is, nor where
// anything is stored.
package front

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"cloudless/internal/api"
	"cloudless/internal/clock"
	"cloudless/internal/identity/sigv4"
	"cloudless/internal/wire"
)

// Keys finds access keys.
type Keys interface {
	// Key returns the key with that id. sessionToken is what the request says
	// of it. An unknown key is awserr's UnrecognizedClientException.
	Key(ctx context.Context, id, sessionToken string) (api.Key, error)
}

// DeployedAPIs serves the calls of deployed APIs.
type DeployedAPIs interface {
	// ServeAPI answers a call of the API with that id. The path of r begins
	// with the stage. signer tells who has signed a request with this body; it
	// is asked where a method wants signatures.
	ServeAPI(w http.ResponseWriter, r *http.Request, call *api.Call, apiID string, signer func(body []byte) (api.Principal, error))
}

// Uses takes note of which keys are used.
type Uses interface {
	// RecordUse is told of each request that a key has signed.
	RecordUse(ctx context.Context, keyID, service, region string) error
}

// Config is what a Front is made of. Services, Codecs, Keys, APIs and Clock
// must be given.
type Config struct {
	Services []*api.Service
	Codecs   map[wire.Protocol]wire.Codec
	Keys     Keys
	Uses     Uses // nil: nobody
	APIs     DeployedAPIs
	URLs     FunctionURLs // nil: there are none
	Domains  Domains      // nil: there are none
	Clock    clock.Clock
	Log      *slog.Logger // nil: slog.Default()

	Account string // of the anonymous; "000000000000" by default
	Region  string // of requests that name none; "us-east-1" by default

	// Status returns what GET /_cloudless/health answers, as a value for
	// encoding/json. By default it says no more than that the server is ready.
	Status func() any

	// Internal are handlers of the server's own, by the prefix of their paths,
	// such as "/_cloudless/code/". They are asked before any API is, on every
	// host, and check for themselves who may call them.
	Internal map[string]http.Handler

	// Origins are the origins of web pages, beside those of this machine, that
	// may call AWS APIs here, such as "https://app.example.test".
	Origins []string
}

// Front is the front door. It is safe for concurrent use.
type Front struct {
	cfg     Config
	log     *slog.Logger
	byName  map[string]*service
	targets map[string]*service // by TargetPrefix
	rest    []*service          // the services whose paths are their own

	verifier sigv4.Verifier
	root     api.Principal // of the well-known key
	internal []internalHandler
	idleBody time.Duration // the constant, but for tests
}

// service is one AWS service, ready to be called.
type service struct {
	*api.Service
	codec  wire.Codec
	router *wire.Router // of the REST protocols; nil for the others
}

// internalHandler is one of Config.Internal.
type internalHandler struct {
	prefix string
	http.Handler
}

// New returns a Front that serves the services of cfg.
func New(cfg Config) *Front {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Account == "" {
		cfg.Account = "000000000000"
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1"
	}
	if cfg.Status == nil {
		cfg.Status = func() any { return map[string]string{"status": "ready"} }
	}
	f := &Front{cfg: cfg, log: cfg.Log, byName: map[string]*service{}, targets: map[string]*service{}, idleBody: idleBody, root: api.Root(cfg.Account)}
	for prefix, h := range cfg.Internal {
		f.internal = append(f.internal, internalHandler{prefix, h})
	}
	for _, s := range cfg.Services {
		sv := &service{Service: s, codec: cfg.Codecs[s.Schema.Protocol]}
		f.byName[s.Schema.Name] = sv
		switch s.Schema.Protocol {
		case wire.AWSJSON10, wire.AWSJSON11:
			f.targets[s.Schema.TargetPrefix] = sv
		case wire.RestJSON, wire.RestXML:
			sv.router = wire.NewRouter(s.Schema)
			if s.Schema.Protocol == wire.RestJSON {
				f.rest = append(f.rest, sv)
			}
		}
	}
	return f
}

// Door is a way in. Doors differ in what they trust.
type Door struct {
	// WellKnownKey admits the key "test" with the secret "test" as root, on
	// connections from this machine to this machine. Functions come in by a
	// door without it: what they may do, their role says.
	WellKnownKey bool
}

// Handler returns the handler behind a door.
func (f *Front) Handler(d Door) http.Handler {
	return f.observe(func(w http.ResponseWriter, r *http.Request, v *visit) {
		v.door = d
		switch {
		case r.URL.Path == healthPath:
			f.serveHealth(w, r, v)
		case f.serveInternal(w, r):
		case f.serveDomain(w, r, v):
		case f.preflight(w, r, v.host):
		default:
			f.dispatch(w, r, v)
		}
	})
}

// serveInternal answers a request that is for a handler of the server's own,
// and tells whether it was.
func (f *Front) serveInternal(w http.ResponseWriter, r *http.Request) bool {
	for _, h := range f.internal {
		if strings.HasPrefix(r.URL.Path, h.prefix) {
			h.ServeHTTP(w, r)
			return true
		}
	}
	return false
}

// dispatch sends a request to a function URL, a deployed API or an AWS API.
func (f *Front) dispatch(w http.ResponseWriter, r *http.Request, v *visit) {
	if id, ok := f.functionURL(v.host); ok {
		f.serveFunctionURL(w, r, v, id)
		return
	}
	if id, rest, ok := deployedAPI(r, v.host); ok {
		f.serveDeployedAPI(w, r, rest, v, id)
		return
	}
	f.serveCall(w, r, v)
}
