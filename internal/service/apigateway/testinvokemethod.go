package apigateway

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// TestInvokeMethod calls a method as it stands, deployed or not, and tells how
// that went. It asks for no authorization and no API key.
func (s *Service) TestInvokeMethod(ctx context.Context, call *api.Call, in *agw.TestInvokeMethodRequest) (*agw.TestInvokeMethodResponse, error) {
	if err := s.authorize(ctx, call, "POST", methodPath(in.RestApiId, in.ResourceId, in.HttpMethod)...); err != nil {
		return nil, err
	}
	route, err := view(ctx, s, func(r kv.Reader) (*route, error) { return readTested(r, call, in) })
	if err != nil {
		return nil, err
	}
	path := deref(in.PathWithQueryString)
	if path == "" {
		path = route.path
	}
	httpMethod := in.HttpMethod
	if httpMethod == "ANY" {
		httpMethod = http.MethodGet
	}
	x, err := s.newTest(ctx, call, in.RestApiId, testRequest{
		httpMethod: httpMethod, path: path, body: deref(in.Body),
		headers: in.Headers, multiValueHeaders: in.MultiValueHeaders, stageVariables: in.StageVariables,
	})
	if err != nil {
		return nil, err
	}
	x.route, x.method, x.variables = route, route.methods[in.HttpMethod], route.variablesIn(x.path)
	return s.runTest(x)
}

// readTested makes one method ready, as it stands.
func readTested(r kv.Reader, call *api.Call, in *agw.TestInvokeMethodRequest) (*route, error) {
	res, err := findResource(r, call, in.RestApiId, in.ResourceId)
	if err != nil {
		return nil, err
	}
	m, err := methodOf(res, in.HttpMethod)
	if err != nil {
		return nil, err
	}
	if m.MethodIntegration == nil {
		return nil, noSuchIntegration()
	}
	t, err := loadTree(r, resourcePrefix(in.RestApiId))
	if err != nil {
		return nil, err
	}
	return &route{resourceID: res.ID, path: t.path(res), methods: map[string]*method{in.HttpMethod: newMethod(m)}}, nil
}

// variablesIn returns the variables in a path that is one of the resource; of
// another there are none.
func (t *route) variablesIn(path string) map[string]string {
	root := &route{}
	at := root
	for part := range strings.SplitSeq(strings.Trim(t.path, "/"), "/") {
		if part != "" {
			at = at.child(part)
		}
	}
	at.resourceID, at.methods = t.resourceID, t.methods
	_, variables := root.match(path)
	return variables
}

// runTest lets the method answer, and tells how that went.
func (s *Service) runTest(x *exchange) (*agw.TestInvokeMethodResponse, error) {
	began := s.clock.Now()
	if err := x.readRaw(); err != nil {
		return nil, agw.BadRequestException("The body exceeds 10 MiB")
	}
	x.noteMethodRequest()
	w := &testAnswer{header: http.Header{}}
	err := s.answer(w, x)
	if errors.Is(err, errClientGone) {
		return nil, err
	}
	if err != nil {
		why, ok := errors.AsType[*refusal](err)
		if !ok {
			why = internalError().because(err)
		}
		x.refused = why
		x.answerRefusal(why).write(w)
	}
	x.noteEnd(w.status, x.refused)
	return &agw.TestInvokeMethodResponse{
		Status: new(int64(w.status)), Body: new(w.body.String()), Headers: last(w.header), MultiValueHeaders: w.header,
		Latency: new(x.since(began)), Log: new(x.log.text(x.call.RequestID)),
	}, nil
}

// testAnswer keeps what a client would get.
type testAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (a *testAnswer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *testAnswer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Write implements http.ResponseWriter.
func (a *testAnswer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	if a.body.Len()+len(p) > maxPayload {
		return 0, errors.New("the answer exceeds 10 MiB")
	}
	return a.body.Write(p)
}
