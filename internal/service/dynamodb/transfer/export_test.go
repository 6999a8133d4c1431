package transfer

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/service/dynamodb/attr"
)

var update = flag.Bool("update", false, "write the golden files anew")

type av = ddb.AttributeValue

func str(s string) av { return av{S: new(s)} }

func num(s string) av { return av{N: new(s)} }

func item(t testing.TB, m map[string]av) attr.Item {
	t.Helper()
	it, err := attr.FromAPI(m)
	if err != nil {
		t.Fatalf("FromAPI(%v) = %v", m, err)
	}
	return it
}

// samples are items with every type, and with every spelling that is not plain.
func samples(t testing.TB) []attr.Item {
	return []attr.Item{
		item(t, map[string]av{"pk": str("types"), "sk": num("1"), "empty": str(""), "b": {B: []byte{0, 255, 250}}, "nobytes": {B: []byte{}},
			"yes": {BOOL: new(true)}, "no": {BOOL: new(false)}, "nil": {NULL: new(true)},
			"ss": {SS: []string{"b", "a"}}, "ns": {NS: []string{"10", "-9.5", "600"}}, "bs": {BS: [][]byte{{2}, {1, 0}}}}),
		item(t, map[string]av{"pk": str("nested"), "sk": num("2"),
			"list": {L: []av{str("x"), num("1"), {L: []av{}}, {M: map[string]av{}}, {NULL: new(true)}, {B: []byte("b")}}},
			"map":  {M: map[string]av{"deep": {M: map[string]av{"list": {L: []av{{M: map[string]av{"set": {SS: []string{"s"}}}}}}}}}}}),
		item(t, map[string]av{"pk": str("numbers"), "sk": num("3"), "zero": num("0"), "int": num("103"), "hundreds": num("600"), "thousands": num("-2000"),
			"frac": num("-17.5"), "small": num("0.000001"), "smaller": num("0.0000001"), "smallest": num("1E-130"), "tenths": num("0.5"),
			"largest": num("9.9999999999999999999999999999999999999E+125"), "digits": num("11111111111111111111111111111111111111")}),
		item(t, map[string]av{"pk": str("text"), "sk": num("4"),
			"escapes": str("quote\" back\\slash /slash\nline\ttab\r\b\f\v\a\x00\x1b\x7f 'single' <&>"), "unicode": str("é \u0085 \u2028 日本語 🦑")}),
		item(t, map[string]av{"pk": str("names"), "sk": num("5"), "Size": str("a"), "a.b": str("b"), "null": str("c"), "nan": str("d"), "$10": str("e"), "$": str("f"),
			"_x9": str("g"), "9x": str("h"), "it's": str("i"), "línea": str("j"), "sp ace\n": str("k"), "$dynamodb_SS": str("l")}),
	}
}

// bucket keeps the objects that were committed.
type bucket struct {
	objects map[string][]byte
	order   []string
	open    int    // neither committed nor aborted
	etag    string // that of every object
	refuse  string // keys that end so are not created
	tear    string // keys that end so cannot be written to
}

type object struct {
	bytes.Buffer
	bucket *bucket
	key    string
}

func (b *bucket) create(key string) (Object, error) {
	if b.refuse != "" && strings.HasSuffix(key, b.refuse) {
		return nil, errors.New("no such bucket")
	}
	if _, ok := b.objects[key]; ok {
		return nil, errors.New("a key is used twice")
	}
	b.open++
	return &object{bucket: b, key: key}, nil
}

func (o *object) Write(p []byte) (int, error) {
	if o.bucket.tear != "" && strings.HasSuffix(o.key, o.bucket.tear) {
		return 0, errors.New("torn")
	}
	return o.Buffer.Write(p)
}

func (o *object) Commit() (string, error) {
	o.bucket.open--
	if o.bucket.objects == nil {
		o.bucket.objects = map[string][]byte{}
	}
	o.bucket.objects[o.key] = o.Bytes()
	o.bucket.order = append(o.bucket.order, o.key)
	return o.bucket.etag, nil
}

func (o *object) Abort() { o.bucket.open-- }

