package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/smithy-go"

	"cloudless/internal/app"
	"cloudless/test/servertest"
)

// story is DynamoDB's, told by the AWS SDK for Go v2. Its chapters are its
// methods.
type story struct {
	*dynamodb.Client
	streams *dynamodbstreams.Client
}

// item is an item as the SDK has it.
type item = map[string]types.AttributeValue

func TestStoryByGoV2(t *testing.T) {
	t.Parallel()
	s := newStory(t, servertest.Start(t))
	tellers := map[string]func(*testing.T){
		"tables": s.tables, "items": s.items, "conditions": s.conditions, "paging": s.paging, "batch": s.batch, "transactions": s.transactions,
		"indexes": s.indexes, "stream": s.stream, "ttl": s.ttl, "partiql": s.partiQL, "backups": s.backups,
	}
	for _, c := range chapters {
		t.Run(c, tellers[c])
	}
}

func newStory(t *testing.T, srv *app.App) story {
	t.Helper()
	cfg := servertest.SDK("us-east-1", srv.URL, srv.RootKey.ID, srv.RootKey.Secret)
	return story{dynamodb.NewFromConfig(cfg), dynamodbstreams.NewFromConfig(cfg)}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// same compares what came with what was due, as both print.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Errorf("%s: got %s, want %s", what, g, w)
	}
}

// refused wants an error of a kind and returns it.
func refused[E error](t *testing.T, err error) (refusal E) {
	t.Helper()
	refusal, ok := errors.AsType[E](err)
	if !ok {
		t.Fatalf("got %v, want %T", err, refusal)
	}
	return refusal
}

// invalid wants a ValidationException, for which the SDK has no type.
func invalid(t *testing.T, err error, message string) {
	t.Helper()
	if refusal := refused[smithy.APIError](t, err); refusal.ErrorCode() != "ValidationException" || refusal.ErrorMessage() != message {
		t.Errorf("got %s: %s; want %s", refusal.ErrorCode(), refusal.ErrorMessage(), message)
	}
}

// eventually waits until something has happened.
func eventually(t *testing.T, what string, check func(ctx context.Context) bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if check(t.Context()) {
			return
		}
	}
	t.Fatalf("%s did not happen in a minute", what)
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: fmt.Sprint(n)}
}

// value is what a text or a number holds.
func value(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	}
	return fmt.Sprintf("%T", v)
}

// key is that of the tables that make makes.
func key(pk string, sk int) item { return item{"pk": text(pk), "sk": number(sk)} }

var (
	pkAndSk = []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}, {AttributeName: aws.String("sk"), KeyType: types.KeyTypeRange}}
	pkSN    = []types.AttributeDefinition{
		{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}, {AttributeName: aws.String("sk"), AttributeType: types.ScalarAttributeTypeN}}
)

// make makes a table with pk and sk, and whatever change adds to that.
func (s story) make(t *testing.T, name string, change func(*dynamodb.CreateTableInput)) {
	t.Helper()
	in := &dynamodb.CreateTableInput{TableName: &name, AttributeDefinitions: pkSN, KeySchema: pkAndSk, BillingMode: types.BillingModePayPerRequest}
	if change != nil {
		change(in)
	}
	_, err := s.CreateTable(t.Context(), in)
	must(t, err)
	must(t, dynamodb.NewTableExistsWaiter(s).Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &name}, time.Minute))
}

// put puts an item.
func (s story) put(t *testing.T, table string, i item) {
	t.Helper()
	_, err := s.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: i})
	must(t, err)
}

// get reads an item, which may be none.
func (s story) get(t *testing.T, table string, k item) item {
	t.Helper()
	out, err := s.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: k, ConsistentRead: aws.Bool(true)})
	must(t, err)
	return out.Item
}
