package dynamodb

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/clock"
	"cloudless/internal/storage/kv"
	"cloudless/internal/storage/memkv"
)

type av = ddb.AttributeValue

func str(s string) av    { return av{S: new(s)} }
func num(n any) av       { return av{N: new(fmt.Sprint(n))} }
func bin(b ...byte) av   { return av{B: append([]byte{}, b...)} }
func set(s ...string) av { return av{SS: s} }
func list(v ...av) av    { return av{L: append([]av{}, v...)} }
func doc(kv ...any) av   { return av{M: item(kv...)} }
func item(kv ...any) map[string]av {
	m := map[string]av{}
	for i := 0; i < len(kv); i += 2 {
		switch v := kv[i+1].(type) {
		case av:
			m[kv[i].(string)] = v
		case string:
			m[kv[i].(string)] = str(v)
		default:
			m[kv[i].(string)] = num(v)
		}
	}
	return m
}

var alice = &api.Call{Account: "000000000000", Region: "us-east-1", Principal: api.Root("000000000000"), RequestID: "r1", BaseURL: "http://127.0.0.1:4566"}

// asked is one question to the authorizer.
type asked struct {
	action, resource string
	facts            []api.Fact
}

// judge allows everything but what it denies, and remembers.
type judge struct {
	deny  string
	asked []asked
}

func (j *judge) Authorize(_ context.Context, _ *api.Call, action, resource string, facts ...api.Fact) error {
	if j.deny == action {
		return awserr.AccessDenied("not authorized to perform: " + action)
	}
	if j.asked != nil {
		j.asked = append(j.asked, asked{action, resource, facts})
	}
	return nil
}

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

type fixture struct {
	*Service
	store *memkv.Store
	clock *clock.Fake
	judge *judge
}

func newFixture(t testing.TB, change ...func(*Config)) *fixture {
	t.Helper()
	f := &fixture{store: memkv.New(), clock: clock.NewFake(epoch, 1), judge: &judge{}}
	t.Cleanup(func() { f.store.Close() })
	c := Config{Store: f.store, Authorizer: f.judge, Clock: f.clock}
	for _, ch := range change {
		ch(&c)
	}
	f.Service = New(c)
	return f
}

// tableOf makes the input of CreateTable: attributes such as "pk:S", of which
// the first is the hash key and the second, if there is one, the range key.
func tableOf(name string, attributes ...string) *ddb.CreateTableInput {
	in := &ddb.CreateTableInput{TableName: name, BillingMode: payPerRequest}
	for i, a := range attributes {
		attribute, kind, _ := strings.Cut(a, ":")
		in.AttributeDefinitions = append(in.AttributeDefinitions, ddb.AttributeDefinition{AttributeName: attribute, AttributeType: kind})
		if i < 2 {
			in.KeySchema = append(in.KeySchema, ddb.KeySchemaElement{AttributeName: attribute, KeyType: []string{"HASH", "RANGE"}[i]})
		}
	}
	return in
}

// keyOf makes a key schema: "a b | c" has hash attributes a and b, and range c.
func keyOf(text string) []ddb.KeySchemaElement {
	hash, ranges, _ := strings.Cut(text, "|")
	var key []ddb.KeySchemaElement
	for name := range strings.FieldsSeq(hash) {
		key = append(key, ddb.KeySchemaElement{AttributeName: name, KeyType: "HASH"})
	}
	for name := range strings.FieldsSeq(ranges) {
		key = append(key, ddb.KeySchemaElement{AttributeName: name, KeyType: "RANGE"})
	}
	return key
}

func global(name, key, projection string, include ...string) ddb.GlobalSecondaryIndex {
	return ddb.GlobalSecondaryIndex{IndexName: name, KeySchema: keyOf(key), Projection: &ddb.Projection{ProjectionType: projection, NonKeyAttributes: include}}
}

func local(name, key, projection string, include ...string) ddb.LocalSecondaryIndex {
	return ddb.LocalSecondaryIndex{IndexName: name, KeySchema: keyOf(key), Projection: &ddb.Projection{ProjectionType: projection, NonKeyAttributes: include}}
}

func (f *fixture) create(t testing.TB, in *ddb.CreateTableInput) *ddb.TableDescription {
	t.Helper()
	out, err := f.CreateTable(t.Context(), alice, in)
	if err != nil {
		t.Fatalf("CreateTable(%s) = %v", in.TableName, err)
	}
	return out.TableDescription
}

