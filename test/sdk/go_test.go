package sdk

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	gatewaytypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudless/internal/app"
	"cloudless/test/servertest"
)

const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// story is the article's, told by the AWS SDK for Go v2.
type story struct {
	t   *testing.T
	srv *app.App
	cfg aws.Config
}

func TestStoryByGoV2(t *testing.T) {
	srv := servertest.Start(t)
	cfg := servertest.SDK("us-east-1", srv.URL, srv.RootKey.ID, srv.RootKey.Secret)
	s := story{t: t, srv: srv, cfg: cfg}
	s.makeTable()
	function := s.makeFunction(s.makeRole())
	api := s.makeAPI(function)
	if status, body := s.post(api); status != 500 || body != `{"message": "Internal server error"}` {
		t.Errorf("before the permission: %d %s", status, body)
	}
	_, err := lambda.NewFromConfig(cfg).AddPermission(t.Context(), &lambda.AddPermissionInput{
		FunctionName: aws.String("putitem"), StatementId: aws.String("apigateway-prod"), Action: aws.String("lambda:InvokeFunction"),
		Principal: aws.String("apigateway.amazonaws.com"),
		SourceArn: aws.String("arn:aws:execute-api:us-east-1:" + servertest.Account + ":" + api + "/prod/POST/"),
	})
	s.must(err)
	if status, body := s.post(api); status != 200 || body != `"Put user me with email me@company.com to DynamoDB."` {
		t.Errorf("the API: %d %s", status, body)
	}
	out, err := dynamodb.NewFromConfig(cfg).Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("user")})
	s.must(err)
	if out.Count != 1 || out.Items[0]["email"].(*ddbtypes.AttributeValueMemberS).Value != "me@company.com" {
		t.Errorf("scanned %+v", out.Items)
	}
}

func (s story) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s story) makeTable() {
	c := dynamodb.NewFromConfig(s.cfg)
	_, err := c.CreateTable(s.t.Context(), &dynamodb.CreateTableInput{
		TableName:             aws.String("user"),
		AttributeDefinitions:  []ddbtypes.AttributeDefinition{{AttributeName: aws.String("uid"), AttributeType: ddbtypes.ScalarAttributeTypeS}},
		KeySchema:             []ddbtypes.KeySchemaElement{{AttributeName: aws.String("uid"), KeyType: ddbtypes.KeyTypeHash}},
		ProvisionedThroughput: &ddbtypes.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(5), WriteCapacityUnits: aws.Int64(5)},
	})
	s.must(err)
	s.must(dynamodb.NewTableExistsWaiter(c).Wait(s.t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("user")}, time.Minute))
}

func (s story) makeRole() (arn string) {
	c := iam.NewFromConfig(s.cfg)
	out, err := c.CreateRole(s.t.Context(), &iam.CreateRoleInput{RoleName: aws.String("writer"), AssumeRolePolicyDocument: aws.String(trust)})
	s.must(err)
	for _, policy := range []string{"service-role/AWSLambdaBasicExecutionRole", "AmazonDynamoDBFullAccess"} {
		_, err := c.AttachRolePolicy(s.t.Context(), &iam.AttachRolePolicyInput{RoleName: aws.String("writer"), PolicyArn: aws.String("arn:aws:iam::aws:policy/" + policy)})
		s.must(err)
	}
	return *out.Role.Arn
}

func (s story) makeFunction(role string) (arn string) {
	ctx := s.t.Context()
	bucket := s3.NewFromConfig(s.cfg, func(o *s3.Options) { o.UsePathStyle = true })
	_, err := bucket.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("code")})
	s.must(err)
	file, err := os.Open(archive(s.t))
	s.must(err)
	defer file.Close()
	_, err = bucket.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("code"), Key: aws.String("putitem.zip"), Body: file})
	s.must(err)
	c := lambda.NewFromConfig(s.cfg)
	out, err := c.CreateFunction(ctx, &lambda.CreateFunctionInput{
		FunctionName: aws.String("putitem"), Code: &lambdatypes.FunctionCode{S3Bucket: aws.String("code"), S3Key: aws.String("putitem.zip")},
		Role: &role, Handler: aws.String("putitem.handler"), Runtime: lambdatypes.RuntimeNodejs610,
	})
	s.must(err)
	s.must(lambda.NewFunctionActiveV2Waiter(c).Wait(ctx, &lambda.GetFunctionInput{FunctionName: aws.String("putitem")}, time.Minute))
	return *out.FunctionArn
}

func (s story) makeAPI(function string) (id string) {
	ctx, c := s.t.Context(), apigateway.NewFromConfig(s.cfg)
	api, err := c.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String("serverless-backend")})
	s.must(err)
	resources, err := c.GetResources(ctx, &apigateway.GetResourcesInput{RestApiId: api.Id})
	s.must(err)
	root, post := resources.Items[0].Id, aws.String("POST")
	_, err = c.PutMethod(ctx, &apigateway.PutMethodInput{RestApiId: api.Id, ResourceId: root, HttpMethod: post, AuthorizationType: aws.String("NONE")})
	s.must(err)
	_, err = c.PutIntegration(ctx, &apigateway.PutIntegrationInput{
		RestApiId: api.Id, ResourceId: root, HttpMethod: post, Type: gatewaytypes.IntegrationTypeAws, IntegrationHttpMethod: post,
		Uri: aws.String("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + function + "/invocations"),
	})
	s.must(err)
	_, err = c.PutMethodResponse(ctx, &apigateway.PutMethodResponseInput{RestApiId: api.Id, ResourceId: root, HttpMethod: post,
		StatusCode: aws.String("200"), ResponseModels: map[string]string{"application/json": "Empty"}})
	s.must(err)
	_, err = c.PutIntegrationResponse(ctx, &apigateway.PutIntegrationResponseInput{RestApiId: api.Id, ResourceId: root, HttpMethod: post,
		StatusCode: aws.String("200"), ResponseTemplates: map[string]string{"application/json": ""}})
	s.must(err)
	_, err = c.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: api.Id, StageName: aws.String("prod")})
	s.must(err)
	return *api.Id
}

// post calls the deployed API by its host.
func (s story) post(api string) (int, string) {
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.srv.URL+"/prod/", strings.NewReader(`{"uid":"1","username":"me","email":"me@company.com"}`))
	s.must(err)
	r.Host = api + ".execute-api.us-east-1.amazonaws.com"
	resp, err := http.DefaultClient.Do(r)
	s.must(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	s.must(err)
	return resp.StatusCode, string(body)
}
