package apigateway

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
)

// admissionLine calls an API whose access log tells of the steps of admission,
// and returns the line.
func admissionLine(w *world, change []agw.PatchOperation, headers ...string) string {
	w.t.Helper()
	id, root := w.makeAPI()
	w.methodOn(id, root, "GET", agw.PutIntegrationRequest{Type: "AWS_PROXY", Uri: new(lambdaURI)})
	if len(change) > 1 { // an authorizer, which the last of the patches names
		kind, in := *change[1].Value, agw.CreateAuthorizerRequest{RestApiId: id, Name: "a", Type: *change[1].Value, IdentitySource: new("method.request.header.Token")}
		if kind == "TOKEN" {
			in.AuthorizerUri = new(authorizerURI)
		} else {
			in.ProviderARNs = []string{"arn:pool"}
		}
		change = []agw.PatchOperation{change[0], op("replace", "/authorizerId", *do(w, w.CreateAuthorizer, in).Id)}
	}
	do(w, w.UpdateMethod, agw.UpdateMethodRequest{RestApiId: id, ResourceId: root, HttpMethod: "GET", PatchOperations: change})
	do(w, w.UpdateAccount, agw.UpdateAccountRequest{PatchOperations: replace("/cloudwatchRoleArn", logRole)})
	w.deploy(id, "prod")
	patchStage(w, id, op("replace", "/accessLogSettings/destinationArn", logARN), op("replace", "/accessLogSettings/format",
		"$context.authenticate.status $context.authenticate.error|$context.authorize.status $context.authorize.error|"+
			"$context.authorizer.status $context.authorizer.error $context.authorizer.integrationStatus $context.authorizer.latency $context.authorizer.requestId|"+
			"$context.integration.status $context.integration.requestId $context.awsEndpointRequestId $context.integration.error"))
	w.ask(id, "GET", "/prod", "", headers...)
	w.writeLogs(w.t.Context())
	if len(w.written.lines) != 1 {
		w.t.Fatalf("lines: %q", w.written.lines)
	}
	return strings.ReplaceAll(strings.TrimPrefix(w.written.lines[0], logRole+" access "), w.call.RequestID, "ID")
}

func TestAnAccessLogTellsHowACallWasAdmitted(t *testing.T) {
	iam := []agw.PatchOperation{op("replace", "/authorizationType", "AWS_IAM")}
	custom := []agw.PatchOperation{op("replace", "/authorizationType", "CUSTOM"), op("replace", "", "TOKEN")}
	pools := []agw.PatchOperation{op("replace", "/authorizationType", "COGNITO_USER_POOLS"), op("replace", "", "COGNITO_USER_POOLS")}
	for _, tt := range []struct {
		name    string
		change  []agw.PatchOperation
		world   func(w *world)
		headers []string
		want    string
	}{
		{"anybody", replace("/authorizationType", "NONE"), nil, nil, "- -|- -|- - - - -|200 ID ID -"},
		{"a function that does not run", replace("/authorizationType", "NONE"), func(w *world) {
			w.invoker.answer = func(context.Context, []byte) (Answer, error) { return Answer{}, errors.New("down") }
		}, nil, "- -|- -|- - - - -|- - - down"},
		{"who signed", iam, func(w *world) { w.signer = alice }, nil, "200 -|200 -|- - - - -|200 ID ID -"},
		{"who signed wrongly", iam, func(w *world) {
			w.signerError = &awserr.Error{Code: "SignatureDoesNotMatch", Status: 403, Message: "wrong"}
		}, nil, "403 wrong|- -|- - - - -|- - - -"},
		{"who signed and may not", iam, func(w *world) { w.signer, w.authz.deny = alice, actionInvoke }, nil, "200 -|403 no execute-api:Invoke|- - - - -|- - - -"},
		{"by an authorizer", custom, nil, []string{"Token: allow"}, "- -|- -|200 - 200 7 ID|200 ID ID -"},
		{"not by an authorizer", custom, nil, []string{"Token: unauthorized"}, "- -|- -|401 Unauthorized - 7 ID|- - - -"},
		{"without what the authorizer wants", custom, nil, nil, "- -|- -|401 Unauthorized - 0 -|- - - -"},
		{"by a user pool", pools, nil, []string{`Token: {"token_use":"id"}`}, "- -|- -|200 - - 0 -|200 ID ID -"},
		{"with an expired token", pools, nil, []string{"Token: expired"}, "- -|- -|401 The incoming token has expired - 0 -|- - - -"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.invoker.answer = func(_ context.Context, event []byte) (Answer, error) {
				switch {
				case bytes.Contains(event, []byte(`"authorizationToken":"allow"`)):
					w.clock.Advance(7 * time.Millisecond)
					return Answer{Payload: []byte(`{"principalId":"me","policyDocument":"allow"}`)}, nil
				case bytes.Contains(event, []byte(`"authorizationToken"`)):
					w.clock.Advance(7 * time.Millisecond)
					return Answer{Payload: []byte(`{"errorMessage":"Unauthorized"}`), FunctionError: "Unhandled"}, nil
				}
				return Answer{Payload: []byte(`{}`)}, nil
			}
			if tt.world != nil {
				tt.world(w)
			}
			if got := admissionLine(w, tt.change, tt.headers...); got != tt.want {
				t.Errorf("line = %s\nwant   %s", got, tt.want)
			}
		})
	}
}
