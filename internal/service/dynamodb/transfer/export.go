package transfer

import (
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/klauspost/compress/gzip"

	"cloudless/internal/service/dynamodb/attr"
)

// Formats, by AWS's names.
const (
	DynamoDBJSON = "DYNAMODB_JSON"
	Ion          = "ION"
	CSV          = "CSV" // of imports only
)

// Views of an incremental export, by AWS's names.
const (
	NewImage        = "NEW_IMAGE"
	NewAndOldImages = "NEW_AND_OLD_IMAGES"
)

// minIncrementalBytes is what an incremental export is billed for at least: 10 MB.
const minIncrementalBytes = 10_000_000

// defaultFileBytes is where a data file ends, before compression, unless the
// configuration says otherwise.
const defaultFileBytes = 64 << 20

// An Object is one object on its way into a bucket. Either Commit or Abort is
// called, once.
type Object interface {
	io.Writer
	// Commit makes the object visible and returns its ETag without quotes. An
	// empty one is replaced by that of an upload in a single part.
	Commit() (etag string, err error)
	// Abort leaves no object behind.
	Abort()
}

// Create begins an object. The keys of an export are not used twice.
type Create func(key string) (Object, error)

// ExportConfig is what an export is of, and what its manifest repeats.
type ExportConfig struct {
	Layout Layout
	Format string // DYNAMODB_JSON or ION
	View   string // NEW_IMAGE or NEW_AND_OLD_IMAGES, for an incremental export

	TableARN, TableID string
	StartTime         time.Time
	ExportTime        time.Time // of a full export: the moment whose items these are
	FromTime, ToTime  time.Time // of an incremental export
	Bucket            string
	SSEAlgorithm      string // AES256 or KMS
	SSEKMSKeyID       string // may be empty

	FileBytes int64     // about how long a data file grows, before compression; 64 MB by default
	Random    io.Reader // gives the data files their names
}

// ExportResult is what DescribeExport tells of an export that is complete.
type ExportResult struct {
	ItemCount       int64
	BilledSizeBytes int64
	ExportManifest  string // key of the summary
}

// Export is an export under way. It is used by one goroutine, and ends with
// [Export.Finish] or, after an error, with [Export.Abort].
type Export struct {
	config ExportConfig
	create Create

	items, bytes int64 // of all data files, as AWS counts sizes
	manifest     []byte
	line         []byte // of the last record; reused

	// The data file that is open, or a nil object.
	object  Object
	key     string
	pack    *gzip.Writer // reused from file to file
	sum     hash.Hash
	entries int64
	length  int64 // before compression
}

// Begin writes the first object of an export: an empty one, which shows that
// the bucket can be written to.
func Begin(config ExportConfig, create Create) (*Export, error) {
	if config.FileBytes == 0 {
		config.FileBytes = defaultFileBytes
	}
	x := &Export{config: config, create: create, sum: md5.New()}
	x.pack = gzip.NewWriter(io.Discard)
	return x, x.put(config.Layout.Started(), nil)
}

// Item adds an item to a full export.
func (x *Export) Item(it attr.Item) error {
	if x.config.Format == Ion {
		x.line = appendIonItem(x.line[:0], it)
	} else {
		x.line = appendJSONItem(x.line[:0], it)
	}
	return x.record(it.Size())
}

// Change adds what happened to one item to an incremental export. An item that
// neither was nor is leaves no line.
func (x *Export) Change(c Change) error {
	if c.Old == nil && c.New == nil {
		return nil
	}
	if x.config.View == NewImage {
		c.Old = nil
	}
	if x.config.Format == Ion {
		x.line = appendIonChange(x.line[:0], c)
	} else {
		x.line = appendJSONChange(x.line[:0], c)
	}
	return x.record(c.Old.Size() + c.New.Size())
}

// record writes x.line, which stands for size bytes of the table.
func (x *Export) record(size int) error {
	if x.object == nil {
		if err := x.open(); err != nil {
			return err
		}
	}
	if _, err := x.pack.Write(x.line); err != nil {
		return fmt.Errorf("write %s: %w", x.key, err)
	}
	x.items++
	x.entries++
	x.bytes += int64(size)
	x.length += int64(len(x.line))
	if x.length < x.config.FileBytes {
		return nil
	}
	return x.close()
}

// open begins a data file.
func (x *Export) open() error {
	var random [16]byte
	if _, err := io.ReadFull(x.config.Random, random[:]); err != nil {
		return fmt.Errorf("name a data file: %w", err)
	}
	x.key = x.config.Layout.data(dataName(random), x.config.Format)
	object, err := x.create(x.key)
	if err != nil {
		return fmt.Errorf("create %s: %w", x.key, err)
	}
	x.object, x.entries, x.length = object, 0, 0
	x.sum.Reset()
	x.pack.Reset(io.MultiWriter(object, x.sum))
	x.pack.ModTime = time.Unix(0, 0) // writes zeros: the same items give the same bytes
	return nil
}

// close ends the data file and notes it in the manifest.
func (x *Export) close() error {
	object := x.object
	x.object = nil
	if err := x.pack.Close(); err != nil {
		object.Abort()
		return fmt.Errorf("write %s: %w", x.key, err)
	}
	etag, err := object.Commit()
	if err != nil {
		return fmt.Errorf("commit %s: %w", x.key, err)
	}
	sum := x.sum.Sum(nil)
	if etag == "" {
		etag = partETag(sum)
	}
	x.manifest = append(x.manifest, line(fileEntry{x.entries, base64.StdEncoding.EncodeToString(sum), etag, x.key})...)
	x.manifest = append(x.manifest, '\n')
	return nil
}

// Finish ends the last data file and writes the manifests. An export of nothing
// has one data file too, as on AWS, where each partition has at least one.
func (x *Export) Finish(end time.Time) (ExportResult, error) {
	if x.object == nil && len(x.manifest) == 0 {
		if err := x.open(); err != nil {
			return ExportResult{}, err
		}
	}
	if x.object != nil {
		if err := x.close(); err != nil {
			return ExportResult{}, err
		}
	}
	layout := x.config.Layout
	for _, manifest := range []struct {
		key   string
		bytes []byte
	}{
		{layout.Files(), x.manifest},
		{layout.Summary(), x.summary(end)},
	} {
		if err := x.put(manifest.key, manifest.bytes); err != nil {
			return ExportResult{}, err
		}
		if err := x.put(sumOf(manifest.key), checksum(manifest.bytes)); err != nil {
			return ExportResult{}, err
		}
	}
	return ExportResult{ItemCount: x.items, BilledSizeBytes: x.billed(), ExportManifest: layout.Summary()}, nil
}

// Abort gives up the data file that is open. What was written before it stays,
// as on AWS. It may be called after Finish, and does nothing then.
func (x *Export) Abort() {
	if x.object != nil {
		x.object.Abort()
		x.object = nil
	}
}

// billed is the size of what was exported, and for changes at least 10 MB.
func (x *Export) billed() int64 {
	if x.config.Layout.Incremental {
		return max(x.bytes, minIncrementalBytes)
	}
	return x.bytes
}

// put writes a small object whole.
func (x *Export) put(key string, b []byte) error {
	object, err := x.create(key)
	if err != nil {
		return fmt.Errorf("create %s: %w", key, err)
	}
	if _, err := object.Write(b); err != nil {
		object.Abort()
		return fmt.Errorf("write %s: %w", key, err)
	}
	if _, err := object.Commit(); err != nil {
		return fmt.Errorf("commit %s: %w", key, err)
	}
	return nil
}