func (f *fixture) put(t testing.TB, table string, it map[string]av) {
	t.Helper()
	if _, err := f.PutItem(t.Context(), alice, &ddb.PutItemInput{TableName: table, Item: it}); err != nil {
		t.Fatalf("PutItem(%s, %s) = %v", table, show(it), err)
	}
}

func (f *fixture) get(t testing.TB, table string, key map[string]av) map[string]av {
	t.Helper()
	out, err := f.GetItem(t.Context(), alice, &ddb.GetItemInput{TableName: table, Key: key})
	if err != nil {
		t.Fatalf("GetItem(%s, %s) = %v", table, show(key), err)
	}
	return out.Item
}

// show writes an item shortly, in the order of the names.
func show(it map[string]av) string {
	var parts []string
	for name, v := range it {
		parts = append(parts, name+"="+showValue(v))
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

func showValue(v av) string {
	switch {
	case v.S != nil:
		return *v.S
	case v.N != nil:
		return *v.N
	case v.M != nil:
		return "{" + show(v.M) + "}"
	case v.L != nil:
		var parts []string
		for _, e := range v.L {
			parts = append(parts, showValue(e))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case v.B != nil:
		return fmt.Sprintf("%x", v.B)
	case v.SS != nil:
		return fmt.Sprint(v.SS)
	}
	return "?"
}

func showAll(items []map[string]av) string {
	var parts []string
	for _, it := range items {
		parts = append(parts, show(it))
	}
	return strings.Join(parts, "; ")
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\ngot  %v\nwant %v", what, got, want)
	}
}

// refused checks code and message of an error: "Code: message".
func refused(t *testing.T, what string, err error, want string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s was not refused, want %s", what, want)
		return
	}
	if e := awserr.From(err); e.Code+": "+e.Message != want {
		t.Errorf("%s:\ngot  %s: %s (%v)\nwant %s", what, e.Code, e.Message, e.Cause, want)
	}
}

func TestATableFromCreationToDeletion(t *testing.T) {
	f := newFixture(t)
	in := tableOf("music", "id:S")
	in.BillingMode, in.ProvisionedThroughput = "", &ddb.ProvisionedThroughput{ReadCapacityUnits: 5, WriteCapacityUnits: 5}
	created := f.create(t, in)
	want := &ddb.TableDescription{
		AttributeDefinitions:      []ddb.AttributeDefinition{{AttributeName: "id", AttributeType: "S"}},
		CreationDateTime:          new(epoch),
		DeletionProtectionEnabled: new(false),
		ItemCount:                 new(int64(0)),
		KeySchema:                 []ddb.KeySchemaElement{{AttributeName: "id", KeyType: "HASH"}},
		ProvisionedThroughput:     &ddb.ProvisionedThroughputDescription{NumberOfDecreasesToday: new(int64(0)), ReadCapacityUnits: new(int64(5)), WriteCapacityUnits: new(int64(5))},
		TableArn:                  new("arn:aws:dynamodb:us-east-1:000000000000:table/music"),
		TableId:                   created.TableId,
		TableName:                 new("music"),
		TableSizeBytes:            new(int64(0)),
		TableStatus:               "CREATING",
	}
	equal(t, "CreateTable", created, want)

	f.put(t, "music", item("id", "a", "n", 1.5))
	out, err := f.DescribeTable(t.Context(), alice, &ddb.DescribeTableInput{TableName: "music"})
	if err != nil {
		t.Fatal(err)
	}
	want.TableStatus, want.ItemCount, want.TableSizeBytes = "ACTIVE", new(int64(1)), new(int64(2+1+1+3))
	want.WarmThroughput = &ddb.TableWarmThroughputDescription{ReadUnitsPerSecond: new(int64(5)), WriteUnitsPerSecond: new(int64(5)), Status: "ACTIVE"}
	equal(t, "DescribeTable", out.Table, want)

	_, err = f.CreateTable(t.Context(), alice, in)
	refused(t, "a second table of the name", err, "ResourceInUseException: Table already exists: music")

	deleted, err := f.DeleteTable(t.Context(), alice, &ddb.DeleteTableInput{TableName: *want.TableArn})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "DeleteTable", deleted.TableDescription, &ddb.TableDescription{
		DeletionProtectionEnabled: new(false), ItemCount: new(int64(0)), ProvisionedThroughput: want.ProvisionedThroughput,
		TableArn: want.TableArn, TableId: want.TableId, TableName: want.TableName, TableSizeBytes: new(int64(0)), TableStatus: "DELETING"})

	const unknown = "ResourceNotFoundException: Requested resource not found: Table: music not found"
	_, err = f.DescribeTable(t.Context(), alice, &ddb.DescribeTableInput{TableName: "music"})
	refused(t, "DescribeTable of a deleted table", err, unknown)
	_, err = f.DeleteTable(t.Context(), alice, &ddb.DeleteTableInput{TableName: "music"})
	refused(t, "DeleteTable of a deleted table", err, unknown)
	_, err = f.GetItem(t.Context(), alice, &ddb.GetItemInput{TableName: "music", Key: item("id", "a")})
	refused(t, "GetItem of a deleted table", err, "ResourceNotFoundException: Requested resource not found")

	f.create(t, in)
	if got := f.get(t, "music", item("id", "a")); got != nil {
		t.Errorf("a new table has the old one's item %s", show(got))
	}
	if n := f.keys(t); n != 1 {
		t.Errorf("%d keys are in the store, want the new table's definition alone", n)
	}
}