// unzipped returns the object of a key before compression.
func (b *bucket) unzipped(t testing.TB, key string) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b.objects[key]))
	if err != nil {
		t.Fatalf("%s is not packed: %v", key, err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatalf("unpack %s: %v", key, err)
	}
	return plain
}

// data returns the keys of the data files, in the order in which they were written.
func (b *bucket) data() []string {
	return slices.DeleteFunc(slices.Clone(b.order), func(key string) bool { return !strings.HasSuffix(key, ".gz") })
}

// counter is random bytes that a test can foresee.
type counter byte

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		*c++
		p[i] = byte(*c)
	}
	return len(p), nil
}

const table = "arn:aws:dynamodb:eu-central-1:123456789012:table/Books"

func at(clock string) time.Time {
	t, err := time.Parse("15:04:05.000", clock)
	if err != nil {
		panic(err)
	}
	return t.AddDate(2026, 0, 13)
}

func config(format string) ExportConfig {
	return ExportConfig{
		Layout: Layout{Prefix: "daily", ID: NewID(at("10:18:50.622"), 0xefd1a093)}, Format: format,
		TableARN: table, TableID: "cf263806-6bf1-4e51-a242-7067dcdecc72", StartTime: at("10:18:50.622"), ExportTime: at("10:18:50.622"),
		Bucket: "exports", SSEAlgorithm: "AES256", Random: new(counter),
	}
}

func incremental(format, view string) ExportConfig {
	c := config(format)
	c.Layout.Incremental, c.Layout.Prefix, c.View = true, "", view
	c.SSEAlgorithm, c.SSEKMSKeyID = "KMS", "alias/a&b"
	c.FromTime, c.ToTime = at("09:00:00.000"), at("10:00:00.000")
	return c
}

func export(t testing.TB, c ExportConfig, write func(*Export) error) (*bucket, ExportResult) {
	t.Helper()
	var b bucket
	x, err := Begin(c, b.create)
	if err != nil {
		t.Fatalf("Begin = %v", err)
	}
	if err := write(x); err != nil {
		t.Fatalf("write = %v", err)
	}
	result, err := x.Finish(at("10:24:58.984"))
	if err != nil {
		t.Fatalf("Finish = %v", err)
	}
	x.Abort()
	if b.open != 0 {
		t.Errorf("%d objects were left open", b.open)
	}
	return &b, result
}

func writeItems(items []attr.Item) func(*Export) error {
	return func(x *Export) error {
		for _, it := range items {
			if err := x.Item(it); err != nil {
				return err
			}
		}
		return nil
	}
}

// changes are one of each kind.
func changes(t testing.TB) []Change {
	key := func(pk string) attr.Item { return item(t, map[string]av{"pk": str(pk)}) }
	image := func(pk, v string) attr.Item { return item(t, map[string]av{"pk": str(pk), "v": num(v)}) }
	return []Change{
		{Micros: 1768385930622001, Keys: key("insert"), New: image("insert", "1")},
		{Micros: 1768385930622000, Keys: key("update"), Old: image("update", "1"), New: image("update", "20")},
		{Micros: 1768386000000000, Keys: key("delete"), Old: image("delete", "1")},
		{Micros: 1768386000000001, Keys: key("came and went")},
	}
}

func writeChanges(changes []Change) func(*Export) error {
	return func(x *Export) error {
		for _, c := range changes {
			if err := x.Change(c); err != nil {
				return err
			}
		}
		return nil
	}
}

