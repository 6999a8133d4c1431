package dynamodb

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
)

// bucket is a bucket "files" in memory.
type bucket map[string][]byte

func (b bucket) check(name string) error {
	if name != "files" {
		return &awserr.Error{Code: "NoSuchBucket", Status: 404, Message: "The specified bucket does not exist"}
	}
	return nil
}

func (b bucket) List(_ context.Context, _ *api.Call, name, prefix, after string) (objects []Object, more bool, err error) {
	for _, key := range slices.Sorted(maps.Keys(b)) {
		if strings.HasPrefix(key, prefix) && key > after {
			objects = append(objects, Object{key, int64(len(b[key]))})
		}
	}
	return objects, false, b.check(name)
}

func (b bucket) Open(_ context.Context, _ *api.Call, name, key string) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(b[key])), b.check(name)
}

func (b bucket) Put(_ context.Context, _ *api.Call, name, key string, body io.ReadSeeker, _ int64) (string, error) {
	if err := b.check(name); err != nil {
		return "", err
	}
	b[key], _ = io.ReadAll(body)
	return "", nil
}

func withBucket(t *testing.T) (*fixture, bucket) {
	b := bucket{}
	f := newFixture(t, func(c *Config) { c.Objects = b })
	in := tableOf("music", "pk:S", "sk:N", "g:S")
	in.GlobalSecondaryIndexes = []ddb.GlobalSecondaryIndex{global("byG", "g", "ALL")}
	f.create(t, in)
	f.switchRecoveryOf(t, "music", true)
	return f, b
}

func (f *fixture) export(t *testing.T, in *ddb.ExportTableToPointInTimeInput) *ddb.ExportDescription {
	t.Helper()
	in.TableArn = musicARN
	started, err := f.ExportTableToPointInTime(t.Context(), alice, in)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the status at first", started.ExportDescription.ExportStatus, "IN_PROGRESS")
	f.work(t)
	out, err := f.DescribeExport(t.Context(), alice, &ddb.DescribeExportInput{ExportArn: *started.ExportDescription.ExportArn})
	if err != nil {
		t.Fatal(err)
	}
	return out.ExportDescription
}

func (f *fixture) importAs(t *testing.T, name string, in *ddb.ImportTableInput) *ddb.ImportTableDescription {
	t.Helper()
	in.TableCreationParameters = &ddb.TableCreationParameters{TableName: name, KeySchema: keyOf("pk | sk"), BillingMode: payPerRequest,
		AttributeDefinitions:   tableOf("", "pk:S", "sk:N", "g:S").AttributeDefinitions,
		GlobalSecondaryIndexes: []ddb.GlobalSecondaryIndex{global("byG", "g", "ALL")}}
	started, err := f.ImportTable(t.Context(), alice, in)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the status at first", started.ImportTableDescription.ImportStatus, "IN_PROGRESS")
	f.work(t)
	out, err := f.DescribeImport(t.Context(), alice, &ddb.DescribeImportInput{ImportArn: *started.ImportTableDescription.ImportArn})
	if err != nil {
		t.Fatal(err)
	}
	return out.ImportTableDescription
}

func TestWhatIsExportedCanBeImported(t *testing.T) {
	for _, format := range []string{"DYNAMODB_JSON", "ION"} {
		t.Run(format, func(t *testing.T) {
			f, _ := withBucket(t)
			f.churn(t, rand.New(rand.NewPCG(1, 1)), "music", 3*copyItems)
			want := f.contents(t, "music")
			x := f.export(t, &ddb.ExportTableToPointInTimeInput{S3Bucket: "files", S3Prefix: new("here"), ExportFormat: format})
			equal(t, "status and items", fmt.Sprint(x.ExportStatus, *x.ItemCount), fmt.Sprint("COMPLETED", len(want)))
			data := strings.TrimSuffix(*x.ExportManifest, "manifest-summary.json") + "data/"
			m := f.importAs(t, "again", &ddb.ImportTableInput{InputFormat: format, InputCompressionType: "GZIP", S3BucketSource: &ddb.S3BucketSource{S3Bucket: "files", S3KeyPrefix: &data}})
			equal(t, "status, items and errors", fmt.Sprint(m.ImportStatus, *m.ImportedItemCount, *m.ErrorCount), fmt.Sprint("COMPLETED", len(want), 0))
			equal(t, "the imported table", f.contents(t, "again"), want)
			f.checkIndexes(t, "again")
			if jobs, _ := f.jobs(t.Context()); len(jobs) > 0 {
				t.Errorf("jobs are left: %+v", jobs[0])
			}
		})
	}
}

