package sdk

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	gatewaytypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudless/test/servertest"
)

func TestIntegrationsWithDynamoDBAndS3(t *testing.T) {
	g := newGateway(t, apigateway.PutMethodInput{AuthorizationType: aws.String("NONE")})
	story{t: t, srv: g.srv, cfg: g.cfg}.makeTable()
	bucket := s3.NewFromConfig(g.cfg, func(o *s3.Options) { o.UsePathStyle = true })
	_, err := bucket.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("files")})
	g.must(err)
	role := g.role("gateway", "apigateway", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:PutItem","dynamodb:Query","s3:PutObject","s3:GetObject"],"Resource":"*"}]}`)
	const actions = "arn:aws:apigateway:us-east-1:dynamodb:action/"
	g.resource("put", "POST", "POST", actions+"PutItem", role, nil, `{"TableName":"user","Item":{"uid":{"S":"$input.path('$.id')"},"name":{"S":"$input.path('$.name')"}}}`)
	g.resource("query", "POST", "POST", actions+"Query", role, nil,
		`{"TableName":"user","KeyConditionExpression":"uid = :u","ExpressionAttributeValues":{":u":{"S":"$input.path('$.id')"}}}`)
	g.resource("delete", "POST", "POST", actions+"DeleteItem", role, nil, `{"TableName":"user","Key":{"uid":{"S":"1"}}}`)
	key := map[string]string{"integration.request.path.key": "method.request.path.key"}
	g.resource("{key+}", "ANY", "ANY", "arn:aws:apigateway:us-east-1:s3:path/files/{key}", role, key, "")
	g.deploy()
	for _, tt := range []struct {
		name, method, path, body string
		status                   int
		answer                   string
	}{
		{"an item is put", "POST", "/put", `{"id":"1","name":"me"}`, 200, `{}`},
		{"it is found", "POST", "/query", `{"id":"1"}`, 200, `{"Count":1,"Items":[{"name":{"S":"me"},"uid":{"S":"1"}}],"ScannedCount":1}`},
		{"another is not", "POST", "/query", `{"id":"2"}`, 200, `{"Count":0,"Items":[],"ScannedCount":0}`},
		{"an object is put", "PUT", "/a/b%20c.txt", "hello", 200, ""},
		{"it is got", "GET", "/a/b%20c.txt", "", 200, "hello"},
	} {
		status, body := g.send(tt.method, tt.path, tt.body)
		var got, want any
		if json.Unmarshal([]byte(body), &got) == nil && json.Unmarshal([]byte(tt.answer), &want) == nil {
			if status != tt.status || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %d %s, want %d %s", tt.name, status, body, tt.status, tt.answer)
			}
			continue
		}
		if status != tt.status || body != tt.answer {
			t.Errorf("%s: %d %s, want %d %s", tt.name, status, body, tt.status, tt.answer)
		}
	}
	if status, body := g.send("POST", "/delete", "{}"); status != 200 || !strings.Contains(body, "is not authorized to perform: dynamodb:DeleteItem") {
		t.Errorf("what the role may not: %d %s", status, body)
	}
}

