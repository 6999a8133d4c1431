package dynamodb

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"cloudless/test/servertest"
)

func (s story) tables(t *testing.T) {
	ctx, music := t.Context(), aws.String("music")
	created, err := s.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: music, KeySchema: pkAndSk, AttributeDefinitions: append([]types.AttributeDefinition{{AttributeName: aws.String("genre"), AttributeType: "S"}}, pkSN...),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String("by-genre"), KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("genre"), KeyType: "HASH"}},
			Projection:            &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: []string{"price"}},
			ProvisionedThroughput: &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(3), WriteCapacityUnits: aws.Int64(2)},
		}},
		ProvisionedThroughput:     &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(5), WriteCapacityUnits: aws.Int64(4)},
		DeletionProtectionEnabled: aws.Bool(true), TableClass: types.TableClassStandardInfrequentAccess,
		Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("a")}},
	})
	must(t, err)
	same(t, "status", created.TableDescription.TableStatus, types.TableStatusCreating)
	must(t, dynamodb.NewTableExistsWaiter(s).Wait(ctx, &dynamodb.DescribeTableInput{TableName: music}, time.Minute))
	described, err := s.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: music})
	must(t, err)
	table := described.Table
	same(t, "ARN", *table.TableArn, "arn:aws:dynamodb:us-east-1:"+servertest.Account+":table/music")
	same(t, "index", table.GlobalSecondaryIndexes[0].IndexStatus, types.IndexStatusActive)
	same(t, "class", table.TableClassSummary.TableClass, types.TableClassStandardInfrequentAccess)
	same(t, "write capacity", *table.ProvisionedThroughput.WriteCapacityUnits, 4)
	if age := time.Since(*table.CreationDateTime); age < -time.Minute || age > time.Minute {
		t.Errorf("created %v ago", age)
	}
	_, err = s.CreateTable(ctx, &dynamodb.CreateTableInput{TableName: music, KeySchema: pkAndSk, AttributeDefinitions: pkSN, BillingMode: "PAY_PER_REQUEST"})
	same(t, "message", refused[*types.ResourceInUseException](t, err).ErrorMessage(), "Table already exists: music")

	for _, name := range []string{"list-a", "list-b", "list-c"} {
		s.make(t, name, nil)
	}
	var pages [][]string
	for p := dynamodb.NewListTablesPaginator(s, &dynamodb.ListTablesInput{Limit: aws.Int32(3)}); p.HasMorePages(); {
		page, err := p.NextPage(ctx)
		must(t, err)
		pages = append(pages, page.TableNames)
	}
	same(t, "pages", pages, [][]string{{"list-a", "list-b", "list-c"}, {"music"}})

	_, err = s.TagResource(ctx, &dynamodb.TagResourceInput{ResourceArn: table.TableArn, Tags: []types.Tag{{Key: aws.String("stage"), Value: aws.String("test")}}})
	must(t, err)
	_, err = s.UntagResource(ctx, &dynamodb.UntagResourceInput{ResourceArn: table.TableArn, TagKeys: []string{"team"}})
	must(t, err)
	tags, err := s.ListTagsOfResource(ctx, &dynamodb.ListTagsOfResourceInput{ResourceArn: table.TableArn})
	must(t, err)
	same(t, "tags", len(tags.Tags) == 1 && *tags.Tags[0].Key == "stage", true)

	_, err = s.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: music})
	invalid(t, err, "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	_, err = s.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: aws.String("list-a")})
	must(t, err)
	must(t, dynamodb.NewTableNotExistsWaiter(s).Wait(ctx, &dynamodb.DescribeTableInput{TableName: aws.String("list-a")}, time.Minute))
	_, err = s.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String("list-a")})
	same(t, "message", refused[*types.ResourceNotFoundException](t, err).ErrorMessage(), "Requested resource not found: Table: list-a not found")
}

