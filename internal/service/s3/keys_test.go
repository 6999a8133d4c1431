package s3

import (
	"iter"
	"testing"

	"cloudless/internal/storage/kv"
)

type pair = kv.Pair

// counting counts the pairs that a reader yields.
type counting struct {
	kv.Reader
	pairs int
}

func (c *counting) wrap(f func() error) func(kv.Reader) error {
	return func(r kv.Reader) error {
		c.Reader = r
		return f()
	}
}

func (c *counting) Scan(r kv.Range) iter.Seq2[kv.Pair, error] {
	return func(yield func(kv.Pair, error) bool) {
		for p, err := range c.Reader.Scan(r) {
			c.pairs++
			if !yield(p, err) {
				return
			}
		}
	}
}

// The layout lies in users' stores: these bytes may never change.
func TestKeysAreWhereTheyHaveAlwaysBeen(t *testing.T) {
	for want, key := range map[string][]byte{
		"\x02s3\x00\x02bucket\x00\x02b\x00":                      bucketKey("b"),
		"\x02s3\x00\x02object\x00\x02b\x00\x02a/\x01\x01c\x00":   objectKey("b", "a/\x00c"),
		"\x02s3\x00\x02upload\x00\x02b\x00\x02key\x00\x02id\x00": uploadKey("b", "key", "id"),
		"\x02s3\x00\x02part\x00\x02id\x00\x15\x07":               partKey("id", 7),
		"\x02s3\x00\x02part\x00\x02id\x00\x16\x27\x10":           partKey("id", 10000),
		"\x02s3\x00\x02blob\x00\x02s3/run/id\x00":                blobKey("s3/run/id"),
		"\x02s3\x00\x02garbage\x00\x02id\x00":                    garbageKey("id"),
		"\x02s3\x00\x02run\x00\x02id\x00":                        runKey("id"),
		"\x02s3\x00\x02object\x00\x02b\x00\x02a":                 beginning(objectsOf("b"), "a"),
	} {
		if string(key) != want {
			t.Errorf("key = %q, want %q", key, want)
		}
	}
}
