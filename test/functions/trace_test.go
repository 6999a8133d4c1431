package functions

import (
	"encoding/json"
	"net/http"
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	agwtypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// A function behind an API whose stage is traced finds the trace where X-Ray's
// libraries look for it, with the word on whether it is sampled.
func TestAFunctionSeesTheTraceOfItsAPI(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.deploy("traced", function{runtime: "nodejs22.x", handler: "app.handler", code: newPack(t).text("app.mjs",
		`export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify([process.env._X_AMZN_TRACE_ID, event.headers["X-Amzn-Trace-Id"]]) });`).bytes()})
	_, err := c.lambda.AddPermission(t.Context(), &lambda.AddPermissionInput{FunctionName: aws.String("traced"), StatementId: aws.String("api"),
		Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("apigateway.amazonaws.com")})
	c.must(err)
	api, err := c.apis.CreateRestApi(t.Context(), &apigateway.CreateRestApiInput{Name: aws.String("traced")})
	c.must(err)
	_, err = c.apis.PutMethod(t.Context(), &apigateway.PutMethodInput{RestApiId: api.Id, ResourceId: api.RootResourceId, HttpMethod: aws.String("GET"), AuthorizationType: aws.String("NONE")})
	c.must(err)
	f, err := c.lambda.GetFunctionConfiguration(t.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: aws.String("traced")})
	c.must(err)
	_, err = c.apis.PutIntegration(t.Context(), &apigateway.PutIntegrationInput{RestApiId: api.Id, ResourceId: api.RootResourceId, HttpMethod: aws.String("GET"),
		Type: agwtypes.IntegrationTypeAwsProxy, IntegrationHttpMethod: aws.String("POST"),
		Uri: aws.String("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + *f.FunctionArn + "/invocations")})
	c.must(err)
	_, err = c.apis.CreateDeployment(t.Context(), &apigateway.CreateDeploymentInput{RestApiId: api.Id, StageName: aws.String("prod"), TracingEnabled: aws.Bool(true)})
	c.must(err)

	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url+"/_aws/execute-api/"+*api.Id+"/prod", nil)
	c.must(err)
	const given = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0"
	r.Header.Set("X-Amzn-Trace-Id", given)
	resp, err := http.DefaultClient.Do(r)
	c.must(err)
	var seen []string
	body := text(t, resp)
	inside := regexp.MustCompile(`^Root=1-5759e988-bd862e3fe1be46a994272793;Parent=[0-9a-f]{16};Sampled=0;Lineage=1:[0-9a-f]{8}:0$`)
	if err := json.Unmarshal([]byte(body), &seen); err != nil || len(seen) != 2 || !inside.MatchString(seen[0]) || seen[1] != given {
		t.Errorf("the function sees %s, want %s going on, and in the event", body, given)
	}
}

// The SDK in a function hands the trace on by itself, which is how a function
// that invokes itself is found.
func TestAFunctionThatInvokesItselfIsStopped(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.deploy("loop", function{runtime: "nodejs22.x", handler: "app.handler", timeout: 60, code: newPack(t).text("app.mjs",
		`import { LambdaClient, InvokeCommand } from "@aws-sdk/client-lambda";
		const lambda = new LambdaClient({});
		export const handler = async ({ depth = 1 }, context) => {
			try {
				const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: context.functionName, Payload: JSON.stringify({ depth: depth + 1 }) }));
				return JSON.parse(Buffer.from(Payload).toString());
			} catch (e) {
				return [depth, e.name];
			}
		};`).bytes()})
	out, err := c.lambda.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("loop")})
	c.must(err)
	if got := string(out.Payload); got != `[16,"RecursiveInvocationException"]` {
		t.Errorf("it ends with %s", got)
	}
}
