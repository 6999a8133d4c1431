package crash

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	gatewaytypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// article is the article's API, deployed: POST puts a user into a table.
type article struct{ api string }

// publish makes the article's application.
func publish(t *testing.T, c clients) article {
	t.Helper()
	ctx := t.Context()
	if err := createTable(ctx, c, "user", "uid"); err != nil {
		t.Fatal(err)
	}
	role, err := c.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("writer"), AssumeRolePolicyDocument: aws.String(trust)})
	if err != nil {
		t.Fatal(err)
	}
	for _, policy := range []string{"service-role/AWSLambdaBasicExecutionRole", "AmazonDynamoDBFullAccess"} {
		if _, err := c.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: aws.String("writer"), PolicyArn: aws.String("arn:aws:iam::aws:policy/" + policy)}); err != nil {
			t.Fatal(err)
		}
	}
	code, err := os.ReadFile("../../examples/article/putitem.js")
	if err != nil {
		t.Fatal(err)
	}
	function, err := c.lambda.CreateFunction(ctx, &lambda.CreateFunctionInput{
		FunctionName: aws.String("putitem"), Runtime: lambdatypes.RuntimeNodejs610, Handler: aws.String("putitem.handler"),
		Role: role.Role.Arn, Code: &lambdatypes.FunctionCode{ZipFile: zipped("putitem.js", code)},
	})
	if err != nil {
		t.Fatal(err)
	}
	err = lambda.NewFunctionActiveV2Waiter(c.lambda).Wait(ctx, &lambda.GetFunctionInput{FunctionName: aws.String("putitem")}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return article{deploy(t, c, *function.FunctionArn)}
}

// deploy makes and deploys the API in front of the function, and permits it to
// call.
func deploy(t *testing.T, c clients, function string) (id string) {
	t.Helper()
	ctx, gw, post, ok := t.Context(), c.apigateway, aws.String("POST"), aws.String("200")
	api, err := gw.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String("serverless-backend")})
	if err != nil {
		t.Fatal(err)
	}
	root := api.RootResourceId
	_, err1 := gw.PutMethod(ctx, &apigateway.PutMethodInput{RestApiId: api.Id, ResourceId: root, HttpMethod: post, AuthorizationType: aws.String("NONE")})
	_, err2 := gw.PutIntegration(ctx, &apigateway.PutIntegrationInput{
		RestApiId: api.Id, ResourceId: root, HttpMethod: post, Type: gatewaytypes.IntegrationTypeAws, IntegrationHttpMethod: post,
		Uri: aws.String("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + function + "/invocations"),
	})
	_, err3 := gw.PutMethodResponse(ctx, &apigateway.PutMethodResponseInput{RestApiId: api.Id, ResourceId: root, HttpMethod: post,
		StatusCode: ok, ResponseModels: map[string]string{"application/json": "Empty"}})
	_, err4 := gw.PutIntegrationResponse(ctx, &apigateway.PutIntegrationResponseInput{RestApiId: api.Id, ResourceId: root, HttpMethod: post,
		StatusCode: ok, ResponseTemplates: map[string]string{"application/json": ""}})
	_, err5 := gw.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: api.Id, StageName: aws.String("prod")})
	_, err6 := c.lambda.AddPermission(ctx, &lambda.AddPermissionInput{
		FunctionName: aws.String(function), StatementId: aws.String("apigateway-prod"), Action: aws.String("lambda:InvokeFunction"),
		Principal: aws.String("apigateway.amazonaws.com"),
		SourceArn: aws.String("arn:aws:execute-api:us-east-1:000000000000:" + *api.Id + "/prod/POST/"),
	})
	if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
		t.Fatal(err)
	}
	return *api.Id
}

// post sends one user through the API, and notes it once the API has answered.
func (a article) post(t *testing.T, c clients, l *ledger, uid string) {
	t.Helper()
	email := uid + "@company.com"
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url+"/prod/",
		strings.NewReader(fmt.Sprintf(`{"uid":%q,"username":"me","email":%q}`, uid, email)))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = a.api + ".execute-api.us-east-1.amazonaws.com"
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if want := `"Put user me with email ` + email + ` to DynamoDB."`; err != nil || resp.StatusCode != http.StatusOK || string(body) != want {
		t.Fatalf("POST through the API: %d %s %v, want %s", resp.StatusCode, body, err, want)
	}
	l.note("order", uid, email)
}

// zipped returns an archive of one file.
func zipped(name string, content []byte) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err == nil {
		_, err = f.Write(content)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}
