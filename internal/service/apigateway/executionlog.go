package apigateway

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"cloudless/internal/clock"
)

// executionLog tells how a call went, as AWS tells it to whoever tests a method
// or an authorizer. A nil one takes no notes.
type executionLog struct {
	clock clock.Clock
	text  strings.Builder
	sent  time.Time // when the request to the integration was sent
}

func newExecutionLog(c clock.Clock, requestID string) *executionLog {
	l := &executionLog{clock: c}
	l.text.WriteString("Execution log for request " + requestID + "\n")
	return l
}

// note adds a line.
func (l *executionLog) note(format string, args ...any) {
	if l == nil {
		return
	}
	l.text.WriteString(l.clock.Now().UTC().Format("Mon Jan 02 15:04:05 MST 2006") + " : ")
	fmt.Fprintf(&l.text, format, args...)
	l.text.WriteByte('\n')
}

func (l *executionLog) String() string { return l.text.String() }

// since is the time that has passed, in milliseconds.
func (l *executionLog) since(t time.Time) int64 { return l.clock.Now().Sub(t).Milliseconds() }

// listed writes a map as the log has it: {a=1, b=2}.
type listed map[string]string

func (m listed) String() string {
	pairs := make([]string, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		pairs = append(pairs, name+"="+m[name])
	}
	return "{" + strings.Join(pairs, ", ") + "}"
}

// noteMethodRequest tells what was asked.
func (x *exchange) noteMethodRequest() {
	if x.log == nil {
		return
	}
	x.log.note("Starting execution for request: %s", x.call.RequestID)
	x.log.note("HTTP Method: %s, Resource Path: %s", x.request.Method, x.route.path)
	x.log.note("Method request path: %s", listed(x.variables))
	x.log.note("Method request query string: %s", listed(last(x.query)))
	x.log.note("Method request headers: %s", listed(last(x.request.Header)))
	x.log.note("Method request body before transformations: %s", shortened(x.body))
}

// noteEndpointRequest tells what an integration is sent.
func (x *exchange) noteEndpointRequest(uri string, header http.Header, body []byte) {
	if x.log == nil {
		return
	}
	x.log.sent = x.log.clock.Now()
	x.log.note("Endpoint request URI: %s", uri)
	x.log.note("Endpoint request headers: %s", listed(last(header)))
	x.log.note("Endpoint request body after transformations: %s", shortened(body))
	x.log.note("Sending request to %s", uri)
}

// noteEndpointResponse tells what an integration answered.
func (x *exchange) noteEndpointResponse(status int, header http.Header, body []byte) {
	if x.log == nil {
		return
	}
	x.log.note("Received response. Status: %d, Integration latency: %d ms", status, x.log.since(x.log.sent))
	x.log.note("Endpoint response headers: %s", listed(last(header)))
	x.log.note("Endpoint response body before transformations: %s", shortened(body))
}

// noteMethodResponse tells what the client gets.
func (x *exchange) noteMethodResponse(header http.Header, body []byte) {
	if x.log == nil {
		return
	}
	x.log.note("Method response body after transformations: %s", shortened(body))
	x.log.note("Method response headers: %s", listed(last(header)))
}

// shortened is a body as far as a log has it.
func shortened(body []byte) string {
	const most = 1024
	if len(body) > most {
		return string(validText(body[:most])) + " [TRUNCATED]"
	}
	return string(validText(body))
}
