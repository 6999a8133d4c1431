//go:build linux

package command

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// articlesBucket is what the article has in its own bucket, which everybody may read.
const articlesBucket = `
aws s3 mb s3://byteagenten-public
aws s3 cp putitem.zip s3://byteagenten-public/blog/aws-serverless/putitem.zip
aws s3 cp iam-role-lambda-policy.json s3://byteagenten-public/blog/aws-serverless/iam-role-lambda-policy.json
aws s3api delete-public-access-block --bucket byteagenten-public
aws s3api put-bucket-policy --bucket byteagenten-public --policy '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::byteagenten-public/*"}]}'
`

// The commands of the article "Serverless architecture with AWS", as it prints
// them. What it asks its reader to put in is in braces, or has the article's
// name for it.
const (
	articleTable = `aws dynamodb create-table --table-name user \
--attribute-definitions AttributeName=uid,AttributeType=S \
--key-schema AttributeName=uid,KeyType=HASH \
--provisioned-throughput ReadCapacityUnits=5,WriteCapacityUnits=5`
	articleRole = `aws iam create-role --role-name lambda-dynamodb-execution-role --assume-role-policy-document https://s3.amazonaws.com/byteagenten-public/blog/aws-serverless/iam-role-lambda-policy.json`
	articleLogs = `aws iam attach-role-policy --role-name lambda-dynamodb-execution-role --policy-arn arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole`
	articleData = `aws iam attach-role-policy --role-name lambda-dynamodb-execution-role --policy-arn arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess`
	articleFunc = `aws lambda create-function \
--function-name putitem \
--code S3Bucket=byteagenten-public,S3Key=blog/aws-serverless/putitem.zip \
--role arn:aws:iam::358896327293:role/lambda-dynamodb-execution-role \
--handler putitem.handler \
--runtime nodejs6.10`
	articleAPI = `aws apigateway create-rest-api \
--name serverless-backend`
	articleRoot = `aws apigateway get-resources \
--rest-api-id api-id`
	articleMethod = `aws apigateway put-method \
--rest-api-id api-id \
--resource-id resource-id \
--http-method POST \
--authorization-type NONE`
	articleIntegration = `aws apigateway put-integration \
--rest-api-id api-id \
--resource-id resource-id \
--http-method POST \
--type AWS \
--integration-http-method POST \
--uri arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FunctionArn}/invocations`
	articleMethodResponse = `aws apigateway put-method-response \
--rest-api-id api-id \
--resource-id resource-id \
--http-method POST \
--status-code 200 \
--response-models "{\"application/json\": \"Empty\"}"`
	articleIntegrationResponse = `aws apigateway put-integration-response \
--rest-api-id api-id \
--resource-id resource-id \
--http-method POST \
--status-code 200 \
--response-templates "{\"application/json\": \"\"}"`
	articleDeployment = `aws apigateway create-deployment \
--rest-api-id api-id \
--stage-name prod`
	articlePermission = `aws lambda add-permission \
--function-name putitem \
--statement-id apigateway-prod \
--action lambda:InvokeFunction \
--principal apigateway.amazonaws.com \
--source-arn "arn:aws:execute-api:us-east-1:{aws-account-id}:{api-id}/prod/POST/"`
	articleCall = `curl -X POST -d "{\"uid\":\"1\",\"username\":\"me\",\"email\":\"me@company.com\"}" https://{api-id}.execute-api.us-east-1.amazonaws.com/prod/`
	articleScan = `aws dynamodb scan --table-name user`
)

