package apigateway

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"cloudless/internal/api"
	"cloudless/internal/awserr"
	"cloudless/internal/service/apigateway/mapping"
)

// maxPayload bounds the body of a request, and that of an answer.
const maxPayload = 10 << 20

// exchange is one call of a deployed API: what was asked, and where it led.
type exchange struct {
	call     *api.Call
	request  *http.Request
	signer   signer
	deployed *deployed
	route    *route
	method   *method

	path       string            // behind the stage, as the client escaped it, such as "/pets/7"
	fullPath   string            // with the stage
	shownPath  string            // path, as functions see it
	calledPath string            // of a call under a custom domain name; "" for others
	basePath   string            // that such a call matched; "(none)" without one
	variables  map[string]string // of the path, still escaped
	query      url.Values
	body       []byte // see readBody
	whole      bool   // the body was read into the memory
	decoded    bool   // and is as it was before the client encoded it
	extendedID string // for the header x-amz-apigw-id
	traceID    string // for the header X-Amzn-Trace-Id
	tracedAs   string // the root of the trace; "" where the stage is not traced

	clientCert *clientCert    // of a connection under a name with mutual TLS; nil for others
	untrusted  error          // why a connection is not to be served; nil for most
	authorized *authorization // what the authorizer said; nil where none was asked

	authenticate, authorize, asked phase // how the call was admitted; the last by its authorizer
	askedFunction                  bool  // the authorizer is a function, and was asked

	keyed      *keyed        // nil where no API key was asked for
	test       bool          // somebody made the call up
	log        *executionLog // nil where nobody reads it
	integrated integrated
	cache      cacheUse
	written    logged           // the answer, as far as it is out
	refused    *refusal         // what the client was told in place of an answer, or nil
	now        func() time.Time // the clock's

	context *mapping.Context // see templateContext; nil until a template runs
}

// signer tells who has signed a request with this body, or that nobody has. The
// error is awserr's, of a signature that does not hold.
type signer func(body []byte) (api.Principal, error)

// splitStage takes the escaped path of a call apart: its first segment is the
// stage.
func splitStage(escaped string) (stage, path string) {
	escaped = strings.TrimLeft(escaped, "/")
	stage, rest, _ := strings.Cut(escaped, "/")
	if unescaped, err := url.PathUnescape(stage); err == nil {
		stage = unescaped
	}
	return stage, "/" + rest
}

// newExchange begins a call. What it is for, find tells.
func (s *Service) newExchange(r *http.Request, call *api.Call, signer signer) *exchange {
	here := *call
	return &exchange{
		call: &here, request: r, signer: signer, route: &route{}, now: s.clock.Now,
		query: parseQuery(r.URL.RawQuery), extendedID: s.newExtendedID(), traceID: s.traceID(r),
	}
}

// find finds what a call is for: the stage, the resource and the method.
func (s *Service) find(x *exchange, apiID string) error {
	name, path := splitStage(x.request.URL.EscapedPath())
	d, err := s.open(x.request.Context(), apiID, name)
	if err != nil {
		return orElse(err, forbidden())
	}
	d = s.divert(d)
	if x.calledPath == "" && (d.byDomainOnly || !x.cameThrough(d.vpcEndpoints)) {
		return forbidden()
	}
	// Slashes between stage and resource mean nothing to the resource, but the
	// full path keeps them.
	x.path, x.fullPath = "/"+strings.TrimLeft(path, "/"), "/"+name+path
	if x.shownPath = x.path; x.calledPath != "" {
		x.shownPath, x.fullPath = x.calledPath, x.calledPath // AWS has the base path in both
	}
	// The caller may have signed for no region; the API lies where it was made.
	x.call.Account, x.call.Region = d.account, d.region
	x.deployed = d
	if d.tracing != nil {
		s.trace(x)
	}
	if !d.pace.take(x.now()) {
		return throttled()
	}
	route, variables := d.routes.match(x.path)
	if route == nil {
		return notFound(x)
	}
	x.route, x.variables = route, variables
	if x.method = route.method(x.request.Method); x.method == nil {
		return notFound(x)
	}
	return nil
}

// notFound answers for what the API does not have. AWS takes such a call for
// one of its own APIs, and looks at the signature first.
func notFound(x *exchange) error {
	if a := x.request.Header.Get("Authorization"); a != "" && !strings.HasPrefix(a, "AWS4-") {
		if _, err := x.signer(nil); err != nil {
			return badSignature(awserr.From(err))
		}
	}
	return missingToken()
}

