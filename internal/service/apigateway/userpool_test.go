package apigateway

import (
	"strings"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

// pooled is an API whose root asks for tokens of a user pool.
func pooled(w *world, in agw.CreateAuthorizerRequest, scopes ...string) (apiID, authorizerID string) {
	w.t.Helper()
	apiID, root := guardedAPI(w, "NONE", "$context.authorizer.claims.sub $context.authorizer.claims['cognito:groups'] $context.authorizer.claims.exp")
	in.RestApiId, in.Name, in.Type = apiID, "pool", "COGNITO_USER_POOLS"
	in.IdentitySource, in.ProviderARNs = new("method.request.header.Authorization"), []string{"arn:pool:1"}
	authorizerID = *do(w, w.CreateAuthorizer, in).Id
	patch := []agw.PatchOperation{op("replace", "/authorizationType", "COGNITO_USER_POOLS"), op("replace", "/authorizerId", authorizerID)}
	for _, s := range scopes {
		patch = append(patch, op("add", "/authorizationScopes", s))
	}
	do(w, w.UpdateMethod, agw.UpdateMethodRequest{RestApiId: apiID, ResourceId: root, HttpMethod: "GET", PatchOperations: patch})
	w.deploy(apiID, "prod")
	return apiID, authorizerID
}

func TestATokenOfAUserPoolOpensAMethod(t *testing.T) {
	const nobody = `{"message":"Unauthorized"}`
	const id = `{"sub":"me","cognito:groups":["a","b"],"exp":1519422242,"token_use":"id","aud":"app"}`
	const access = `{"sub":"me","scope":"pets/read pets/write","token_use":"access","client_id":"app","exp":1519422242}`
	const mine = "me a,b Fri Feb 23 21:44:02 UTC 2018"
	for _, tt := range []struct {
		name, token string
		in          agw.CreateAuthorizerRequest
		scopes      []string
		policy      string
		status      int
		body        string
	}{
		{"a token", id, agw.CreateAuthorizerRequest{}, nil, "", 200, mine},
		{"a bearer's token", "Bearer " + id, agw.CreateAuthorizerRequest{}, nil, "", 200, mine},
		{"none", "", agw.CreateAuthorizerRequest{}, nil, "", 401, nobody},
		{"a wrong one", "nonsense", agw.CreateAuthorizerRequest{}, nil, "", 401, nobody},
		{"one that has expired", "expired", agw.CreateAuthorizerRequest{}, nil, "", 401, `{"message":"The incoming token has expired"}`},
		{"of a pool that cannot be asked", "unreachable", agw.CreateAuthorizerRequest{}, nil, "", 500, `{"message":null}`},
		{"for the audience", id, agw.CreateAuthorizerRequest{IdentityValidationExpression: new("a.p")}, nil, "", 200, mine},
		{"for another audience", id, agw.CreateAuthorizerRequest{IdentityValidationExpression: new("ap")}, nil, "", 401, nobody},
		{"with the scope", access, agw.CreateAuthorizerRequest{}, []string{"other", "pets/write"}, "", 200, "me  Fri Feb 23 21:44:02 UTC 2018"},
		{"without the scope", access, agw.CreateAuthorizerRequest{}, []string{"other"}, "", 401, nobody},
		{"of an identity, where scopes are asked for", id, agw.CreateAuthorizerRequest{}, []string{"pets/write"}, "", 401, nobody},
		{"that the API's policy does not allow", id, agw.CreateAuthorizerRequest{}, nil, "silent", 403, `{"Message":"no execute-api:Invoke"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			apiID, _ := pooled(w, tt.in, tt.scopes...)
			if tt.policy != "" {
				do(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: apiID, PatchOperations: replace("/policy", tt.policy)})
				w.deploy(apiID, "prod")
				w.authz.deny = "execute-api:Invoke"
			}
			wantAnswer(t, w.ask(apiID, "GET", "/prod/", "", "Authorization: "+tt.token), tt.status, tt.body)
		})
	}
}

func TestUserPoolsAreTestedAndChecked(t *testing.T) {
	w := newWorld(t)
	apiID, authorizerID := pooled(w, agw.CreateAuthorizerRequest{})
	out := do(w, w.TestInvokeAuthorizer, agw.TestInvokeAuthorizerRequest{RestApiId: apiID, AuthorizerId: authorizerID, Headers: map[string]string{"Authorization": `{"sub":"me"}`}})
	if *out.ClientStatus != 0 || out.Claims["sub"] != "me" || !strings.Contains(*out.Log, "Successfully completed") {
		t.Errorf("tested: %s", asJSON(out))
	}
	update := func(patch ...agw.PatchOperation) agw.UpdateAuthorizerRequest {
		return agw.UpdateAuthorizerRequest{RestApiId: apiID, AuthorizerId: authorizerID, PatchOperations: patch}
	}
	a := do(w, w.UpdateAuthorizer, update(op("add", "/providerARNs", "arn:pool:2"), op("remove", "/providerARNs", "arn:pool:1")))
	if asJSON(a.ProviderARNs) != `["arn:pool:2"]` || *a.AuthType != "cognito_user_pools" {
		t.Errorf("updated: %s", asJSON(a))
	}
	refused(w, w.UpdateAuthorizer, update(op("add", "/providerARNs", "nonsense")), "BadRequestException", "Invalid Cognito User Pool ARN specified: nonsense")
	refused(w, w.UpdateAuthorizer, update(op("remove", "/providerARNs", "arn:pool:2")), "BadRequestException", "At least one user pool ARN must be specified for authorizers of type COGNITO_USER_POOLS")
	refused(w, w.UpdateAuthorizer, update(op("replace", "/identitySource", "method.request.querystring.a")), "BadRequestException",
		"Invalid token source expression: method.request.querystring.a. The source must be a method request header, matching 'method.request.header.[a-zA-Z0-9._-]+'.")
	refused(w, w.UpdateMethod, agw.UpdateMethodRequest{RestApiId: apiID, ResourceId: *do(w, w.GetRestApi, agw.GetRestApiRequest{RestApiId: apiID}).RootResourceId, HttpMethod: "GET",
		PatchOperations: replace("/authorizationType", "CUSTOM")}, "BadRequestException",
		"Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.")
}