// The golden files hold all objects of an export, data files unpacked. What depends
// on how well the packer packs is checked and left out.
func TestExportsAreWrittenAsEver(t *testing.T) {
	for _, tt := range []struct {
		golden string
		config ExportConfig
		write  func(*Export) error
	}{
		{"full-json", config(DynamoDBJSON), writeItems(samples(t))},
		{"full-ion", config(Ion), writeItems(samples(t))},
		{"incremental-json", incremental(DynamoDBJSON, NewAndOldImages), writeChanges(changes(t))},
		{"incremental-json-new", incremental(DynamoDBJSON, NewImage), writeChanges(changes(t))},
		{"incremental-ion", incremental(Ion, NewAndOldImages), writeChanges(changes(t))},
	} {
		t.Run(tt.golden, func(t *testing.T) {
			b, _ := export(t, tt.config, tt.write)
			got := b.printed(t)
			file := filepath.Join("testdata", tt.golden+".golden")
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// printed returns all objects as text, in the order in which they were written.
func (b *bucket) printed(t *testing.T) []byte {
	var out bytes.Buffer
	for _, key := range b.order {
		content := b.objects[key]
		switch {
		case strings.HasSuffix(key, ".gz"):
			content = b.unzipped(t, key)
		case strings.HasSuffix(key, ".md5"):
			of := strings.TrimSuffix(key, ".md5") + ".json"
			if sum := md5.Sum(b.objects[of]); string(content) != base64.StdEncoding.EncodeToString(sum[:]) {
				t.Errorf("%s = %s, which is not the checksum of %s", key, content, of)
			}
			content = []byte("(checked)")
		case strings.HasSuffix(key, "/manifest-files.json"):
			content = b.checkedFiles(t, content)
		}
		fmt.Fprintf(&out, "-- %s --\n%s", key, content)
		if !bytes.HasSuffix(content, []byte("\n")) {
			out.WriteByte('\n')
		}
	}
	return out.Bytes()
}

// checkedFiles compares the checksums of a manifest of files with those of the
// files, and returns it without them.
func (b *bucket) checkedFiles(t *testing.T, manifest []byte) []byte {
	return regexp.MustCompile(`"md5Checksum":"([^"]*)","etag":"([^"]*)","dataFileS3Key":"([^"]*)"`).ReplaceAllFunc(manifest, func(line []byte) []byte {
		f := strings.Split(string(line), `"`)
		key := f[11]
		sum := md5.Sum(b.objects[key])
		again := md5.Sum(sum[:])
		if f[3] != base64.StdEncoding.EncodeToString(sum[:]) || f[7] != hex.EncodeToString(again[:])+"-1" {
			t.Errorf("%s: checksums of other bytes than those of %s", line, key)
		}
		return []byte(`"md5Checksum":"(checked)","etag":"(checked)","dataFileS3Key":"` + key + `"`)
	})
}

// AWS's own empty data files have this checksum and this ETag.
func TestAnExportOfNothingHasTheDataFileThatAWSWrites(t *testing.T) {
	b, result := export(t, config(DynamoDBJSON), writeItems(nil))
	if len(b.data()) != 1 {
		t.Fatalf("data files = %v, want one", b.data())
	}
	const want = `{"itemCount":0,"md5Checksum":"FjvgqIxwymKf1RbbqtrZag==","etag":"7deb4078f238dd87d6af0538152c04e9-1","dataFileS3Key":`
	manifest := string(b.objects["daily/AWSDynamoDB/01768385930622-efd1a093/manifest-files.json"])
	if !strings.HasPrefix(manifest, want) {
		t.Errorf("manifest-files.json = %s, want %s…", manifest, want)
	}
	if result.ItemCount != 0 || result.BilledSizeBytes != 0 {
		t.Errorf("result = %+v, want zeros", result)
	}
}

func TestDataFilesEndWhereTheyHaveGrownEnough(t *testing.T) {
	c := config(DynamoDBJSON)
	c.FileBytes = 100
	b, result := export(t, c, func(x *Export) error {
		for range 10 {
			if err := x.Item(item(t, map[string]av{"pk": str(strings.Repeat("x", 40))})); err != nil {
				return err
			}
		}
		return nil
	})
	if got := len(b.data()); got != 5 {
		t.Errorf("%d data files, want 5 of two items", got)
	}
	if got := bytes.Count(b.objects["daily/AWSDynamoDB/01768385930622-efd1a093/manifest-files.json"], []byte(`"itemCount":2,`)); got != 5 {
		t.Errorf("the manifest lists %d files of two items, want 5", got)
	}
	if want := (ExportResult{10, 420, "daily/AWSDynamoDB/01768385930622-efd1a093/manifest-summary.json"}); result != want {
		t.Errorf("result = %+v, want %+v", result, want)
	}
}

func TestTheETagIsThatOfTheObject(t *testing.T) {
	b := bucket{etag: "9b2cf535f27731c974343645a3985328"}
	x, err := Begin(config(DynamoDBJSON), b.create)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Finish(at("11:00:00.000")); err != nil {
		t.Fatal(err)
	}
	manifest := b.objects["daily/AWSDynamoDB/01768385930622-efd1a093/manifest-files.json"]
	if !bytes.Contains(manifest, []byte(`"etag":"9b2cf535f27731c974343645a3985328"`)) {
		t.Errorf("manifest-files.json = %s", manifest)
	}
}

func TestIncrementalExportsAreBilledForTenMegabytesAtLeast(t *testing.T) {
	_, result := export(t, incremental(DynamoDBJSON, NewImage), writeChanges(changes(t)))
	if result.BilledSizeBytes != 10_000_000 || result.ItemCount != 3 {
		t.Errorf("result = %+v, want 3 items, 10000000 bytes", result)
	}
	big := item(t, map[string]av{"pk": str(strings.Repeat("x", 400_000-2))})
	_, result = export(t, incremental(DynamoDBJSON, NewAndOldImages), func(x *Export) error {
		for range 20 {
			if err := x.Change(Change{Keys: big, Old: big, New: big}); err != nil {
				return err
			}
		}
		return nil
	})
	if result.BilledSizeBytes != 20*2*400_000 {
		t.Errorf("BilledSizeBytes = %d, want %d", result.BilledSizeBytes, 20*2*400_000)
	}
}

func TestAnExportThatFailsLeavesNoObjectOpen(t *testing.T) {
	for _, tt := range []struct {
		name   string
		bucket bucket
	}{
		{"no bucket", bucket{refuse: "_started"}},
		{"a data file that cannot be created", bucket{refuse: ".gz"}},
		{"a data file that cannot be written", bucket{tear: ".gz"}},
		{"a manifest that cannot be written", bucket{tear: "manifest-files.json"}},
		{"a checksum that cannot be created", bucket{refuse: "manifest-summary.md5"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := tt.bucket
			x, err := Begin(config(DynamoDBJSON), b.create)
			if err == nil {
				err = writeItems(samples(t))(x)
			}
			if err == nil {
				_, err = x.Finish(at("11:00:00.000"))
			}
			if err == nil {
				t.Fatal("the export came to an end")
			}
			x.Abort()
			if b.open != 0 {
				t.Errorf("%d objects were left open after %v", b.open, err)
			}
		})
	}
}

func TestLayoutJoinsThePrefixWithOneSlash(t *testing.T) {
	for prefix, want := range map[string]string{
		"":      "AWSDynamoDB/1/manifest-summary.json",
		"foo":   "foo/AWSDynamoDB/1/manifest-summary.json",
		"foo/":  "foo/AWSDynamoDB/1/manifest-summary.json",
		"/foo":  "/foo/AWSDynamoDB/1/manifest-summary.json",
		"a/b/c": "a/b/c/AWSDynamoDB/1/manifest-summary.json",
	} {
		if got := (Layout{Prefix: prefix, ID: "1"}).Summary(); got != want {
			t.Errorf("Layout{Prefix: %q}.Summary() = %q, want %q", prefix, got, want)
		}
	}
}

func TestParseExportARNRefusesOtherNames(t *testing.T) {
	id := NewID(time.UnixMilli(1658528578619), 0xc4d4e311)
	if id != "01658528578619-c4d4e311" {
		t.Errorf("NewID = %s", id)
	}
	if arn, got, ok := ParseExportARN(ExportARN(table, id)); !ok || arn != table || got != id {
		t.Errorf("ParseExportARN = %q, %q, %v", arn, got, ok)
	}
	if arn, got, ok := ParseImportARN(ImportARN(table, id)); !ok || arn != table || got != id {
		t.Errorf("ParseImportARN = %q, %q, %v", arn, got, ok)
	}
	for _, arn := range []string{"", table, table + "/export/", table + "/import/" + id, table + "/index/i/export/" + id, "arn:aws:s3:::b/export/1",
		table + "/export/" + id + "/more", "arn:aws:dynamodb:r:a:table//export/1"} {
		if _, _, ok := ParseExportARN(arn); ok {
			t.Errorf("ParseExportARN(%q) succeeds", arn)
		}
	}
}
