package transfer

import (
	"encoding/base32"
	"fmt"
	"strings"
	"time"
)

// NewID returns the identifier of an export or an import: the time of its
// start, in milliseconds, and 32 bits that tell apart two of one moment, such as
// 01658528578619-c4d4e311.
func NewID(start time.Time, random uint32) string {
	return fmt.Sprintf("%014d-%08x", start.UnixMilli(), random)
}

// ExportARN returns the name of an export of the table.
func ExportARN(tableARN, id string) string { return tableARN + "/export/" + id }

// ImportARN returns the name of an import into the table.
func ImportARN(tableARN, id string) string { return tableARN + "/import/" + id }

// ParseExportARN splits what [ExportARN] returns.
func ParseExportARN(arn string) (tableARN, id string, ok bool) { return parseARN(arn, "/export/") }

// ParseImportARN splits what [ImportARN] returns.
func ParseImportARN(arn string) (tableARN, id string, ok bool) { return parseARN(arn, "/import/") }

func parseARN(arn, kind string) (tableARN, id string, ok bool) {
	tableARN, id, ok = strings.Cut(arn, kind)
	_, resource, _ := strings.Cut(tableARN, ":table/")
	if !ok || resource == "" || strings.Contains(resource, "/") || id == "" || strings.Contains(id, "/") {
		return "", "", false
	}
	return tableARN, id, true
}

// Layout says where the objects of one export lie.
type Layout struct {
	Prefix      string // S3Prefix as the request gave it, with or without a slash at its end; may be empty
	ID          string // of the export, as [NewID] returns it
	Incremental bool
}

// root is what all keys of the export begin with, and its shared data with it.
func (l Layout) root() string {
	if l.Prefix == "" || strings.HasSuffix(l.Prefix, "/") {
		return l.Prefix + "AWSDynamoDB/"
	}
	return l.Prefix + "/AWSDynamoDB/"
}

// Started is the key of the empty object that is written first: it shows that
// the bucket can be written to.
func (l Layout) Started() string { return l.root() + l.ID + "/_started" }

// Summary is the key of the manifest that describes the export; DescribeExport
// answers it as ExportManifest.
func (l Layout) Summary() string { return l.root() + l.ID + "/manifest-summary.json" }

// Files is the key of the manifest that lists the data files.
func (l Layout) Files() string { return l.root() + l.ID + "/manifest-files.json" }

// sumOf is the key of the checksum of a manifest.
func sumOf(manifest string) string { return strings.TrimSuffix(manifest, ".json") + ".md5" }

// data is the key of a data file. Those of incremental exports lie in one folder
// for all exports of the prefix, so that a reader may follow a table by listing it.
func (l Layout) data(name, format string) string {
	folder := l.root()
	if !l.Incremental {
		folder += l.ID + "/"
	}
	if format == Ion {
		return folder + "data/" + name + ".ion.gz"
	}
	return folder + "data/" + name + ".json.gz"
}

// dataName makes a name for a data file of 128 bits, in the form of AWS's: 26
// lower-case letters and digits.
func dataName(random [16]byte) string {
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random[:]))
}
