// Package transfer is what DynamoDB writes into a bucket when a table is
// exported, and what it reads from one when a table is imported: bytes in, bytes
// out, and nothing of buckets, tables or jobs.
//
// The files divide the work so:
//
//   - layout.go:      identifiers of exports and imports, and the keys of an export's objects;
//   - export.go:      an export under way: its data files, one after the other, then its manifests;
//   - manifest.go:    the two manifests, as AWS writes them;
//   - record.go:      a line of an export, with jsonwrite.go and ionwrite.go for its values;
//   - import.go:      the items of one object, and what is wrong with those that are none;
//   - compression.go: the object's bytes before they were packed;
//   - frame.go:       where one record ends and the next begins, within bounds of memory;
//   - jsonread.go, csvread.go, ionread.go with ionframe.go, ionscan.go and ionquote.go: a record, read.
//
// A writer and a reader of one format are each other's inverse: what an export
// has written, an import reads to the same bytes of [attr.Item].
//
// Two promises matter to who calls. An import holds one record at a time, of no more
// than a bound, however large an object is and however small it was packed. And what
// is wrong with an item is an [*ItemError], a value to be counted and logged; any
// other error means that the object could not be read.
package transfer