func TestAnExportIsOfItsMoment(t *testing.T) {
	f, b := withBucket(t)
	f.put(t, "music", item("pk", "a", "sk", 1))
	f.clock.Advance(time.Hour)
	at := f.clock.Now()
	f.clock.Advance(time.Second)
	f.put(t, "music", item("pk", "b", "sk", 1))
	x := f.export(t, &ddb.ExportTableToPointInTimeInput{S3Bucket: "files", ExportTime: &at})
	equal(t, "items", *x.ItemCount, int64(1))
	if len(b) != 6 { // _started, two manifests with their digests, one data file
		t.Errorf("the bucket has %v", slices.Sorted(maps.Keys(b)))
	}
}

func TestAnIncrementHasWhatBecameOfEachItem(t *testing.T) {
	f, b := withBucket(t)
	f.put(t, "music", item("pk", "same", "sk", 1))
	f.put(t, "music", item("pk", "changed", "sk", 1, "v", 0))
	f.put(t, "music", item("pk", "gone", "sk", 1))
	f.clock.Advance(time.Hour)
	from := f.clock.Now()
	for v := range 3 {
		f.clock.Advance(time.Minute)
		f.put(t, "music", item("pk", "changed", "sk", 1, "v", v+1))
	}
	f.put(t, "music", item("pk", "new", "sk", 1))
	if _, err := f.DeleteItem(t.Context(), alice, &ddb.DeleteItemInput{TableName: "music", Key: item("pk", "gone", "sk", 1)}); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(time.Hour)
	to := f.clock.Now()
	f.clock.Advance(time.Minute)
	f.put(t, "music", item("pk", "changed", "sk", 1, "v", 9))
	x := f.export(t, &ddb.ExportTableToPointInTimeInput{S3Bucket: "files", ExportType: "INCREMENTAL_EXPORT",
		IncrementalExportSpecification: &ddb.IncrementalExportSpecification{ExportFromTime: &from, ExportToTime: &to}})
	equal(t, "status and changes", fmt.Sprint(x.ExportStatus, *x.ItemCount), "COMPLETED3")
	text := ""
	for key, object := range b {
		if strings.HasSuffix(key, ".json.gz") {
			text += unzipped(t, object)
		}
	}
	for _, want := range []string{`"OldImage":{"pk":{"S":"changed"},"sk":{"N":"1"},"v":{"N":"0"}},"NewImage":{"pk":{"S":"changed"},"sk":{"N":"1"},"v":{"N":"3"}}`,
		`"Keys":{"pk":{"S":"gone"},"sk":{"N":"1"}},"OldImage":{"pk":{"S":"gone"},"sk":{"N":"1"}}}`, `"Keys":{"pk":{"S":"new"},"sk":{"N":"1"}},"NewImage":`} {
		if !strings.Contains(text, want) {
			t.Errorf("the increment lacks %s:\n%s", want, text)
		}
	}
}

func TestAnImportCountsWhatItCannotTake(t *testing.T) {
	f, b := withBucket(t)
	b["in/1.csv"] = []byte("pk,sk,g\na,1,x\nb,no number,x\nc,2,\nd,3,y\n")
	b["in/2.csv"] = []byte("pk,sk,v\na,1,later\n")
	m := f.importAs(t, "again", &ddb.ImportTableInput{InputFormat: "CSV", S3BucketSource: &ddb.S3BucketSource{S3Bucket: "files", S3KeyPrefix: new("in/")}})
	equal(t, "status, items and errors", fmt.Sprint(m.ImportStatus, *m.FailureCode, *m.ImportedItemCount, *m.ErrorCount), "FAILEDItemValidationError4 1")
	equal(t, "the table", f.contents(t, "again"), map[string]string{"a/1": "pk=a sk=1 v=later", "c/2": "pk=c sk=2", "d/3": "g=y pk=d sk=3"})
	f.checkIndexes(t, "again")
}

