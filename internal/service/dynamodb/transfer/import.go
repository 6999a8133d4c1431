package transfer

import (
	"fmt"
	"io"
	"iter"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
)

// Input says how the objects of an import are to be read.
type Input struct {
	Format      string               // CSV, DYNAMODB_JSON or ION
	Compression string               // NONE, GZIP or ZSTD; NONE by default
	Delimiter   string               // of CSV, one byte; a comma by default
	HeaderList  []string             // of CSV, the names of its columns; by default those in its first line
	Types       map[string]attr.Kind // of CSV, the columns that are no strings: AttributeDefinitions

	// Check refuses an item that the table cannot take, for its keys. It may be
	// nil.
	Check func(attr.Item) error
}

// What DescribeImport tells of an import with an [ItemError], however many items
// it has imported: its status is FAILED, and its table stays.
const (
	ItemValidationError   = "ItemValidationError" // FailureCode
	ItemValidationMessage = "Some of the items failed validation checks and were not imported. Please check CloudWatch error logs for more details."
)

// ItemError is what is wrong with one item of an object: it is counted in
// ErrorCount, and the import goes on.
type ItemError struct {
	Index     int64  // of the item in its object, from 0
	Message   string // in AWS's words, where they are known
	Abandoned bool   // no item follows: the rest of the object was not read
}

func (e *ItemError) Error() string { return fmt.Sprintf("item %d: %s", e.Index, e.Message) }

// fault is what is wrong with a record.
type fault struct {
	message  string
	abandons bool // where the next record begins is not known, or not trusted
}

func (f *fault) Error() string { return f.message }

// The faults of records. The first that cannot be made an item ends the reading of
// its object, as in AWS, which says so. The words are those that AWS's logs were
// seen to have, but for a missing Item, of which the first sentence is known, and
// for a missing name.
const andNoFurther = " Remainder of the file will not be processed."

var (
	errSyntax   = &fault{"Unexpected token." + andNoFurther, true}
	errNoItem   = &fault{"Expected 'Item' top level container." + andNoFurther, true}
	errMapping  = &fault{"Unable to map value based on the given schema." + andNoFurther, true}
	errTooLarge = &fault{"Item size has exceeded the maximum allowed size", false}
	errNoName   = &fault{"One or more parameter values were invalid: Empty attribute name", false}
)

// source yields the records of an object: the attributes of the next, or a
// [*fault], io.EOF, or the error of the reader below it.
type source interface {
	next() (map[string]ddb.AttributeValue, error)
}

// Reader reads the items of one object. It is used by one goroutine.
type Reader struct {
	input   Input
	object  *watched
	records *records // nil until Items begins
}

// NewReader returns a reader of an object.
func NewReader(input Input, object io.Reader) *Reader {
	return &Reader{input: input, object: &watched{r: object}}
}

// Bytes returns how many bytes of the object were read so far, as they were
// before compression: ProcessedSizeBytes.
func (r *Reader) Bytes() int64 {
	if r.records == nil {
		return 0
	}
	return r.records.read
}

// Items yields the items, and an [*ItemError] in the place of each that is none. Any
// other error is the last: it is that of the object below. Items may be called
// once.
func (r *Reader) Items() iter.Seq2[attr.Item, error] {
	return func(yield func(attr.Item, error) bool) {
		plain, free := unpack(r.input.Compression, r.object)
		defer free()
		r.records = newRecords(plain)
		src := newSource(&r.input, r.records)
		for index := int64(0); ; index++ {
			it, err := r.item(src)
			if err == io.EOF {
				return
			}
			err = r.explain(index, err)
			e, ok := err.(*ItemError)
			if !yield(it, err) || err != nil && (!ok || e.Abandoned) {
				return
			}
		}
	}
}

// explain makes the error of a source what [Reader.Items] yields.
func (r *Reader) explain(index int64, err error) error {
	f, ok := err.(*fault)
	switch {
	case err == nil:
		return nil
	case ok && !f.abandons:
		return &ItemError{index, f.message, false}
	case r.object.err != nil: // what could not be read is not what is wrong
		return r.object.err
	case ok:
		return &ItemError{index, f.message, true}
	}
	return &ItemError{index, err.Error() + "." + andNoFurther, true} // it is not packed as it should be
}

// item reads one item and checks it.
func (r *Reader) item(src source) (attr.Item, error) {
	fields, err := src.next()
	if err != nil {
		return nil, err
	}
	if _, ok := fields[""]; ok {
		return nil, errNoName
	}
	it, err := attr.FromAPI(fields)
	if err != nil {
		return nil, &fault{awserr.From(err).Message, false}
	}
	if it.Size() > attr.MaxItemBytes {
		return nil, errTooLarge
	}
	if r.input.Check != nil {
		if err := r.input.Check(it); err != nil {
			return nil, &fault{awserr.From(err).Message, false}
		}
	}
	return it, nil
}

func newSource(in *Input, r *records) source {
	switch in.Format {
	case CSV:
		return &csvSource{input: in, records: r}
	case Ion:
		return &ionSource{stream: stream{records: r, frame: &ionFrame{}, ion: true}}
	}
	return &jsonSource{stream: stream{records: r, frame: &jsonFrame{}}}
}