func TestAnIntegrationMayActAsTheCaller(t *testing.T) {
	g := newGateway(t, apigateway.PutMethodInput{AuthorizationType: aws.String("AWS_IAM")})
	_, err := g.client().PutIntegration(t.Context(), &apigateway.PutIntegrationInput{RestApiId: &g.api, ResourceId: &g.root, HttpMethod: aws.String("GET"), Type: gatewaytypes.IntegrationTypeAws,
		IntegrationHttpMethod: aws.String("POST"), Uri: aws.String("arn:aws:apigateway:us-east-1:sts:action/GetCallerIdentity"), Credentials: aws.String("arn:aws:iam::*:user/*")})
	g.must(err)
	_, err = g.client().PutIntegrationResponse(t.Context(), &apigateway.PutIntegrationResponseInput{RestApiId: &g.api, ResourceId: &g.root, HttpMethod: aws.String("GET"), StatusCode: aws.String("200")})
	g.must(err)
	g.deploy()
	caller := g.user("caller", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*"}]}`)
	if status, body := g.get(caller, "execute-api"); status != 200 || !strings.Contains(body, "arn:aws:iam::"+servertest.Account+":user/caller") {
		t.Errorf("%d %s", status, body)
	}
}

func TestStagesWriteLogs(t *testing.T) {
	g := newGateway(t, apigateway.PutMethodInput{AuthorizationType: aws.String("NONE")})
	role := g.role("logs", "apigateway", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}`)
	patch := func(op gatewaytypes.Op, path, value string) gatewaytypes.PatchOperation {
		return gatewaytypes.PatchOperation{Op: op, Path: &path, Value: &value}
	}
	_, err := g.client().UpdateAccount(t.Context(), &apigateway.UpdateAccountInput{PatchOperations: []gatewaytypes.PatchOperation{patch(gatewaytypes.OpReplace, "/cloudwatchRoleArn", role)}})
	g.must(err)
	_, err = g.client().UpdateStage(t.Context(), &apigateway.UpdateStageInput{RestApiId: &g.api, StageName: aws.String("prod"), PatchOperations: []gatewaytypes.PatchOperation{
		patch(gatewaytypes.OpAdd, "/accessLogSettings/destinationArn", "arn:aws:logs:us-east-1:"+servertest.Account+":log-group:access"),
		patch(gatewaytypes.OpAdd, "/accessLogSettings/format", "$context.httpMethod $context.status"), patch(gatewaytypes.OpReplace, "/*/*/logging/loglevel", "INFO")}})
	g.must(err)
	if status, body := g.get(aws.Credentials{}, ""); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	logs := cloudwatchlogs.NewFromConfig(g.cfg)
	for group, want := range map[string]string{"access": "GET 200", "API-Gateway-Execution-Logs_" + g.api + "/prod": "Method completed with status: 200"} {
		var last string
		for deadline := time.Now().Add(30 * time.Second); !strings.HasSuffix(last, want) && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			out, err := logs.FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &group})
			if err == nil && len(out.Events) > 0 {
				last = *out.Events[len(out.Events)-1].Message
			}
		}
		if !strings.HasSuffix(last, want) {
			t.Errorf("%s: the last line is %q, want %q", group, last, want)
		}
	}
}

func TestAnEventIsHandedToItsFunctionLater(t *testing.T) {
	g := newGateway(t, apigateway.PutMethodInput{AuthorizationType: aws.String("NONE")})
	function := g.function("later", `exports.handler = (event, context, callback) => { console.log("got " + event.a); callback(null, "nobody hears this"); };`,
		g.role("runs", "lambda", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}`))
	_, err := lambda.NewFromConfig(g.cfg).AddPermission(t.Context(), &lambda.AddPermissionInput{FunctionName: aws.String("later"), StatementId: aws.String("gateway"),
		Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("apigateway.amazonaws.com"), SourceArn: aws.String("arn:aws:execute-api:us-east-1:" + servertest.Account + ":" + g.api + "/*")})
	g.must(err)
	_, err = g.client().PutIntegration(t.Context(), &apigateway.PutIntegrationInput{RestApiId: &g.api, ResourceId: &g.root, HttpMethod: aws.String("GET"), Type: gatewaytypes.IntegrationTypeAws,
		IntegrationHttpMethod: aws.String("POST"), Uri: aws.String("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + function + "/invocations"),
		RequestParameters: map[string]string{"integration.request.header.X-Amz-Invocation-Type": "'Event'"}, RequestTemplates: map[string]string{"application/json": `{"a":"b"}`}})
	g.must(err)
	_, err = g.client().PutIntegrationResponse(t.Context(), &apigateway.PutIntegrationResponseInput{RestApiId: &g.api, ResourceId: &g.root, HttpMethod: aws.String("GET"), StatusCode: aws.String("200")})
	g.must(err)
	g.deploy()
	if status, body := g.get(aws.Credentials{}, ""); status != 200 || body != "" {
		t.Fatalf("%d %s", status, body)
	}
	logs := cloudwatchlogs.NewFromConfig(g.cfg)
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		out, err := logs.FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/aws/lambda/later"), FilterPattern: aws.String(`"got b"`)})
		if err == nil && len(out.Events) == 1 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the function did not run: %v", err)
		}
	}
}
