// Package lambda kills the server while functions work on what was given to it for
// later: events of type Event, and changes in a table that an event source mapping
// reads. What was acknowledged has to reach its function, at least once.
//
// The functions note what they get in tables of the same server, so that what has
// been noted survives as well.
package lambda

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"cloudless/test/servertest"
)

func TestCrashLosesNoEvent(t *testing.T) {
	binary := servertest.Build(t)
	data := filepath.Join(t.TempDir(), "data")
	given := newLedger()
	for cycle := range servertest.Cycles(t, 3) {
		srv := servertest.Launch(t, binary, data)
		c := connect(srv)
		if cycle == 0 {
			c.prepare(t)
		}
		ctx, stop := context.WithCancel(t.Context())
		var writers sync.WaitGroup
		before, noted := given.counts(), c.notedCounts(t)
		for _, w := range ways {
			writers.Go(func() { w.give(ctx, c, given, strconv.Itoa(cycle)) })
		}
		given.await(t, before, 10)
		if cycle%2 == 1 { // in the midst of the functions' work, and not only of their starts
			c.awaitNoted(t, noted)
		}
		time.Sleep(rand.N(700 * time.Millisecond)) // some are given, some under way, some done
		srv.Kill(t)
		stop()
		writers.Wait()
	}
	srv := servertest.Launch(t, binary, data)
	given.verify(t, connect(srv))
	srv.Kill(t)
}

// clients are the SDK's, for one server.
type clients struct {
	iam      *iam.Client
	dynamodb *dynamodb.Client
	lambda   *lambda.Client
}

func connect(srv *servertest.Process) clients {
	cfg := srv.SDK()
	return clients{iam.NewFromConfig(cfg), dynamodb.NewFromConfig(cfg), lambda.NewFromConfig(cfg)}
}

// way is a way to give something to a function, which notes in the table of the
// same name how often it got it.
type way struct {
	name string
	code string // what of an event are the ids
	send func(ctx context.Context, c clients, id string) error
}

var ways = []way{
	{"invoked", `[event.id]`, func(ctx context.Context, c clients, id string) error {
		_, err := c.lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String("invoked"), InvocationType: types.InvocationTypeEvent, Payload: fmt.Appendf(nil, `{"id":%q}`, id)})
		return err
	}},
	{"mapped", `event.Records.map((r) => r.dynamodb.Keys.pk.S)`, func(ctx context.Context, c clients, id string) error {
		_, err := c.dynamodb.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("source"), Item: map[string]ddbtypes.AttributeValue{"pk": &ddbtypes.AttributeValueMemberS{Value: id}}})
		return err
	}},
}

// inCycle is how much is given in one cycle: each event may start an environment.
const inCycle = 20

// give gives one thing after another until that is done or the server is gone.
func (w way) give(ctx context.Context, c clients, l *ledger, stream string) {
	for i := range inCycle {
		id := fmt.Sprintf("%s-%d", stream, i)
		if err := w.send(ctx, c, id); err != nil {
			return
		}
		l.note(w.name, id)
		time.Sleep(20 * time.Millisecond)
	}
}

// noting is a function that notes what it gets.
const noting = `
const { DynamoDBClient, UpdateItemCommand } = require('@aws-sdk/client-dynamodb');
const client = new DynamoDBClient({});
exports.handler = async (event) => {
	for (const id of %s) {
		await client.send(new UpdateItemCommand({ TableName: %q, Key: { pk: { S: id } },
			UpdateExpression: 'ADD times :one', ExpressionAttributeValues: { ':one': { N: '1' } } }));
	}
};`

const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// prepare makes the functions, their tables, and the mapping.
func (c clients) prepare(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	role, err := c.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("noter"), AssumeRolePolicyDocument: aws.String(trust)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: aws.String("noter"), PolicyArn: aws.String("arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess")})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range ways {
		c.createTable(t, w.name, nil)
		_, err := c.lambda.CreateFunction(ctx, &lambda.CreateFunctionInput{
			FunctionName: aws.String(w.name), Runtime: types.RuntimeNodejs22x, Handler: aws.String("index.handler"), Role: role.Role.Arn,
			Timeout: aws.Int32(30), MemorySize: aws.Int32(256), Code: &types.FunctionCode{ZipFile: zipped("index.js", fmt.Sprintf(noting, w.code, w.name))},
		})
		if err == nil {
			err = lambda.NewFunctionActiveV2Waiter(c.lambda).Wait(ctx, &lambda.GetFunctionInput{FunctionName: aws.String(w.name)}, time.Minute)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	stream := c.createTable(t, "source", &ddbtypes.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: ddbtypes.StreamViewTypeKeysOnly})
	_, err = c.lambda.CreateEventSourceMapping(ctx, &lambda.CreateEventSourceMappingInput{
		FunctionName: aws.String("mapped"), EventSourceArn: stream, StartingPosition: types.EventSourcePositionTrimHorizon, BatchSize: aws.Int32(5),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// createTable returns the ARN of the table's stream, if it has one.
func (c clients) createTable(t *testing.T, name string, stream *ddbtypes.StreamSpecification) *string {
	t.Helper()
	out, err := c.dynamodb.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: ddbtypes.BillingModePayPerRequest, StreamSpecification: stream,
		AttributeDefinitions: []ddbtypes.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: "S"}},
		KeySchema:            []ddbtypes.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: "HASH"}},
	})
	if err == nil {
		err = dynamodb.NewTableExistsWaiter(c.dynamodb).Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &name}, time.Minute)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.TableDescription.LatestStreamArn
}

// zipped returns an archive of one file.
func zipped(name, content string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err == nil {
		_, err = f.Write([]byte(content))
	}
	if err = errors.Join(err, w.Close()); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}