// methodARN is what policies call this call: the path as it was asked for. What
// is plain text in the path of the resource is written as it is there, and of
// the rest nothing stays escaped that need not be, so that no spelling of a path
// gets past a policy that denies another.
func (x *exchange) methodARN() string {
	stage, path := x.deployed.stage, x.route.path
	if x.test {
		stage = testStageInARN
	}
	if x.route.resourceID == "" {
		path = unescapeNeedless(strings.TrimSuffix(x.path, "/"))
	}
	if len(x.variables) > 0 {
		var pairs []string // replaced at once: a value may look like a variable
		for name, value := range x.variables {
			value = unescapeNeedless(value)
			pairs = append(pairs, "{"+name+"}", value, "{"+name+"+}", value)
		}
		path = strings.NewReplacer(pairs...).Replace(path)
	}
	return x.arn(stage, path)
}

// unescapeNeedless decodes what is escaped of a path without need: letters,
// digits and -._~ mean the same either way. Other escapes are in upper case.
func unescapeNeedless(path string) string {
	if !strings.Contains(path, "%") {
		return path
	}
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		if path[i] != '%' || i+2 >= len(path) {
			b.WriteByte(path[i])
			continue
		}
		c, err := strconv.ParseUint(path[i+1:i+3], 16, 8)
		switch {
		case err != nil:
			b.WriteByte('%')
			continue
		case isUnreserved(byte(c)):
			b.WriteByte(byte(c))
		default:
			b.WriteString(strings.ToUpper(path[i : i+3]))
		}
		i += 2
	}
	return b.String()
}

func isUnreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// sourceARN is what the policies of functions call the method: the path of its
// resource. That of the root ends in a slash.
func (x *exchange) sourceARN() string { return x.arn(x.deployed.stage, x.route.path) }

func (x *exchange) arn(stage, path string) string {
	return x.call.ARN("execute-api", x.deployed.apiID+"/"+stage+"/"+x.request.Method+"/"+strings.TrimPrefix(path, "/"))
}

// readBody reads the body whole, and decodes it. Bodies that go on to HTTP_PROXY
// pass by unread, unless the signature covers them or they are to be decoded.
func (x *exchange) readBody() error {
	if x.decoded {
		return nil
	}
	if err := x.readRaw(); err != nil {
		return err
	}
	if err := x.decodeBody(); err != nil {
		return err
	}
	x.decoded = true
	return nil
}

// readRaw reads the body whole, as it was sent.
func (x *exchange) readRaw() error {
	if x.whole {
		return nil
	}
	if x.request.ContentLength > maxPayload {
		return requestTooLarge()
	}
	body, err := io.ReadAll(io.LimitReader(x.request.Body, maxPayload+1))
	if err != nil {
		return fmt.Errorf("read the body: %w", errors.Join(errClientGone, err))
	}
	if len(body) > maxPayload {
		return requestTooLarge()
	}
	x.body, x.whole = body, true
	return nil
}

// errClientGone says that nobody is left to be answered.
var errClientGone = errors.New("client went away")

// mediaType is the content type of the request, which templates and models are
// chosen by.
func (x *exchange) mediaType() string {
	return mediaType(x.request.Header.Get("Content-Type"))
}

// mediaType returns a content type without its parameters. Where there is none
// it is JSON.
func mediaType(contentType string) string {
	contentType, _, _ = strings.Cut(contentType, ";")
	contentType = strings.ToLower(strings.TrimSpace(contentType))
	if contentType == "" {
		return "application/json"
	}
	return contentType
}

// parseQuery reads a query string and keeps what is written wrongly as it is
// written.
func parseQuery(raw string) url.Values {
	query := url.Values{}
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name = unescapeQuery(name)
		query[name] = append(query[name], unescapeQuery(value))
	}
	return query
}

func unescapeQuery(s string) string {
	if unescaped, err := url.QueryUnescape(s); err == nil {
		return unescaped
	}
	return s
}

// newExtendedID draws the id that the header x-amz-apigw-id carries.
func (s *Service) newExtendedID() string {
	var b [11]byte
	_, _ = s.clock.Read(b[:]) // a clock.Clock never fails to
	return base64.StdEncoding.EncodeToString(b[:])
}

// traceID returns the trace that a request belongs to, which begins here if
// the client did not say: "Root=1-{seconds}-{96 bits}".
func (s *Service) traceID(r *http.Request) string {
	if given := r.Header.Get("X-Amzn-Trace-Id"); strings.Contains(given, "Root=") {
		return given
	}
	var b [12]byte
	_, _ = s.clock.Read(b[:])
	return fmt.Sprintf("Root=1-%08x-%s", uint32(s.clock.Now().Unix()), hex.EncodeToString(b[:]))
}
