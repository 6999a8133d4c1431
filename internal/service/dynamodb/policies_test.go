package dynamodb

import (
	"fmt"
	"testing"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
)

func TestPoliciesAreAsked(t *testing.T) {
	f := newFixture(t)
	in := tableOf("music", "pk:S", "sk:N", "g:S")
	in.GlobalSecondaryIndexes = []ddb.GlobalSecondaryIndex{global("byG", "g", "ALL")}
	f.create(t, in)
	const arn = "arn:aws:dynamodb:us-east-1:000000000000:table/music"
	key := item("pk", "a", "sk", 1)
	for _, tt := range []struct {
		action string
		do     func() error
		want   string
	}{
		{"dynamodb:PutItem", func() error {
			_, err := f.PutItem(t.Context(), alice, &ddb.PutItemInput{TableName: arn, Item: key, ReturnValues: "NONE"})
			return err
		}, arn + " dynamodb:LeadingKeys=[a] dynamodb:Attributes=[pk sk] dynamodb:ReturnValues=[NONE]"},
		{"dynamodb:GetItem", func() error {
			_, err := f.GetItem(t.Context(), alice, &ddb.GetItemInput{TableName: "music", Key: key, ProjectionExpression: new("x, y[0]")})
			return err
		}, arn + " dynamodb:LeadingKeys=[a] dynamodb:Attributes=[x y]"},
		{"dynamodb:Query", func() error {
			_, err := f.Query(t.Context(), alice, &ddb.QueryInput{TableName: "music", IndexName: new("byG"), KeyConditionExpression: new("g = :g"), ExpressionAttributeValues: item(":g", "G"), Select: "COUNT"})
			return err
		}, arn + "/index/byG dynamodb:LeadingKeys=[G] dynamodb:Select=[COUNT]"},
		{"dynamodb:Scan", func() error {
			_, err := f.Scan(t.Context(), alice, &ddb.ScanInput{TableName: "music"})
			return err
		}, arn},
		{"dynamodb:BatchWriteItem", func() error {
			_, err := f.BatchWriteItem(t.Context(), alice, &ddb.BatchWriteItemInput{RequestItems: map[string][]ddb.WriteRequest{"music": {{DeleteRequest: &ddb.DeleteRequest{Key: key}}}}})
			return err
		}, arn + " dynamodb:LeadingKeys=[a]"},
		{"dynamodb:ListTables", func() error {
			_, err := f.ListTables(t.Context(), alice, &ddb.ListTablesInput{})
			return err
		}, "arn:aws:dynamodb:us-east-1:000000000000:table/*"},
	} {
		f.judge.deny, f.judge.asked = "", []asked{}
		if err := tt.do(); err != nil {
			t.Errorf("%s: %v", tt.action, err)
			continue
		}
		got := f.judge.asked[0].resource
		for _, fact := range f.judge.asked[0].facts {
			got += fmt.Sprintf(" %s=%v", fact.Key, fact.Values)
		}
		equal(t, tt.action, f.judge.asked[0].action+" "+got, tt.action+" "+tt.want)
		f.judge.deny = tt.action
		refused(t, tt.action, tt.do(), "AccessDeniedException: not authorized to perform: "+tt.action)
	}
	f.judge.deny = "dynamodb:GetItem"
	_, err := f.GetItem(t.Context(), alice, &ddb.GetItemInput{TableName: "nosuch", Key: key})
	refused(t, "who may not read does not learn which tables there are", err, "AccessDeniedException: not authorized to perform: dynamodb:GetItem")
}

func TestTablesBelongToAnAccountAndARegion(t *testing.T) {
	f := newFixture(t)
	f.create(t, tableOf("music", "pk:S"))
	for _, other := range []api.Call{{Account: "111111111111", Region: "us-east-1"}, {Account: "000000000000", Region: "eu-west-1"}} {
		_, err := f.GetItem(t.Context(), &other, &ddb.GetItemInput{TableName: "music", Key: item("pk", "a")})
		refused(t, other.Account+" "+other.Region, err, "ResourceNotFoundException: Requested resource not found")
	}
}