func (s story) indexes(t *testing.T) {
	ctx, name := t.Context(), aws.String("indexes")
	s.make(t, *name, func(in *dynamodb.CreateTableInput) {
		in.BillingMode, in.ProvisionedThroughput = types.BillingModeProvisioned, &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(50), WriteCapacityUnits: aws.Int64(50)}
	})
	for sk := range 20 {
		s.put(t, *name, item{"pk": text("a"), "sk": number(sk), "group": text([]string{"even", "odd"}[sk%2])})
	}
	settled := func(indexes int) func(context.Context) bool {
		return func(ctx context.Context) bool {
			out, err := s.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: name})
			must(t, err)
			active := out.Table.TableStatus == types.TableStatusActive && len(out.Table.GlobalSecondaryIndexes) == indexes
			for _, x := range out.Table.GlobalSecondaryIndexes {
				active = active && x.IndexStatus == types.IndexStatusActive
			}
			return active
		}
	}
	_, err := s.UpdateTable(ctx, &dynamodb.UpdateTableInput{TableName: name, BillingMode: types.BillingModePayPerRequest})
	must(t, err)
	eventually(t, "the change of billing", settled(0))
	create := &dynamodb.UpdateTableInput{
		TableName: name, AttributeDefinitions: append([]types.AttributeDefinition{{AttributeName: aws.String("group"), AttributeType: "S"}}, pkSN...),
		GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{Create: &types.CreateGlobalSecondaryIndexAction{
			IndexName: aws.String("by-group"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
			KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("group"), KeyType: "HASH"}, {AttributeName: aws.String("sk"), KeyType: "RANGE"}},
		}}},
	}
	out, err := s.UpdateTable(ctx, create)
	must(t, err)
	same(t, "statuses", []any{out.TableDescription.TableStatus, out.TableDescription.GlobalSecondaryIndexes[0].IndexStatus}, "[UPDATING CREATING]")
	eventually(t, "the index", settled(1))
	odd, err := s.Query(ctx, &dynamodb.QueryInput{TableName: name, IndexName: aws.String("by-group"), KeyConditionExpression: aws.String("#g = :g AND sk > :n"),
		ExpressionAttributeNames: map[string]string{"#g": "group"}, ExpressionAttributeValues: item{":g": text("odd"), ":n": number(10)}})
	must(t, err)
	same(t, "odd", sks(odd.Items), "[11 13 15 17 19]")
	_, err = s.UpdateTable(ctx, &dynamodb.UpdateTableInput{TableName: name, GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{
		{Delete: &types.DeleteGlobalSecondaryIndexAction{IndexName: aws.String("by-group")}}}})
	must(t, err)
	eventually(t, "the end of the index", settled(0))
}

func (s story) backups(t *testing.T) {
	ctx, name := t.Context(), aws.String("backups")
	s.make(t, *name, nil)
	s.put(t, *name, item{"pk": text("a"), "sk": number(1), "v": text("then")})
	backup, err := s.CreateBackup(ctx, &dynamodb.CreateBackupInput{TableName: name, BackupName: aws.String("first")})
	must(t, err)
	arn := backup.BackupDetails.BackupArn
	eventually(t, "the backup", func(ctx context.Context) bool {
		out, err := s.DescribeBackup(ctx, &dynamodb.DescribeBackupInput{BackupArn: arn})
		must(t, err)
		return out.BackupDescription.BackupDetails.BackupStatus == types.BackupStatusAvailable
	})
	s.put(t, *name, item{"pk": text("a"), "sk": number(1), "v": text("now")})
	_, err = s.RestoreTableFromBackup(ctx, &dynamodb.RestoreTableFromBackupInput{TargetTableName: aws.String("restored"), BackupArn: arn})
	must(t, err)
	eventually(t, "the table", func(ctx context.Context) bool {
		out, err := s.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String("restored")})
		must(t, err)
		return out.Table.TableStatus == types.TableStatusActive
	})
	same(t, "restored", value(s.get(t, "restored", key("a", 1))["v"]), "then")
	_, err = s.DeleteBackup(ctx, &dynamodb.DeleteBackupInput{BackupArn: arn})
	must(t, err)
	_, err = s.DescribeBackup(ctx, &dynamodb.DescribeBackupInput{BackupArn: arn})
	refused[*types.BackupNotFoundException](t, err)
}
