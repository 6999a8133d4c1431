package dynamodb

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"cloudless/test/servertest"
)

const (
	loaders   = 8
	batchSize = 25
	hashes    = 1000 // partitions of the large table
)

// TestCrashOfALargeTable loads a table, kills the server in the midst of
// further writes, and looks how soon it answers again: that does not depend on
// how much there is. CLOUDLESS_CRASH_ITEMS says how many items; two million
// are what is promised to open within a second.
func TestCrashOfALargeTable(t *testing.T) {
	items := servertest.FromEnv(t, "CLOUDLESS_CRASH_ITEMS", 10_000)
	binary, data := servertest.Build(t), filepath.Join(t.TempDir(), "data")
	srv := servertest.Launch(t, binary, data)
	db := connect(srv, 0)
	_, err := db.CreateTable(t.Context(), &dynamodb.CreateTableInput{TableName: db.table(0), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: definitions("pk", "sk"), KeySchema: index{pk: "pk", sk: "sk"}.schema()})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := db.load(t, 0, items); err != nil {
		t.Fatal(err)
	}
	t.Logf("loaded %d items in %v", items, time.Since(began))

	var all sync.WaitGroup
	all.Go(func() { _ = db.load(t, items, items+100_000) }) // until the server is gone
	time.Sleep(500 * time.Millisecond)
	srv.Kill(t)
	all.Wait()

	began = time.Now()
	servertest.Launch(t, binary, filepath.Join(t.TempDir(), "empty")).Kill(t)
	t.Logf("without any data the server starts in %v on this machine now", time.Since(began))
	began = time.Now()
	srv = servertest.Launch(t, binary, data)
	db = connect(srv, 0)
	largeItem(items-1).wantIn(t, db)
	opened := time.Since(began)
	t.Logf("answered %v after the start", opened)
	if items >= 2_000_000 && opened > time.Second {
		t.Errorf("two million items opened in %v, and a second is promised", opened)
	}
	if n := db.countAll(t); n < items {
		t.Errorf("%d items are left of %d", n, items)
	}
	srv.Kill(t)
}

// largeItem is one of the items of the large table: about 200 bytes.
type largeItem int

func (n largeItem) key() key {
	return key{0, fmt.Sprintf("partition-%04d", int(n)%hashes), int(n) / hashes}
}

func (n largeItem) item() item {
	i := n.key().attributes()
	i["body"] = str(strings.Repeat("x", 160) + fmt.Sprint(int(n)))
	return i
}

func (n largeItem) wantIn(t *testing.T, db *database) {
	t.Helper()
	out, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: db.table(0), Key: n.key().attributes(), ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fromAnswer(out.Item), n.item(); got.String() != want.String() {
		t.Errorf("item %d is %s, want %s", n, got, want)
	}
}

// load puts the items from one to another, in batches over several connections.
func (db *database) load(t *testing.T, from, to int) error {
	var next atomic.Int64
	next.Store(int64(from))
	errs := make(chan error, loaders)
	for range loaders {
		go func() {
			for {
				first := int(next.Add(batchSize)) - batchSize
				if first >= to {
					errs <- nil
					return
				}
				var requests []types.WriteRequest
				for n := first; n < min(first+batchSize, to); n++ {
					requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: largeItem(n).item()}})
				}
				_, err := db.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{*db.table(0): requests}})
				if err != nil {
					errs <- err
					return
				}
			}
		}()
	}
	var first error
	for range loaders {
		if err := <-errs; first == nil {
			first = err
		}
	}
	return first
}

// countAll counts the items by a scan in segments.
func (db *database) countAll(t *testing.T) int {
	t.Helper()
	var total atomic.Int64
	var all sync.WaitGroup
	for segment := range int32(loaders) {
		all.Go(func() {
			pages := dynamodb.NewScanPaginator(db, &dynamodb.ScanInput{TableName: db.table(0), Select: types.SelectCount, Segment: &segment, TotalSegments: aws.Int32(loaders)})
			for pages.HasMorePages() {
				page, err := pages.NextPage(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				total.Add(int64(page.Count))
			}
		})
	}
	all.Wait()
	return int(total.Load())
}
