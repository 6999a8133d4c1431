package dynamodb

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// sks are the sort keys of items.
func sks(items []map[string]types.AttributeValue) (found []string) {
	for _, i := range items {
		found = append(found, value(i["sk"]))
	}
	return found
}

func (s story) paging(t *testing.T) {
	ctx, name := t.Context(), aws.String("paging")
	s.make(t, *name, func(in *dynamodb.CreateTableInput) {
		in.AttributeDefinitions = append([]types.AttributeDefinition{{AttributeName: aws.String("color"), AttributeType: "S"}}, pkSN...)
		in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{{IndexName: aws.String("by-color"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
			KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("color"), KeyType: "HASH"}, {AttributeName: aws.String("sk"), KeyType: "RANGE"}}}}
	})
	for sk := range 40 {
		i := item{"pk": text("a"), "sk": number(sk), "pad": text(strings.Repeat("x", 30_000))}
		if sk%4 == 0 {
			i["color"] = text("red")
		}
		s.put(t, *name, i)
	}
	query := func(in dynamodb.QueryInput) *dynamodb.QueryOutput {
		t.Helper()
		in.TableName = name
		out, err := s.Query(ctx, &in)
		must(t, err)
		return out
	}
	var pages, found []string
	for p := dynamodb.NewQueryPaginator(s, &dynamodb.QueryInput{TableName: name, KeyConditionExpression: aws.String("pk = :a"), ExpressionAttributeValues: item{":a": text("a")}}); p.HasMorePages(); {
		page, err := p.NextPage(ctx)
		must(t, err)
		pages, found = append(pages, "page"), append(found, sks(page.Items)...)
	}
	same(t, "pages of 40 × 30 KB", []int{len(pages), len(found)}, "[2 40]")

	down := query(dynamodb.QueryInput{KeyConditionExpression: aws.String("pk = :a AND sk BETWEEN :x AND :y"), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(3),
		ExpressionAttributeValues: item{":a": text("a"), ":x": number(10), ":y": number(20)}})
	same(t, "downwards", sks(down.Items), "[20 19 18]")
	same(t, "last key", value(down.LastEvaluatedKey["sk"]), 18)
	filtered := query(dynamodb.QueryInput{KeyConditionExpression: aws.String("pk = :a AND sk < :x"), FilterExpression: aws.String("color = :r"), ProjectionExpression: aws.String("sk"),
		ExpressionAttributeValues: item{":a": text("a"), ":x": number(20), ":r": text("red")}})
	same(t, "filtered", []any{sks(filtered.Items), filtered.Count, filtered.ScannedCount, len(filtered.Items[0])}, "[[0 4 8 12 16] 5 20 1]")
	counted := query(dynamodb.QueryInput{KeyConditionExpression: aws.String("pk = :a AND sk >= :x"), ExpressionAttributeValues: item{":a": text("a"), ":x": number(35)},
		Select: types.SelectCount, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
	same(t, "counted", []any{counted.Count, len(counted.Items), *counted.ConsumedCapacity.CapacityUnits}, "[5 0 18.5]")
	reds := query(dynamodb.QueryInput{IndexName: aws.String("by-color"), KeyConditionExpression: aws.String("color = :r AND sk > :x"), Limit: aws.Int32(3),
		ExpressionAttributeValues: item{":r": text("red"), ":x": number(4)}})
	same(t, "reds", []any{sks(reds.Items), len(reds.LastEvaluatedKey)}, "[[8 12 16] 3]")

	found = nil
	for segment := range int32(3) {
		for p := dynamodb.NewScanPaginator(s, &dynamodb.ScanInput{TableName: name, Segment: &segment, TotalSegments: aws.Int32(3), Limit: aws.Int32(7)}); p.HasMorePages(); {
			page, err := p.NextPage(ctx)
			must(t, err)
			found = append(found, sks(page.Items)...)
		}
	}
	slices.Sort(found)
	same(t, "scanned, each once", []int{len(found), len(slices.Compact(found))}, "[40 40]")
}

func (s story) batch(t *testing.T) {
	ctx, name := t.Context(), "batch"
	s.make(t, name, nil)
	var puts []types.WriteRequest
	var keys []map[string]types.AttributeValue
	for sk := range 25 {
		puts = append(puts, types.WriteRequest{PutRequest: &types.PutRequest{Item: key("a", sk)}})
		keys = append(keys, key("a", sk))
	}
	write := func(requests ...types.WriteRequest) error {
		out, err := s.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{name: requests}})
		if err == nil {
			same(t, "unprocessed", len(out.UnprocessedItems), 0)
		}
		return err
	}
	must(t, write(puts...))
	must(t, write(types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: key("a", 24)}}))
	out, err := s.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{name: {Keys: keys}}, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
	must(t, err)
	same(t, "got", []any{len(out.Responses[name]), len(out.UnprocessedKeys), *out.ConsumedCapacity[0].CapacityUnits}, "[24 0 12.5]")
	invalid(t, write(puts[0], puts[0]), "Provided list of item keys contains duplicates")
	if err := write(append(puts, types.WriteRequest{PutRequest: &types.PutRequest{Item: key("b", 1)}})...); err == nil {
		t.Error("a batch of 26 was taken")
	}
}