// keys counts what is in the store.
func (f *fixture) keys(t *testing.T) (n int) {
	t.Helper()
	err := f.store.View(t.Context(), func(r kv.Reader) error {
		n = 0
		for _, err := range r.Scan(kv.Range{}) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestStatusFollowsTheClock(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.SettleTime = time.Second })
	status := func() string {
		out, err := f.DescribeTable(t.Context(), alice, &ddb.DescribeTableInput{TableName: "music"})
		if err != nil {
			return awserr.Code(err)
		}
		return out.Table.TableStatus
	}
	f.create(t, tableOf("music", "pk:S"))
	equal(t, "status at first", status(), "CREATING")
	_, err := f.PutItem(t.Context(), alice, &ddb.PutItemInput{TableName: "music", Item: item("pk", "a")})
	refused(t, "PutItem into a table that is being created", err, "ResourceNotFoundException: Requested resource not found")
	_, err = f.DeleteTable(t.Context(), alice, &ddb.DeleteTableInput{TableName: "music"})
	refused(t, "DeleteTable of a table that is being created", err, "ResourceInUseException: Attempt to change a resource which is still in use: Table is being created: music")

	f.clock.Advance(time.Second)
	equal(t, "status after a while", status(), "ACTIVE")
	f.put(t, "music", item("pk", "a"))
	if _, err := f.DeleteTable(t.Context(), alice, &ddb.DeleteTableInput{TableName: "music"}); err != nil {
		t.Fatal(err)
	}
	equal(t, "status of a deleted table", status(), "DELETING")
	_, err = f.PutItem(t.Context(), alice, &ddb.PutItemInput{TableName: "music", Item: item("pk", "a")})
	refused(t, "PutItem into a table that is being deleted", err, "ResourceNotFoundException: Requested resource not found")
	_, err = f.CreateTable(t.Context(), alice, tableOf("music", "pk:S"))
	refused(t, "a table of the name of one that is being deleted", err, "ResourceInUseException: Table already exists: music")

	f.clock.Advance(time.Second)
	equal(t, "status at last", status(), "ResourceNotFoundException")
	out, err := f.ListTables(t.Context(), alice, &ddb.ListTablesInput{})
	if err != nil || len(out.TableNames) != 0 {
		t.Errorf("ListTables = %v, %v, want none", out, err)
	}
	if err := f.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := f.keys(t); n != 0 {
		t.Errorf("%d keys are left in the store, want none", n)
	}
}

// brokenRange is a store that cannot drop ranges, as one that dies before.
type brokenRange struct{ kv.Store }

func (brokenRange) DeleteRange(context.Context, kv.Range) error { return kv.ErrClosed }

func TestWhatADeletionLeavesIsSweptLater(t *testing.T) {
	f := newFixture(t)
	broken := New(Config{Store: brokenRange{f.store}, Authorizer: f.judge, Clock: f.clock})
	f.create(t, tableOf("music", "pk:S"))
	f.put(t, "music", item("pk", "a"))
	if _, err := broken.DeleteTable(t.Context(), alice, &ddb.DeleteTableInput{TableName: "music"}); err != nil {
		t.Fatal(err)
	}
	f.create(t, tableOf("music", "pk:S"))
	f.put(t, "music", item("pk", "b"))
	if n := f.keys(t); n != 4 {
		t.Errorf("%d keys, want two definitions' worth: 4", n)
	}
	ctx, stop := context.WithCancel(t.Context())
	swept := f.store.Watch(ctx, doomedKey(f.doomed(t)))
	done := make(chan error)
	go func() { done <- f.Run(ctx) }()
	<-swept
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if n := f.keys(t); n != 2 {
		t.Errorf("%d keys, want the new table and its item: 2", n)
	}
	equal(t, "the new table's item", show(f.get(t, "music", item("pk", "b"))), "pk=b")
}

// doomed returns the data of the one table that is noted to be dropped.
func (f *fixture) doomed(t *testing.T) (data uint64) {
	t.Helper()
	err := f.store.View(t.Context(), func(r kv.Reader) error {
		for pair, err := range r.Scan(doomedRange()) {
			if err != nil {
				return err
			}
			data = lastUint(t, pair.Key)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

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
		{"a short name", tableOf("ab", "pk:S"), "ValidationException: TableName must be at least 3 characters long and at most 255 characters long"},
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
		{"one attribute twice", with(func(in *ddb.CreateTableInput) { in.KeySchema = keyOf("pk|pk") }, "pk:S"),
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
		}, "pk:S", "sk:S", "x:S"), "ValidationException: Invalid KeySchema: All HASH key attributes must precede the RANGE key attributes"},
		{"a stream", with(func(in *ddb.CreateTableInput) {
			in.StreamSpecification = &ddb.StreamSpecification{StreamEnabled: true, StreamViewType: "NEW_IMAGE"}
		}, "pk:S"), "NotImplemented: cloudless does not implement the StreamSpecification of a table yet."},
	} {
		f := newFixture(t)
		_, err := f.CreateTable(t.Context(), alice, tt.in)
		refused(t, tt.name, err, tt.want)
		if n := f.keys(t); n != 0 {
			t.Errorf("%s: %d keys are in the store", tt.name, n)
		}
	}
}

func TestListTablesGivesPagesInOrder(t *testing.T) {
	f := newFixture(t)
	for _, name := range []string{"ccc", "aaa", "bbb", "aaa-b"} {
		f.create(t, tableOf(name, "pk:S"))
	}
	bob := *alice
	bob.Region = "eu-central-1"
	if _, err := f.CreateTable(t.Context(), &bob, tableOf("elsewhere", "pk:S")); err != nil {
		t.Fatal(err)
	}
	var pages []string
	for start := new(""); start != nil; {
		out, err := f.ListTables(t.Context(), alice, &ddb.ListTablesInput{Limit: new(int64(3)), ExclusiveStartTableName: start})
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, strings.Join(out.TableNames, " "))
		start = out.LastEvaluatedTableName
	}
	equal(t, "pages", pages, []string{"aaa aaa-b bbb", "ccc"})
}