func TestTransfersWithoutABucketFail(t *testing.T) {
	f, _ := withBucket(t)
	x := f.export(t, &ddb.ExportTableToPointInTimeInput{S3Bucket: "none"})
	equal(t, "the export", fmt.Sprint(x.ExportStatus, *x.FailureCode, *x.FailureMessage), "FAILEDS3NoSuchBucketThe specified bucket does not exist")
	m := f.importAs(t, "again", &ddb.ImportTableInput{InputFormat: "CSV", S3BucketSource: &ddb.S3BucketSource{S3Bucket: "none"}})
	equal(t, "the import", fmt.Sprint(m.ImportStatus, *m.FailureCode), "FAILEDS3NoSuchBucket")
	_, err := f.DescribeTable(t.Context(), alice, &ddb.DescribeTableInput{TableName: "again"})
	refused(t, "its table", err, "ResourceNotFoundException: Requested resource not found: Table: again not found")
}

func TestTransfersAreBegunOnceForEachToken(t *testing.T) {
	f, _ := withBucket(t)
	in := ddb.ExportTableToPointInTimeInput{S3Bucket: "files", ClientToken: new("t1")}
	first := *f.export(t, &in).ExportArn
	again, err := f.ExportTableToPointInTime(t.Context(), alice, &in)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the second export", *again.ExportDescription.ExportArn, first)
	in.S3Prefix = new("elsewhere")
	_, err = f.ExportTableToPointInTime(t.Context(), alice, &in)
	refused(t, "another export", err, "ExportConflictException: Export conflict: Duplicate request detected with conflicting parameters")
}

func TestExportsAreListedByPages(t *testing.T) {
	f, _ := withBucket(t)
	for range 3 {
		f.export(t, &ddb.ExportTableToPointInTimeInput{S3Bucket: "files"})
		f.clock.Advance(time.Second)
	}
	n := 0
	in := &ddb.ListExportsInput{TableArn: new(musicARN), MaxResults: new(int64(2))}
	for {
		out, err := f.ListExports(t.Context(), alice, in)
		if err != nil {
			t.Fatal(err)
		}
		n += len(out.ExportSummaries)
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	equal(t, "exports", n, 3)
	in.NextToken = new("nonsense")
	_, err := f.ListExports(t.Context(), alice, in)
	refused(t, "a token that is none", err, "ValidationException: Invalid Request: Provided nextToken is invalid: nonsense")
}

func TestExportsRefuse(t *testing.T) {
	f, _ := withBucket(t)
	f.create(t, tableOf("plain", "pk:S"))
	future := epoch.Add(time.Hour)
	const invalid = "ValidationException: Invalid Request: "
	for _, tt := range []struct {
		name string
		in   ddb.ExportTableToPointInTimeInput
		want string
	}{
		{"a name for an ARN", ddb.ExportTableToPointInTimeInput{TableArn: "music"}, "ValidationException: One or more parameter values were invalid: tableArn is not a valid ARN"},
		{"a table without recovery", ddb.ExportTableToPointInTimeInput{TableArn: strings.Replace(musicARN, "music", "plain", 1)},
			"PointInTimeRecoveryUnavailableException: Point in time recovery is not enabled for table 'plain'"},
		{"a moment to come", ddb.ExportTableToPointInTimeInput{ExportTime: &future}, "InvalidExportTimeException: Export Time is invalid"},
		{"an increment without its times", ddb.ExportTableToPointInTimeInput{ExportType: "INCREMENTAL_EXPORT"},
			invalid + "Incremental Export Specification expected when export type is set as Incremental Export"},
		{"an increment that is too short", ddb.ExportTableToPointInTimeInput{ExportType: "INCREMENTAL_EXPORT",
			IncrementalExportSpecification: &ddb.IncrementalExportSpecification{ExportFromTime: new(epoch)}},
			"InvalidExportTimeException: Difference between export period from time and export period to time is less than 15 minutes"},
	} {
		if tt.in.TableArn == "" {
			tt.in.TableArn = musicARN
		}
		tt.in.S3Bucket = "files"
		_, err := f.ExportTableToPointInTime(t.Context(), alice, &tt.in)
		refused(t, tt.name, err, tt.want)
	}
}

func unzipped(t *testing.T, b []byte) string {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
