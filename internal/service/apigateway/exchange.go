package apigateway

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"cloudless/internal/api"
	"cloudless/internal/service/apigateway/mapping"
)

// maxPayload bounds the body of a request, and that of an answer.
const maxPayload = 10 << 20

// exchange is one call of a deployed API: what was asked, and where it led.
type exchange struct {
	call     *api.Call
	request  *http.Request
	deployed *deployed
	route    *route
	method   *method

	path       string            // behind the stage, as the client escaped it, such as "/pets/7"
	fullPath   string            // with the stage
	variables  map[string]string // of the path, still escaped
	query      url.Values
	body       []byte // of all but HTTP_PROXY, whose bodies pass by
	extendedID string // for the header x-amz-apigw-id
	traceID    string // for the header X-Amzn-Trace-Id

	context *mapping.Context // see templateContext; nil until a template runs
}

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

// newExchange finds what a call is for.
func (s *Service) newExchange(r *http.Request, call *api.Call, apiID string) (*exchange, error) {
	name, path := splitStage(r.URL.EscapedPath())
	d, err := s.open(r.Context(), apiID, name)
	if err != nil {
		return nil, orElse(err, forbidden())
	}
	// The caller did not sign for a region; the API lies where it was made.
	here := *call
	here.Account, here.Region = d.account, d.region
	x := &exchange{
		call: &here, request: r, deployed: d,
		// Slashes between stage and resource mean nothing to the resource, but
		// the full path keeps them.
		path: "/" + strings.TrimLeft(path, "/"), fullPath: "/" + name + path,
		query: parseQuery(r.URL.RawQuery), extendedID: s.newExtendedID(), traceID: s.traceID(r),
	}
	route, variables := d.routes.match(x.path)
	if route == nil {
		return nil, missingToken()
	}
	x.route, x.variables = route, variables
	if x.method = route.method(r.Method); x.method == nil {
		return nil, missingToken()
	}
	return x, nil
}

// methodARN is what policies call this call: the path as it was asked for.
func (x *exchange) methodARN() string { return x.arn(strings.TrimSuffix(x.path, "/")) }

// sourceARN is what the policies of functions call the method: the path of its
// resource. That of the root ends in a slash.
func (x *exchange) sourceARN() string { return x.arn(x.route.path) }

func (x *exchange) arn(path string) string {
	return x.call.ARN("execute-api", x.deployed.apiID+"/"+x.deployed.stage+"/"+x.request.Method+"/"+strings.TrimPrefix(path, "/"))
}

// readBody reads the body whole.
func (x *exchange) readBody() error {
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
	x.body = body
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
