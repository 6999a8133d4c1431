// Package clients lets clients that know nothing of AWS call a deployed API: a
// browser, curl, and one that was generated from the document that the API
// exports. The API is testdata/pets.yaml.
package clients

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"cloudless/test/servertest"
)

// pets is a server with the API, deployed as prod, and its table.
type pets struct {
	t      *testing.T
	cfg    aws.Config
	id     string
	server string // its URL
	host   string // of the API on the server, which a browser and curl resolve by themselves
	url    string // of the stage, with that host
}

const (
	trust  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	access = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:PutItem","dynamodb:Scan"],"Resource":"*"}]}`
)

// deploy makes the API, for pages of one origin.
func deploy(t *testing.T, origin string) pets {
	t.Helper()
	srv := servertest.Start(t)
	p := pets{t: t, cfg: servertest.SDK("us-east-1", srv.URL, srv.RootKey.ID, srv.RootKey.Secret)}
	_, err := dynamodb.NewFromConfig(p.cfg).CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("pets"), BillingMode: ddbtypes.BillingModePayPerRequest,
		AttributeDefinitions: []ddbtypes.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: ddbtypes.ScalarAttributeTypeS}},
		KeySchema:            []ddbtypes.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: ddbtypes.KeyTypeHash}},
	})
	p.must(err)
	roles := iam.NewFromConfig(p.cfg)
	role, err := roles.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("pets"), AssumeRolePolicyDocument: aws.String(trust)})
	p.must(err)
	_, err = roles.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: aws.String("pets"), PolicyName: aws.String("items"), PolicyDocument: aws.String(access)})
	p.must(err)

	document, err := os.ReadFile("testdata/pets.yaml")
	p.must(err)
	body := strings.NewReplacer("ORIGIN", origin, "ROLE", *role.Role.Arn).Replace(string(document))
	c := apigateway.NewFromConfig(p.cfg)
	api, err := c.ImportRestApi(t.Context(), &apigateway.ImportRestApiInput{Body: []byte(body), FailOnWarnings: true})
	p.must(err)
	_, err = c.CreateDeployment(t.Context(), &apigateway.CreateDeploymentInput{RestApiId: api.Id, StageName: aws.String("prod")})
	p.must(err)
	address, err := url.Parse(srv.URL)
	p.must(err)
	p.id, p.server = *api.Id, srv.URL
	p.host = p.id + ".execute-api.localhost:" + address.Port()
	p.url = "http://" + p.host + "/prod"
	return p
}

func (p pets) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// put writes an item past the API.
func (p pets) put(id, name, kind string) {
	p.t.Helper()
	item := map[string]ddbtypes.AttributeValue{}
	for k, v := range map[string]string{"id": id, "name": name, "kind": kind} {
		item[k] = &ddbtypes.AttributeValueMemberS{Value: v}
	}
	_, err := dynamodb.NewFromConfig(p.cfg).PutItem(p.t.Context(), &dynamodb.PutItemInput{TableName: aws.String("pets"), Item: item})
	p.must(err)
}

// count is how many items there are.
func (p pets) count() int {
	p.t.Helper()
	out, err := dynamodb.NewFromConfig(p.cfg).Scan(p.t.Context(), &dynamodb.ScanInput{TableName: aws.String("pets"), ConsistentRead: aws.Bool(true)})
	p.must(err)
	return int(out.Count)
}
