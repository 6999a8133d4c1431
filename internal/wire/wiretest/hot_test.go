package wiretest_test

import (
	"reflect"
	"testing"

	"cloudless/internal/api/dynamodb"
	"cloudless/internal/wire/wiretest"
)

var hot = wiretest.HotOperations(&dynamodb.Schema, reflect.TypeFor[dynamodb.Handlers]())

func TestHotOperationsDoAsTheSchemaSays(t *testing.T) {
	if len(hot) < 10 {
		t.Fatalf("only %d operations of DynamoDB read and write themselves", len(hot))
	}
	for _, op := range hot {
		t.Run(op.Schema.Name, op.Test)
	}
}

// FuzzHotInputs compares what inputs read themselves with the slow way.
func FuzzHotInputs(f *testing.F) {
	for i, op := range hot {
		for seed := range uint64(20) {
			f.Add(uint8(i), op.RandomInput(f, seed))
		}
		for _, text := range []string{
			`{"TableName":"t","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConsistentRead":true}`,
			`{"TableName":"t","Item":{"b":{"B":"AAEC"},"l":{"L":[{"M":{"x":{"NULL":true}}}]},"s":{"SS":["a","b"]}},"ReturnValues":"ALL_OLD"}`,
			`{"TableName":"t","IndexName":"i-1","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"\u00e9"}},"Limit":10}`,
			`{"TableName":"t","Key":{"pk":{"S":"a"}},"UpdateExpression":"SET #a = :b","ExpressionAttributeNames":{"#a":"a"},"Expected":{"a":{"Exists":false}}}`,
			`{"RequestItems":{"t":[{"PutRequest":{"Item":{"pk":{"S":"a"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"b"}}}}]}}`,
			`{"RequestItems":{"t":{"Keys":[{"pk":{"S":"a"}}],"ConsistentRead":false}},"ReturnConsumedCapacity":"TOTAL"}`,
			`{"TransactItems":[{"Put":{"TableName":"t","Item":{}}},{"Get":{"TableName":"t","Key":{}}},{}],"ClientRequestToken":"token"}`,
			`{"Statement":"SELECT * FROM t","Parameters":[{"S":"a"}],"Limit":1}`,
			`{"TableName":"t","TotalSegments":4,"Segment":3,"Select":"COUNT","Limit":null,"ScanFilter":{"a":{"ComparisonOperator":"NULL"}}}`,
		} {
			f.Add(uint8(i), []byte(text))
		}
	}
	f.Fuzz(func(t *testing.T, op uint8, text []byte) { hot[int(op)%len(hot)].Reads(t, text) })
}