// TestTheArticleWorksAsPrinted under "cloudless run", every address in it included.
func TestTheArticleWorksAsPrinted(t *testing.T) {
	runtimes := os.Getenv("CLOUDLESS_RUNTIMES")
	_, noCLI := exec.LookPath("aws")
	_, noCurl := exec.LookPath("curl")
	if missing := errors.Join(noCLI, noCurl); missing != nil || runtimes == "" {
		if os.Getenv("CI") != "" {
			t.Fatalf("%v; runtimes in %q; make test brings all that", missing, runtimes)
		}
		t.Skipf("skipped: %v; runtimes in %q; make test brings all that", missing, runtimes)
	}
	const account = "358896327293" // the article's
	data := t.TempDir()
	s := await(t, command(t, []string{"TMPDIR=" + t.TempDir(), "CLOUDLESS_RUNTIMES=" + runtimes}, "start", "--data", data, "--listen", "127.0.0.1:0", "--account", account), data)
	a := &reader{t: t, server: s, dir: t.TempDir(), values: strings.NewReplacer("{aws-account-id}", account)}
	a.packBucket()
	a.do("set -e\n" + articlesBucket)

	a.do(articleTable)
	a.do(articleRole)
	a.do(articleLogs)
	a.do(articleData)
	function := a.do(articleFunc)["FunctionArn"].(string)
	a.do("aws lambda wait function-active --function-name putitem") // whose runtime may have to be fetched
	api := a.do(articleAPI)["id"].(string)
	known := []string{"{aws-account-id}", account, "{FunctionArn}", function, "{api-id}", api, " api-id", " " + api}
	a.values = strings.NewReplacer(known...)
	root := a.do(articleRoot)["items"].([]any)[0].(map[string]any)["id"].(string)
	a.values = strings.NewReplacer(append(known, " resource-id", " "+root)...)
	for _, command := range []string{articleMethod, articleIntegration, articleMethodResponse, articleIntegrationResponse, articleDeployment, articlePermission} {
		a.do(command)
	}
	const promised = `"Put user me with email me@company.com to DynamoDB."`
	if got := a.run(articleCall); got != promised {
		t.Errorf("the API answered %q, want %q", got, promised)
	}
	want := `[map[email:map[S:me@company.com] uid:map[S:1] username:map[S:me]]]`
	if got := fmt.Sprint(a.do(articleScan)["Items"]); got != want {
		t.Errorf("the table has %s, want %s", got, want)
	}
}

// reader types in what the article says.
type reader struct {
	t      *testing.T
	server *server
	dir    string
	values *strings.Replacer // what the article asks for
}

// packBucket makes the files of the article's bucket.
func (a *reader) packBucket() {
	a.t.Helper()
	const from = "../../examples/article/"
	policy, err := os.ReadFile(from + "iam-role-lambda-policy.json")
	if err == nil {
		err = os.WriteFile(filepath.Join(a.dir, "iam-role-lambda-policy.json"), policy, 0o644)
	}
	if err != nil {
		a.t.Fatal(err)
	}
	code, err := os.ReadFile(from + "putitem.js")
	if err != nil {
		a.t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(a.dir, "putitem.zip"))
	if err != nil {
		a.t.Fatal(err)
	}
	defer f.Close()
	archive := zip.NewWriter(f)
	w, err := archive.Create("putitem.js")
	if err == nil {
		_, err = w.Write(code)
	}
	if err == nil {
		err = archive.Close()
	}
	if err != nil {
		a.t.Fatal(err)
	}
}

// run runs a line of the shell and returns what it prints.
func (a *reader) run(line string) string {
	a.t.Helper()
	env := []string{"CLOUDLESS_DATA=" + a.server.data, "AWS_PAGER="}
	cmd := command(a.t, env, "run", "--", "env", "--unset=AWS_ENDPOINT_URL", "sh", "-c", a.values.Replace(line))
	cmd.Dir = a.dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		a.t.Fatalf("%s\n%v\n%s", line, err, stderr.String())
	}
	return string(out)
}

// do runs a line and returns the JSON that it prints, if it prints any.
func (a *reader) do(line string) (answer map[string]any) {
	a.t.Helper()
	if out := a.run(line); strings.HasPrefix(out, "{") {
		if err := json.Unmarshal([]byte(out), &answer); err != nil {
			a.t.Fatalf("%s\n%v\n%s", line, err, out)
		}
	}
	return answer
}
