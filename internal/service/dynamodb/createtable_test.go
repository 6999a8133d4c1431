package dynamodb

import (
	"testing"

	ddb "cloudless/internal/api/dynamodb"
)

func TestCreateTableRefuses(t *testing.T) {
	const invalid = "ValidationException: One or more parameter values were invalid: "
	with := func(change func(*ddb.CreateTableInput), attributes ...string) *ddb.CreateTableInput {
		in := tableOf("music", attributes...)
		change(in)
		return in
	}
	for _, tt := range []struct {
		name string
		in   *ddb.CreateTableInput
		want string
	}{
		{"a short name", tableOf("ab", "pk:S"), "ValidationException: 1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3"},
		{"a name with a blank", tableOf("my table", "pk:S"),
			"ValidationException: 1 validation error detected: Value 'my table' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"},
		{"throughput on demand", with(func(in *ddb.CreateTableInput) {
			in.ProvisionedThroughput = &ddb.ProvisionedThroughput{ReadCapacityUnits: 1, WriteCapacityUnits: 1}
		}, "pk:S"), invalid + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"},
		{"no throughput", with(func(in *ddb.CreateTableInput) { in.BillingMode = "" }, "pk:S"),
			invalid + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"},
		{"a key without definition", with(func(in *ddb.CreateTableInput) { in.KeySchema = keyOf("q") }, "pk:S"),
			invalid + "Some index key attributes are not defined in AttributeDefinitions. Keys: [q], AttributeDefinitions: [pk]"},
		{"a range key without definition", with(func(in *ddb.CreateTableInput) { in.KeySchema = keyOf("pk|q") }, "pk:S"),
			"ValidationException: Invalid KeySchema: Some index key attribute have no definition"},
		{"one attribute twice and no other", with(func(in *ddb.CreateTableInput) { in.KeySchema = keyOf("pk|pk") }, "pk:S"),
			"ValidationException: Invalid KeySchema: Some index key attribute have no definition"},
		{"one attribute twice", with(func(in *ddb.CreateTableInput) { in.KeySchema = keyOf("pk|pk") }, "pk:S", "sk:S"),
			"ValidationException: Both the Hash Key and the Range Key element in the KeySchema have the same name"},
		{"a range key first", with(func(in *ddb.CreateTableInput) { in.KeySchema = keyOf("|pk") }, "pk:S"),
			"ValidationException: Invalid KeySchema: The first KeySchemaElement is not a HASH key type"},
		{"two hash keys", with(func(in *ddb.CreateTableInput) { in.KeySchema = keyOf("pk sk") }, "pk:S", "sk:S"),
			"ValidationException: Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"},
		{"a definition too many", tableOf("music", "pk:S", "sk:S", "x:S"),
			invalid + "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"},
		{"a definition too many beside an index", with(func(in *ddb.CreateTableInput) {
			in.GlobalSecondaryIndexes = []ddb.GlobalSecondaryIndex{global("byX", "x", "ALL")}
		}, "pk:S", "sk:S", "x:S", "y:S"), invalid + "Some AttributeDefinitions are not used. AttributeDefinitions: [pk, sk, x, y], keys used: [pk, sk, x]"},
		{"a local index without a range key on the table", with(func(in *ddb.CreateTableInput) {
			in.KeySchema, in.LocalSecondaryIndexes = keyOf("pk"), []ddb.LocalSecondaryIndex{local("byX", "pk|x", "ALL")}
		}, "pk:S", "x:S"), invalid + "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"},
		{"a local index on another hash key", with(func(in *ddb.CreateTableInput) {
			in.LocalSecondaryIndexes = []ddb.LocalSecondaryIndex{local("byX", "x|pk", "ALL")}
		}, "pk:S", "sk:S", "x:S"), invalid + "Index KeySchema does not have the same leading hash key as table KeySchema for index: byX. index hash key: x, table hash key: pk"},
		{"a local index without a range key", with(func(in *ddb.CreateTableInput) {
			in.LocalSecondaryIndexes = []ddb.LocalSecondaryIndex{local("byX", "pk", "ALL")}
		}, "pk:S", "sk:S"), invalid + "Index KeySchema does not have a range key for index: byX"},
		{"two indexes of a name", with(func(in *ddb.CreateTableInput) {
			in.GlobalSecondaryIndexes = []ddb.GlobalSecondaryIndex{global("byX", "sk", "ALL"), global("byX", "sk", "ALL")}
		}, "pk:S", "sk:S"), invalid + "Duplicate index name: byX"},
		{"a projection of keys with attributes", with(func(in *ddb.CreateTableInput) {
			in.GlobalSecondaryIndexes = []ddb.GlobalSecondaryIndex{global("byX", "sk", "KEYS_ONLY", "a")}
		}, "pk:S", "sk:S"), invalid + "ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified"},
		{"a projection that includes nothing", with(func(in *ddb.CreateTableInput) {
			in.GlobalSecondaryIndexes = []ddb.GlobalSecondaryIndex{global("byX", "sk", "INCLUDE")}
		}, "pk:S", "sk:S"), invalid + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified"},
		{"an index whose hash attributes come last", with(func(in *ddb.CreateTableInput) {
			in.GlobalSecondaryIndexes = []ddb.GlobalSecondaryIndex{global("byX", "pk | sk", "ALL")}
			in.GlobalSecondaryIndexes[0].KeySchema = append(in.GlobalSecondaryIndexes[0].KeySchema, ddb.KeySchemaElement{AttributeName: "x", KeyType: "HASH"})
		}, "pk:S", "sk:S", "x:S"), invalid + "All HASH key attributes must precede RANGE key attributes in the KeySchema"},
		{"an index with five hash attributes", with(func(in *ddb.CreateTableInput) {
			in.KeySchema, in.GlobalSecondaryIndexes = keyOf("a"), []ddb.GlobalSecondaryIndex{global("byX", "a b c d e", "ALL")}
		}, "a:S", "b:S", "c:S", "d:S", "e:S"), invalid + "The KeySchema exceeds the maximum allowed number of HASH key attributes"},
		{"an index with one attribute twice", with(func(in *ddb.CreateTableInput) {
			in.KeySchema, in.GlobalSecondaryIndexes = keyOf("a"), []ddb.GlobalSecondaryIndex{global("byX", "a b | a", "ALL")}
		}, "a:S", "b:S"), "ValidationException: The KeySchema contains multiple key attributes with the same name"},
		{"one definition twice", tableOf("music", "pk:S", "pk:S"), "ValidationException: Attribute Name is duplicated: pk"},
		{"a stream that is off, with a view", with(func(in *ddb.CreateTableInput) {
			in.StreamSpecification = &ddb.StreamSpecification{StreamViewType: "NEW_IMAGE"}
		}, "pk:S"), invalid + "Table is being created with a stream disabled, UpdateViewType should not be specified"},
		{"a tag twice", with(func(in *ddb.CreateTableInput) { in.Tags = []ddb.Tag{{Key: "a"}, {Key: "a"}} }, "pk:S"),
			"ValidationException: Duplicate Tag Keys provided as input: Duplicate Tag Key found a"},
	} {
		f := newFixture(t)
		_, err := f.CreateTable(t.Context(), alice, tt.in)
		refused(t, tt.name, err, tt.want)
		if n := f.keys(t); n != 0 {
			t.Errorf("%s: %d keys are in the store", tt.name, n)
		}
	}
}
