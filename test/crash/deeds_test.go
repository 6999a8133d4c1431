package crash

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	place = "crash" // the table, bucket and log group that is written into
	trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
)

// prepare makes what is written into.
func prepare(t *testing.T, c clients) {
	t.Helper()
	ctx := t.Context()
	_, err1 := c.s3.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(place)})
	_, err2 := c.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(place)})
	if err := errors.Join(createTable(ctx, c, place, "pk"), err1, err2); err != nil {
		t.Fatal(err)
	}
}

func createTable(ctx context.Context, c clients, name, key string) error {
	_, err := c.dynamodb.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: aws.String(name), BillingMode: ddbtypes.BillingModePayPerRequest,
		AttributeDefinitions: []ddbtypes.AttributeDefinition{{AttributeName: aws.String(key), AttributeType: "S"}},
		KeySchema:            []ddbtypes.KeySchemaElement{{AttributeName: aws.String(key), KeyType: "HASH"}},
	})
	return err
}

// kind is one sort of things that are written.
type kind struct {
	name  string
	every int // it is written in each so many rounds of a writer

	// write makes one of that name and returns what read will find; stream is
	// the writer's own.
	write func(ctx context.Context, c clients, stream, name string) (value string, err error)

	// read finds all of them, by name.
	read func(ctx context.Context, c clients) (map[string]string, error)
}

// kinds are in the order in which they are written: what is needed comes first.
var kinds = []kind{
	{"item", 1, putItem, func(ctx context.Context, c clients) (map[string]string, error) { return scan(ctx, c, place, "pk", "v") }},
	{"object", 8, putObject, readObjects},
	{"event", 8, putEvent, readEvents},
	{"role", 8, createRole, readRoles},
	{"function", 16, createFunction, readFunctions},
	{"permission", 16, addPermission, readPermissions},
	{"API", 16, createAPI, readAPIs},
	{"order", 0, nil, func(ctx context.Context, c clients) (map[string]string, error) {
		return scan(ctx, c, "user", "uid", "email")
	}},
}

// write writes, one thing after another, until the server is gone.
func write(ctx context.Context, c clients, l *ledger, stream string) {
	_, err := c.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: aws.String(place), LogStreamName: aws.String(stream)})
	for i := 0; err == nil; i++ {
		name := fmt.Sprintf("%s-%d", stream, i)
		for _, k := range kinds {
			if err != nil || k.write == nil || i%k.every != 0 {
				continue
			}
			var value string
			if value, err = k.write(ctx, c, stream, name); err == nil {
				l.note(k.name, name, value)
			}
		}
	}
}

func putItem(ctx context.Context, c clients, _, name string) (string, error) {
	value := strconv.FormatInt(time.Now().UnixNano(), 10)
	_, err := c.dynamodb.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(place), Item: map[string]ddbtypes.AttributeValue{
		"pk": &ddbtypes.AttributeValueMemberS{Value: name}, "v": &ddbtypes.AttributeValueMemberS{Value: value},
	}})
	return value, err
}

func scan(ctx context.Context, c clients, table, key, value string) (map[string]string, error) {
	found := map[string]string{}
	pages := dynamodb.NewScanPaginator(c.dynamodb, &dynamodb.ScanInput{TableName: aws.String(table), ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			found[item[key].(*ddbtypes.AttributeValueMemberS).Value] = item[value].(*ddbtypes.AttributeValueMemberS).Value
		}
	}
	return found, nil
}

func putObject(ctx context.Context, c clients, _, name string) (string, error) {
	value := strings.Repeat(name, 100)
	_, err := c.s3.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(place), Key: aws.String(name), Body: bytes.NewReader([]byte(value))})
	return value, err
}

func readObjects(ctx context.Context, c clients) (map[string]string, error) {
	found := map[string]string{}
	pages := s3.NewListObjectsV2Paginator(c.s3, &s3.ListObjectsV2Input{Bucket: aws.String(place)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, o := range page.Contents {
			out, err := c.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(place), Key: o.Key})
			if err != nil {
				return nil, fmt.Errorf("object %s: %w", *o.Key, err)
			}
			body, err := io.ReadAll(out.Body)
			_ = out.Body.Close()
			if err != nil {
				return nil, fmt.Errorf("object %s: %w", *o.Key, err)
			}
			found[*o.Key] = string(body)
		}
	}
	return found, nil
}

