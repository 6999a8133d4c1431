package dynamodb

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

func (s story) transactions(t *testing.T) {
	ctx, table, other := t.Context(), aws.String("transactions"), aws.String("other")
	s.make(t, *table, nil)
	s.make(t, *other, nil)
	n := func(v int) item { return item{":n": number(v)} }
	absent := aws.String("attribute_not_exists(pk)")
	out, err := s.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal, TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: table, Item: item{"pk": text("a"), "sk": number(1), "n": number(1)}, ConditionExpression: absent}},
		{Put: &types.Put{TableName: other, Item: key("a", 1)}},
		{Update: &types.Update{TableName: table, Key: key("a", 2), UpdateExpression: aws.String("SET n = :n"), ExpressionAttributeValues: n(2)}},
		{ConditionCheck: &types.ConditionCheck{TableName: other, Key: key("a", 2), ConditionExpression: absent}},
	}})
	must(t, err)
	units := map[string]float64{}
	for _, c := range out.ConsumedCapacity {
		units[*c.TableName] = *c.CapacityUnits
	}
	same(t, "units", units, map[string]float64{"transactions": 4, "other": 4})

	_, err = s.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Delete: &types.Delete{TableName: other, Key: key("a", 1)}},
		{Update: &types.Update{TableName: table, Key: key("a", 1), UpdateExpression: aws.String("SET n = :n"), ConditionExpression: aws.String("n = :n"),
			ExpressionAttributeValues: n(7), ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}},
		{Put: &types.Put{TableName: table, Item: key("a", 3)}},
	}})
	canceled := refused[*types.TransactionCanceledException](t, err)
	same(t, "message", canceled.ErrorMessage(), "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, None]")
	same(t, "reason", []any{*canceled.CancellationReasons[1].Message, value(canceled.CancellationReasons[1].Item["n"])}, "[The conditional request failed 1]")
	got, err := s.TransactGetItems(ctx, &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{
		{Get: &types.Get{TableName: table, Key: key("a", 2)}}, {Get: &types.Get{TableName: other, Key: key("a", 1)}}, {Get: &types.Get{TableName: table, Key: key("a", 3)}}}})
	must(t, err)
	same(t, "got", []int{len(got.Responses[0].Item), len(got.Responses[1].Item), len(got.Responses[2].Item)}, "[3 2 0]")

	increment := &dynamodb.TransactWriteItemsInput{ClientRequestToken: aws.String("only-once"), TransactItems: []types.TransactWriteItem{
		{Update: &types.Update{TableName: table, Key: key("a", 1), UpdateExpression: aws.String("ADD n :n"), ExpressionAttributeValues: n(1)}}}}
	for range 3 {
		_, err = s.TransactWriteItems(ctx, increment)
		must(t, err)
	}
	same(t, "n", value(s.get(t, *table, key("a", 1))["n"]), 2)
	increment.TransactItems[0].Update.ExpressionAttributeValues = n(2)
	_, err = s.TransactWriteItems(ctx, increment)
	refused[*types.IdempotentParameterMismatchException](t, err)
}

// records reads the stream of a table from its beginning.
func (s story) records(t *testing.T, table string) (found []streamtypes.Record) {
	t.Helper()
	ctx := t.Context()
	listed, err := s.streams.ListStreams(ctx, &dynamodbstreams.ListStreamsInput{TableName: &table})
	must(t, err)
	arn := listed.Streams[0].StreamArn
	described, err := s.streams.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: arn})
	must(t, err)
	for _, shard := range described.StreamDescription.Shards {
		first, err := s.streams.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{StreamArn: arn, ShardId: shard.ShardId, ShardIteratorType: streamtypes.ShardIteratorTypeTrimHorizon})
		must(t, err)
		for iterator := first.ShardIterator; iterator != nil; {
			page, err := s.streams.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: iterator, Limit: aws.Int32(2)})
			must(t, err)
			if found, iterator = append(found, page.Records...), page.NextShardIterator; len(page.Records) == 0 {
				break
			}
		}
	}
	return found
}

func (s story) stream(t *testing.T) {
	ctx, name := t.Context(), aws.String("stream")
	s.make(t, *name, func(in *dynamodb.CreateTableInput) {
		in.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages}
	})
	one := item{"pk": text("a"), "sk": number(1), "n": number(1), "m": &types.AttributeValueMemberM{Value: item{"l": &types.AttributeValueMemberL{Value: []types.AttributeValue{text("x")}}}}}
	s.put(t, *name, one)
	s.put(t, *name, one) // changes nothing
	_, err := s.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: name, Key: key("a", 1), UpdateExpression: aws.String("SET n = :n"), ExpressionAttributeValues: item{":n": number(2)}})
	must(t, err)
	for range 2 { // the second time nothing is there
		_, err = s.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: name, Key: key("a", 1)})
		must(t, err)
	}
	found := s.records(t, *name)
	var changes []string
	for _, r := range found {
		changes = append(changes, fmt.Sprint(r.EventName, " ", len(r.Dynamodb.OldImage), " ", len(r.Dynamodb.NewImage)))
	}
	same(t, "changes", changes, "[INSERT 0 4 MODIFY 4 4 REMOVE 4 0]")
	var old struct {
		N int
		M struct{ L []string }
	}
	must(t, attributevalue.UnmarshalMap(converted(t, found[1].Dynamodb.OldImage), &old))
	same(t, "old image", old, "{1 {[x]}}")
}

