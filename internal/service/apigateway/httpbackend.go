package apigateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	agw "cloudless/internal/api/apigateway"
)

// callHTTP answers through an integration of type HTTP: the backend gets what
// the mappings make, and a response of the integration makes the answer.
func (s *Service) callHTTP(ctx context.Context, x *exchange) (*reply, error) {
	body, err := s.integrationBody(x)
	if err != nil {
		return nil, err
	}
	r, err := s.backendRequest(ctx, x, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.ContentLength = int64(len(body))
	setDefault(r.Header, "Accept", "application/json")
	setDefault(r.Header, "Content-Type", x.mediaType())
	setDefault(r.Header, "User-Agent", "AmazonAPIGateway_"+x.deployed.apiID)
	x.noteEndpointRequest(r.URL.String(), r.Header, body)
	answer, err := s.callBackend(ctx, x, r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(answer.Body, maxPayload+1))
	if err != nil {
		return nil, backendFailure(ctx, err)
	}
	if len(content) > maxPayload {
		return nil, internalError().because(errors.New("the backend's answer exceeds 10 MiB"))
	}
	x.noteEndpointResponse(answer.StatusCode, answer.Header, content)
	return s.respond(x, backendAnswer{
		status: answer.StatusCode, header: answer.Header, body: content, selector: strconv.Itoa(answer.StatusCode),
	})
}

// passThrough answers through an integration of type HTTP_PROXY: the request
// goes on to the backend, its answer to the client, and neither is kept in
// memory.
func (s *Service) passThrough(ctx context.Context, w http.ResponseWriter, x *exchange) error {
	if x.request.ContentLength > maxPayload {
		return requestTooLarge()
	}
	if x.whole || x.request.Header.Get("Content-Encoding") != "" {
		if err := x.readBody(); err != nil {
			return err
		}
	}
	from, length := io.Reader(x.request.Body), x.request.ContentLength
	if x.whole {
		from = bytes.NewReader(x.body)
	}
	if handling := x.method.MethodIntegration.ContentHandling; handling != "" {
		converted, err := x.convertWhole(handling)
		if err != nil {
			return err
		}
		from, length = bytes.NewReader(converted), int64(len(converted))
	}
	body := &limitedBody{from: from, left: maxPayload}
	r, err := s.backendRequest(ctx, x, body)
	if err != nil {
		return err
	}
	r.ContentLength = length
	if r.ContentLength == 0 {
		r.Body = http.NoBody
	}
	x.noteEndpointRequest(r.URL.String(), r.Header, x.body)
	answer, err := s.callBackend(ctx, x, r)
	if body.exceeded {
		return requestTooLarge()
	}
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	x.noteEndpointResponse(answer.StatusCode, answer.Header, nil)
	h := w.Header()
	for name, values := range answer.Header {
		if name, keep := answeredHeader(name); keep {
			h[name] = values
		}
	}
	setDefault(h, "Content-Type", "application/json")
	if answer.ContentLength >= 0 {
		h.Set("Content-Length", strconv.FormatInt(answer.ContentLength, 10))
	}
	x.noteMethodResponse(h, nil) // its body passes by
	w.WriteHeader(answer.StatusCode)
	if _, err := io.Copy(flushing{w}, answer.Body); err != nil {
		// The status is out; all that is left is to break off, so that nobody
		// takes a part for the whole.
		panic(http.ErrAbortHandler)
	}
	return nil
}

// convertWhole converts the whole body of a request that goes on as it is
// otherwise.
func (x *exchange) convertWhole(handling string) ([]byte, error) {
	if err := x.readBody(); err != nil {
		return nil, err
	}
	return x.deployed.convertRequest(x.body, x.mediaType(), handling, nil)
}

// backendRequest makes the request to the backend of an HTTP integration.
func (s *Service) backendRequest(ctx context.Context, x *exchange, body io.Reader) (*http.Request, error) {
	i := x.method.MethodIntegration
	if err := checkMappedHeaders(i); err != nil {
		return nil, err
	}
	mapped := x.mapRequestParameters()
	target, err := url.Parse(expandPath(x.expandStageVariables(deref(i.Uri)), mapped.path))
	if err != nil || target.Host == "" || target.Scheme != "http" && target.Scheme != "https" {
		return nil, internalError().because(fmt.Errorf("integration leads nowhere: %s: %w", deref(i.Uri), errors.Join(err)))
	}
	httpMethod := deref(i.HttpMethod)
	if httpMethod == "ANY" {
		httpMethod = x.request.Method
	}
	query := target.Query()
	header := http.Header{}
	if i.Type == "HTTP_PROXY" {
		header = x.forwardedHeaders()
		for name, values := range x.query {
			query[name] = append(query[name], values...)
		}
	}
	for name, values := range mapped.query {
		query[name] = values
	}
	for name, values := range mapped.header {
		header[http.CanonicalHeaderKey(name)] = values
	}
	header["X-Amzn-Apigateway-Api-Id"] = []string{x.deployed.apiID}
	header["X-Amzn-Trace-Id"] = []string{x.traceID}
	target.RawQuery = query.Encode()
	r, err := http.NewRequestWithContext(ctx, httpMethod, target.String(), body)
	if err != nil {
		return nil, internalError().because(err)
	}
	header.Del("Host")
	if host := mapped.header.Get("Host"); host != "" {
		r.Host = host
	}
	r.Header = header
	return r, nil
}

// callBackend sends a request to the backend.
func (s *Service) callBackend(ctx context.Context, x *exchange, r *http.Request) (*http.Response, error) {
	backends := s.backends
	if shown := x.deployed.shown; shown != nil && r.URL.Scheme == "https" {
		if shown.broken != nil {
			return nil, internalError().because(shown.broken)
		}
		backends = s.certified.of(shown)
	}
	transport := backends.checking
	if skipsVerification(x.method.MethodIntegration) {
		transport = backends.trusting
	}
	answer, err := transport.RoundTrip(r)
	if err != nil {
		return nil, backendFailure(ctx, err)
	}
	return answer, nil
}

// backendFailure answers for a backend that could not be reached, or not in
// time.
func backendFailure(ctx context.Context, err error) error {
	if context.Cause(ctx) == errTimedOut {
		return timedOut()
	}
	return &refusal{kind: "INTEGRATION_FAILURE", status: http.StatusGatewayTimeout, errorType: "InternalServerErrorException",
		message: "Network error communicating with endpoint", cause: err}
}

// checkMappedHeaders refuses, when the API is called and no sooner, mappings of
// headers that are the gateway's own.
func checkMappedHeaders(i *agw.Integration) error {
	own := []string{"content-length", "transfer-encoding"}
	if i.Type == "AWS_PROXY" || i.Type == "AWS" {
		own = append(own, "authorization", "connection", "expect", "proxy-authenticate", "te")
	}
	for name := range i.RequestParameters {
		header, found := strings.CutPrefix(name, "integration.request.header.")
		if found && slices.Contains(own, strings.ToLower(header)) {
			return internalError().because(errors.New("a mapping sets the header " + header))
		}
	}
	return nil
}

// expandPath replaces "{name}" in a URI by the path parameter of that name.
func expandPath(uri string, parameters map[string]string) string {
	for name, value := range parameters {
		uri = strings.ReplaceAll(uri, "{"+name+"}", value)
		uri = strings.ReplaceAll(uri, "{"+name+"+}", value)
	}
	return uri
}

// setDefault sets a header that has no value yet.
func setDefault(h http.Header, name, value string) {
	if h.Get(name) == "" {
		h.Set(name, value)
	}
}

// limitedBody passes a body on until it exceeds what is allowed. Its reader is
// done before exceeded is looked at.
type limitedBody struct {
	from     io.Reader
	left     int64
	exceeded bool
}

// Read implements io.Reader.
func (b *limitedBody) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		b.exceeded = true
		return 0, errors.New("the body exceeds 10 MiB")
	}
	return n, err
}

// flushing writes each piece out at once, so that a backend that streams is
// heard while it speaks.
type flushing struct{ w http.ResponseWriter }

// Write implements io.Writer.
func (f flushing) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	if err == nil {
		err = http.NewResponseController(f.w).Flush()
		if errors.Is(err, http.ErrNotSupported) {
			err = nil
		}
	}
	return n, err
}