func putEvent(ctx context.Context, c clients, stream, name string) (string, error) {
	_, err := c.logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: aws.String(place), LogStreamName: aws.String(stream),
		LogEvents: []logstypes.InputLogEvent{{Message: aws.String(name), Timestamp: aws.Int64(time.Now().UnixMilli())}}})
	return stream, err
}

func readEvents(ctx context.Context, c clients) (map[string]string, error) {
	found := map[string]string{}
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(c.logs, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String(place)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, e := range page.Events {
			found[*e.Message] = *e.LogStreamName
		}
	}
	return found, nil
}

func createRole(ctx context.Context, c clients, _, name string) (string, error) {
	out, err := c.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String(name), AssumeRolePolicyDocument: aws.String(trust)})
	if err != nil {
		return "", err
	}
	return *out.Role.RoleId, nil
}

func readRoles(ctx context.Context, c clients) (map[string]string, error) {
	found := map[string]string{}
	pages := iam.NewListRolesPaginator(c.iam, &iam.ListRolesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Roles {
			found[*r.RoleName] = *r.RoleId
		}
	}
	return found, nil
}

// createFunction makes a function with the role that was made just before.
func createFunction(ctx context.Context, c clients, _, name string) (string, error) {
	out, err := c.lambda.CreateFunction(ctx, &lambda.CreateFunctionInput{
		FunctionName: aws.String(name), Runtime: lambdatypes.RuntimeNodejs610, Handler: aws.String("putitem.handler"),
		Role: aws.String("arn:aws:iam::000000000000:role/" + name),
		Code: &lambdatypes.FunctionCode{ZipFile: zipped("putitem.js", []byte("exports.handler = (event, context, callback) => callback(null, '"+name+"')"))},
	})
	if err != nil {
		return "", err
	}
	return *out.CodeSha256, nil
}

func readFunctions(ctx context.Context, c clients) (map[string]string, error) {
	found := map[string]string{}
	pages := lambda.NewListFunctionsPaginator(c.lambda, &lambda.ListFunctionsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, f := range page.Functions {
			found[*f.FunctionName] = *f.CodeSha256
		}
	}
	return found, nil
}

func addPermission(ctx context.Context, c clients, _, name string) (string, error) {
	_, err := c.lambda.AddPermission(ctx, &lambda.AddPermissionInput{FunctionName: aws.String(name), StatementId: aws.String(name),
		Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("apigateway.amazonaws.com")})
	return "", err
}

func readPermissions(ctx context.Context, c clients) (map[string]string, error) {
	functions, err := readFunctions(ctx, c)
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for name := range functions {
		out, err := c.lambda.GetPolicy(ctx, &lambda.GetPolicyInput{FunctionName: aws.String(name)})
		if _, none := errors.AsType[*lambdatypes.ResourceNotFoundException](err); none {
			continue
		}
		if err != nil {
			return nil, err
		}
		if strings.Contains(*out.Policy, `"Sid":"`+name+`"`) {
			found[name] = ""
		}
	}
	return found, nil
}

// createAPI makes an API with a resource that has a method.
func createAPI(ctx context.Context, c clients, _, name string) (string, error) {
	api, err := c.apigateway.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String(name)})
	if err != nil {
		return "", err
	}
	resource, err := c.apigateway.CreateResource(ctx, &apigateway.CreateResourceInput{RestApiId: api.Id, ParentId: api.RootResourceId, PathPart: aws.String("orders")})
	if err != nil {
		return "", err
	}
	_, err = c.apigateway.PutMethod(ctx, &apigateway.PutMethodInput{RestApiId: api.Id, ResourceId: resource.Id, HttpMethod: aws.String("GET"), AuthorizationType: aws.String("NONE")})
	return *api.Id + " /orders GET", err
}

func readAPIs(ctx context.Context, c clients) (map[string]string, error) {
	found := map[string]string{}
	pages := apigateway.NewGetRestApisPaginator(c.apigateway, &apigateway.GetRestApisInput{Limit: aws.Int32(500)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, api := range page.Items {
			resources, err := c.apigateway.GetResources(ctx, &apigateway.GetResourcesInput{RestApiId: api.Id})
			if err != nil {
				return nil, err
			}
			found[*api.Name] = *api.Id
			for _, r := range resources.Items {
				for method := range r.ResourceMethods {
					found[*api.Name] += " " + *r.Path + " " + method
				}
			}
		}
	}
	return found, nil
}