func TestDeletionProtection(t *testing.T) {
	f := newFixture(t)
	in := tableOf("music", "pk:S")
	in.DeletionProtectionEnabled = new(true)
	f.create(t, in)
	_, err := f.DeleteTable(t.Context(), alice, &ddb.DeleteTableInput{TableName: "music"})
	refused(t, "DeleteTable", err, "ValidationException: Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
}

func TestTags(t *testing.T) {
	f := newFixture(t)
	in := tableOf("music", "pk:S")
	in.Tags = []ddb.Tag{{Key: "team", Value: "jazz"}, {Key: "old", Value: "1"}}
	arn := *f.create(t, in).TableArn
	if _, err := f.TagResource(t.Context(), alice, &ddb.TagResourceInput{ResourceArn: arn, Tags: []ddb.Tag{{Key: "team", Value: "soul"}, {Key: "new", Value: ""}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.UntagResource(t.Context(), alice, &ddb.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"old", "never"}}); err != nil {
		t.Fatal(err)
	}
	out, err := f.ListTagsOfResource(t.Context(), alice, &ddb.ListTagsOfResourceInput{ResourceArn: arn})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "tags", out.Tags, []ddb.Tag{{Key: "new", Value: ""}, {Key: "team", Value: "soul"}})
	f.put(t, "music", item("pk", "a")) // the definition has changed under the cache
}
