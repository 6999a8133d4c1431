package dynamodb

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"cloudless/test/servertest"
)

// sides are the two tables of a generation, without its number.
var sides = []string{"left", "right"}

// database is the server, with the tables of one generation.
type database struct {
	*dynamodb.Client
	streams    *dynamodbstreams.Client
	generation int
}

func connect(srv *servertest.Process, generation int) *database {
	return &database{dynamodb.NewFromConfig(srv.SDK()), dynamodbstreams.NewFromConfig(srv.SDK()), generation}
}

// table returns the name of one of the two tables.
func (db *database) table(side int) *string {
	return aws.String(fmt.Sprintf("%s-%d", sides[side], db.generation))
}

// index is one of a table's indexes, as it is created and as it is checked.
type index struct {
	name       string
	pk, sk     string
	projection types.ProjectionType
	include    []string
	local      bool
}

var (
	indexes = []index{
		{name: "by-group", pk: "group", sk: "v", projection: types.ProjectionTypeAll},
		{name: "marked", pk: "mark", projection: types.ProjectionTypeKeysOnly},
		{name: "by-version", pk: "pk", sk: "v", projection: types.ProjectionTypeInclude, include: []string{"group"}, local: true},
	}
	// late is added and removed while writers write.
	late = index{name: "late", pk: "group", sk: "sk", projection: types.ProjectionTypeInclude, include: []string{"n", "extra"}}
)

func (x index) schema() []types.KeySchemaElement {
	keys := []types.KeySchemaElement{{AttributeName: &x.pk, KeyType: types.KeyTypeHash}}
	if x.sk != "" {
		keys = append(keys, types.KeySchemaElement{AttributeName: &x.sk, KeyType: types.KeyTypeRange})
	}
	return keys
}

func (x index) projected() *types.Projection {
	return &types.Projection{ProjectionType: x.projection, NonKeyAttributes: x.include}
}

// entry returns what the index has of an item, or nil.
func (x index) entry(i item) item {
	if i[x.pk] == nil || x.sk != "" && i[x.sk] == nil {
		return nil
	}
	if x.projection == types.ProjectionTypeAll {
		return i
	}
	entry := item{}
	for _, name := range append([]string{"pk", "sk", x.pk, x.sk}, x.include...) {
		if v, ok := i[name]; ok {
			entry[name] = v
		}
	}
	return entry
}

func definitions(names ...string) []types.AttributeDefinition {
	all := map[string]types.ScalarAttributeType{"pk": "S", "sk": "N", "v": "N", "group": "S", "mark": "S"}
	var defined []types.AttributeDefinition
	for _, name := range names {
		defined = append(defined, types.AttributeDefinition{AttributeName: &name, AttributeType: all[name]})
	}
	return defined
}

// create makes the tables of the generation.
func (db *database) create(t *testing.T) {
	t.Helper()
	for side := range sides {
		in := &dynamodb.CreateTableInput{
			TableName: db.table(side), BillingMode: types.BillingModePayPerRequest,
			AttributeDefinitions: definitions("pk", "sk", "v", "group", "mark"),
			KeySchema:            index{pk: "pk", sk: "sk"}.schema(),
			StreamSpecification:  &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages},
		}
		for _, x := range indexes {
			if x.local {
				in.LocalSecondaryIndexes = append(in.LocalSecondaryIndexes, types.LocalSecondaryIndex{IndexName: &x.name, KeySchema: x.schema(), Projection: x.projected()})
			} else {
				in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{IndexName: &x.name, KeySchema: x.schema(), Projection: x.projected()})
			}
		}
		if _, err := db.CreateTable(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		if err := dynamodb.NewTableExistsWaiter(db).Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: in.TableName}, time.Minute); err != nil {
			t.Fatal(err)
		}
	}
}

// drop deletes the tables of the generation.
func (db *database) drop(t *testing.T) {
	t.Helper()
	for side := range sides {
		if _, err := db.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: db.table(side)}); err != nil {
			t.Fatal(err)
		}
	}
}

// names lists all tables.
func (db *database) names(t *testing.T) (names []string) {
	t.Helper()
	for pages := dynamodb.NewListTablesPaginator(db, &dynamodb.ListTablesInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, page.TableNames...)
	}
	return names
}

// scan reads the items of a table, or the entries of an index, in two segments.
func (db *database) scan(t *testing.T, side int, indexName *string) (found []item) {
	t.Helper()
	for segment := range int32(2) {
		pages := dynamodb.NewScanPaginator(db, &dynamodb.ScanInput{TableName: db.table(side), IndexName: indexName, Segment: &segment, TotalSegments: aws.Int32(2)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatalf("scan %s %s: %v", *db.table(side), aws.ToString(indexName), err)
			}
			for _, i := range page.Items {
				found = append(found, i)
			}
		}
	}
	return found
}

// read scans both tables.
func (db *database) read(t *testing.T) map[key]item {
	t.Helper()
	all := map[key]item{}
	for side := range sides {
		for _, i := range db.scan(t, side, nil) {
			k := i.keyIn(side)
			if all[k] != nil {
				t.Errorf("a scan gave %s twice", k)
			}
			all[k] = i
		}
	}
	return all
}

// checkIndex compares an index of a table with the table's items: all entries
// by Scan, and those of each partition, in their order, by Query.
func (db *database) checkIndex(t *testing.T, side int, x index, all map[key]item) {
	t.Helper()
	where := *db.table(side) + " " + x.name
	want := map[string]int{}
	partitions := map[string][]item{}
	for k, i := range all {
		if entry := x.entry(i); k.side == side && entry != nil {
			want[entry.String()]++
			partitions[entry.text(x.pk)] = append(partitions[entry.text(x.pk)], entry)
		}
	}
	if got := count(db.scan(t, side, &x.name)); !maps.Equal(got, want) {
		t.Errorf("%s has other entries than its table has items: %s", where, difference(got, want))
		return
	}
	for partition, entries := range partitions {
		got := db.query(t, side, x, partition)
		if got, want := count(got), count(entries); !maps.Equal(got, want) {
			t.Errorf("a query of %s in %s: %s", partition, where, difference(got, want))
		}
		if x.sk != "" && !slices.IsSortedFunc(got, func(a, b item) int { return int(a.number(x.sk) - b.number(x.sk)) }) {
			t.Errorf("a query of %s in %s is out of order", partition, where)
		}
	}
}

func (db *database) query(t *testing.T, side int, x index, partition string) (found []item) {
	t.Helper()
	pages := dynamodb.NewQueryPaginator(db, &dynamodb.QueryInput{
		TableName: db.table(side), IndexName: &x.name, KeyConditionExpression: aws.String("#k = :k"),
		ExpressionAttributeNames: map[string]string{"#k": x.pk}, ExpressionAttributeValues: item{":k": str(partition)},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range page.Items {
			found = append(found, i)
		}
	}
	return found
}

// count tells how often each item is there.
func count(items []item) map[string]int {
	counts := map[string]int{}
	for _, i := range items {
		counts[i.String()]++
	}
	return counts
}

// difference shows the first few differences.
func difference(got, want map[string]int) string {
	text, shown := fmt.Sprintf("%d instead of %d", len(got), len(want)), 0
	for _, i := range slices.Sorted(maps.Keys(merged(got, want))) {
		if got[i] != want[i] && shown < 5 {
			text += fmt.Sprintf("\n  %d times instead of %d: %.300s", got[i], want[i], i)
			shown++
		}
	}
	return text
}

func merged(a, b map[string]int) map[string]int {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
