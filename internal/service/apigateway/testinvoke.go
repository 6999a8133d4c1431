package apigateway

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// testStage is the stage of calls that are tests; authorizers see the other.
const (
	testStage      = "test-invoke-stage"
	testStageInARN = "ESTestInvoke-stage"
)

// testRequest is a call that somebody makes up.
type testRequest struct {
	httpMethod        string
	path              string // with the query; "" for "/"
	body              string
	headers           map[string]string
	multiValueHeaders map[string][]string
	stageVariables    map[string]string
}

// newTest begins a call of an API as it stands, deployed or not.
func (s *Service) newTest(ctx context.Context, call *api.Call, apiID string, t testRequest) (*exchange, error) {
	target, err := url.ParseRequestURI("/" + strings.TrimPrefix(t.path, "/"))
	if err != nil {
		return nil, agw.BadRequestException("Invalid path specified: " + t.path)
	}
	r, err := http.NewRequestWithContext(ctx, t.httpMethod, target.String(), strings.NewReader(t.body))
	if err != nil {
		return nil, agw.BadRequestException("Invalid path specified: " + t.path)
	}
	r.Proto, r.Host = "HTTP/1.1", ""
	for name, value := range t.headers {
		r.Header.Set(name, value)
	}
	for name, values := range t.multiValueHeaders {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	x := s.newExchange(r, call, nil)
	x.call.Account, x.call.Region = call.Account, call.Region
	x.test, x.log = true, &executionLog{now: s.clock.Now}
	x.path, x.shownPath, x.fullPath = target.EscapedPath(), target.EscapedPath(), "/"+testStage+target.EscapedPath()
	x.deployed, err = view(ctx, s, func(r kv.Reader) (*deployed, error) { return readUndeployed(r, call, apiID) })
	if err != nil {
		return nil, err
	}
	x.deployed.variables = t.stageVariables
	return x, nil
}

// readUndeployed makes an API ready as it stands.
func readUndeployed(r kv.Reader, call *api.Call, apiID string) (*deployed, error) {
	a, err := findAPI(r, call, apiID)
	if err != nil {
		return nil, err
	}
	asked, err := loadAll[authorizer](r, authorizers.prefix(apiID))
	if err != nil {
		return nil, err
	}
	responses, err := readGatewayResponses(r, call, apiID)
	if err != nil {
		return nil, err
	}
	texts, err := loadAll[model](r, models.prefix(apiID))
	if err != nil {
		return nil, err
	}
	checks, err := loadAll[validator](r, validators.prefix(apiID))
	if err != nil {
		return nil, err
	}
	return &deployed{
		apiID: apiID, account: a.Account, region: a.Region, stage: testStage, routes: &route{}, compressFrom: a.API.MinimumCompressionSize,
		binaryMediaTypes: a.API.BinaryMediaTypes, gatewayResponses: responses, authorizers: readyAuthorizers(asked),
		validators: validatorsByID(checks), models: schemas{apiID: apiID, texts: schemaTexts(texts)},
	}, nil
}
