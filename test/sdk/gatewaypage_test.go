package sdk

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	gatewaytypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"cloudless/test/servertest"
)

// blocks returns the fenced blocks of a page in one language.
func blocks(t *testing.T, page, language string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		out = append(out, m[1])
	}
	return out
}

func TestThePageOnSecurityHolds(t *testing.T) {
	documents, code := blocks(t, "securing-apis.md", "json"), blocks(t, "securing-apis.md", "js")
	if len(documents) != 2 || len(code) != 1 {
		t.Fatalf("%d documents and %d programs", len(documents), len(code))
	}
	g := newGateway(t, apigateway.PutMethodInput{AuthorizationType: aws.String("AWS_IAM")})
	if status, body := g.get(g.user("ann", documents[0]), "execute-api"); status != 200 {
		t.Errorf("the policy of a user: %d %s", status, body)
	}

	c := g.client()
	function := g.function("who", code[0], g.role("runs", "lambda", ""))
	authorizer, err := c.CreateAuthorizer(t.Context(), &apigateway.CreateAuthorizerInput{RestApiId: &g.api, Name: aws.String("who"), Type: gatewaytypes.AuthorizerTypeToken,
		IdentitySource: aws.String("method.request.header.Authorization"),
		AuthorizerUri:  aws.String("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + function + "/invocations")})
	g.must(err)
	_, err = lambda.NewFromConfig(g.cfg).AddPermission(t.Context(), &lambda.AddPermissionInput{FunctionName: aws.String("who"), StatementId: aws.String("who"),
		Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("apigateway.amazonaws.com"),
		SourceArn: aws.String("arn:aws:execute-api:us-east-1:" + servertest.Account + ":" + g.api + "/authorizers/*")})
	g.must(err)
	replace := func(path, value string) gatewaytypes.PatchOperation {
		return gatewaytypes.PatchOperation{Op: gatewaytypes.OpReplace, Path: &path, Value: &value}
	}
	_, err = c.UpdateMethod(t.Context(), &apigateway.UpdateMethodInput{RestApiId: &g.api, ResourceId: &g.root, HttpMethod: aws.String("GET"),
		PatchOperations: []gatewaytypes.PatchOperation{replace("/authorizationType", "CUSTOM"), replace("/authorizerId", *authorizer.Id)}})
	g.must(err)
	_, err = c.UpdateIntegrationResponse(t.Context(), &apigateway.UpdateIntegrationResponseInput{RestApiId: &g.api, ResourceId: &g.root, HttpMethod: aws.String("GET"), StatusCode: aws.String("200"),
		PatchOperations: []gatewaytypes.PatchOperation{replace("/responseTemplates/application~1json", "$context.authorizer.principalId $context.authorizer.team")}})
	g.must(err)
	_, err = c.UpdateRestApi(t.Context(), &apigateway.UpdateRestApiInput{RestApiId: &g.api, PatchOperations: []gatewaytypes.PatchOperation{replace("/policy", documents[1])}})
	g.must(err)
	g.deploy()
	for token, want := range map[string]string{"let-me-in": "200 ann pets", "nobody": `401 {"message":"Unauthorized"}`} {
		if status, body := g.get(aws.Credentials{}, "", "Authorization: "+token); fmt.Sprint(status, " ", body) != want {
			t.Errorf("%s: %d %s, want %s", token, status, body, want)
		}
	}
}
