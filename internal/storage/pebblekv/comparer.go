package pebblekv

import (
	"strings"

	"github.com/cockroachdb/pebble/v2"
)

// stemComparer is the name, in the files, of the order whose keys have stems.
// A directory keeps the order that it was made with.
const stemComparer = "cloudless.stem"

// comparer returns the order of keys, which is that of their bytes. With a
// stem it also says what the filters of tables hold: stems instead of keys, so
// that a scan within one stem passes by the tables that have nothing of it.
func comparer(stem func(key []byte) int) *pebble.Comparer {
	c := *pebble.DefaultComparer
	if stem != nil {
		c.Name, c.Split = stemComparer, stem
	}
	return &c
}

// madeWithout tells whether opening failed because the directory is from a
// time when keys had no stems. The library has no sentinel for that.
func madeWithout(err error) bool {
	return err != nil && strings.Contains(err.Error(), "comparer name from file") &&
		strings.Contains(err.Error(), pebble.DefaultComparer.Name)
}