func converted(t *testing.T, image map[string]streamtypes.AttributeValue) item {
	t.Helper()
	i, err := attributevalue.FromDynamoDBStreamsMap(image)
	must(t, err)
	return i
}

func (s story) ttl(t *testing.T) {
	ctx, name := t.Context(), aws.String("ttl")
	s.make(t, *name, func(in *dynamodb.CreateTableInput) {
		in.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeOldImage}
	})
	now := int(time.Now().Unix())
	s.put(t, *name, item{"pk": text("before"), "sk": number(0), "expires": number(now - 10)}) // from before there was a TTL
	_, err := s.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{TableName: name, TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("expires"), Enabled: aws.Bool(true)}})
	must(t, err)
	eventually(t, "TTL", func(ctx context.Context) bool {
		out, err := s.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: name})
		must(t, err)
		return out.TimeToLiveDescription.TimeToLiveStatus == types.TimeToLiveStatusEnabled
	})
	s.put(t, *name, item{"pk": text("due"), "sk": number(0), "expires": number(now - 10)})
	s.put(t, *name, item{"pk": text("due later"), "sk": number(0), "expires": number(now + 3600)})
	eventually(t, "the deletion", func(ctx context.Context) bool {
		return s.get(t, *name, key("before", 0)) == nil && s.get(t, *name, key("due", 0)) == nil
	})
	same(t, "what is not due", len(s.get(t, *name, key("due later", 0))), 3)
	removed := 0
	for _, r := range s.records(t, *name) {
		if r.EventName == streamtypes.OperationTypeRemove {
			removed++
			same(t, "by whom", *r.UserIdentity.PrincipalId+" "+*r.UserIdentity.Type, "dynamodb.amazonaws.com Service")
			same(t, "old image", len(r.Dynamodb.OldImage), 3)
		}
	}
	same(t, "records of deletions", removed, 2)
}

func (s story) partiQL(t *testing.T) {
	ctx := t.Context()
	s.make(t, "partiql", nil)
	run := func(statement string, parameters ...types.AttributeValue) ([]map[string]types.AttributeValue, error) {
		out, err := s.ExecuteStatement(ctx, &dynamodb.ExecuteStatementInput{Statement: &statement, Parameters: parameters})
		if err != nil {
			return nil, err
		}
		return out.Items, nil
	}
	_, err := run("INSERT INTO partiql VALUE {'pk': ?, 'sk': 1, 'n': 20, 'tags': <<'x', 'y'>>, 'm': {'l': [1, 'two']}}", text("a"))
	must(t, err)
	_, err = run("INSERT INTO partiql VALUE {'pk': 'a', 'sk': 1}")
	refused[*types.DuplicateItemException](t, err)
	updated, err := run("UPDATE partiql SET n = n + 1 SET m.k = 'v' REMOVE tags WHERE pk = 'a' AND sk = 1 RETURNING ALL NEW *")
	must(t, err)
	same(t, "updated", []any{value(updated[0]["n"]), updated[0]["tags"]}, "[21 <nil>]")
	_, err = run("UPDATE partiql SET n = 0 WHERE pk = 'a' AND sk = 1 AND n < 20")
	refused[*types.ConditionalCheckFailedException](t, err)
	for sk := 2; sk < 10; sk++ {
		_, err = run("INSERT INTO \"partiql\" VALUE {'pk': 'a', 'sk': ?}", number(sk))
		must(t, err)
	}
	found, err := run("SELECT sk FROM partiql WHERE pk = 'a' AND sk BETWEEN 4 AND 6 ORDER BY sk DESC")
	must(t, err)
	same(t, "selected", sks(found), "[6 5 4]")
	page, err := s.ExecuteStatement(ctx, &dynamodb.ExecuteStatementInput{Statement: aws.String("SELECT * FROM partiql WHERE pk = 'a'"), Limit: aws.Int32(5)})
	must(t, err)
	rest, err := s.ExecuteStatement(ctx, &dynamodb.ExecuteStatementInput{Statement: aws.String("SELECT * FROM partiql WHERE pk = 'a'"), NextToken: page.NextToken})
	must(t, err)
	same(t, "pages", []int{len(page.Items), len(rest.Items)}, "[5 4]")

	batch, err := s.BatchExecuteStatement(ctx, &dynamodb.BatchExecuteStatementInput{Statements: []types.BatchStatementRequest{
		{Statement: aws.String("SELECT n FROM partiql WHERE pk = 'a' AND sk = 1")}, {Statement: aws.String("SELECT * FROM nosuch WHERE pk = 'a' AND sk = 1")}}})
	must(t, err)
	same(t, "batch", []any{value(batch.Responses[0].Item["n"]), batch.Responses[1].Error.Code}, "[21 ResourceNotFound]")
	_, err = s.ExecuteTransaction(ctx, &dynamodb.ExecuteTransactionInput{TransactStatements: []types.ParameterizedStatement{
		{Statement: aws.String("DELETE FROM partiql WHERE pk = 'a' AND sk = 2")},
		{Statement: aws.String("INSERT INTO partiql VALUE {'pk': 'a', 'sk': 3}")}}})
	canceled := refused[*types.TransactionCanceledException](t, err)
	same(t, "reasons", []string{*canceled.CancellationReasons[0].Code, *canceled.CancellationReasons[1].Code}, "[None DuplicateItem]")
	same(t, "what was to go", len(s.get(t, "partiql", key("a", 2))), 2)
}
