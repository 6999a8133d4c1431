package keys_test

import (
	"bytes"
	"testing"
	"time"

	"cloudless/internal/storage/keys"

	"pgregory.net/rapid"
)

func TestStemIsFiveElements(t *testing.T) {
	five := []any{"service", []byte{0, 1}, int64(-700), uint64(9), time.Unix(-1, 999999999)}
	stem := keys.Encode(five...)
	for _, tt := range []struct {
		name string
		key  []byte
		want int
	}{
		{"of a longer key", keys.Encode(append(five, "more", true)...), len(stem)},
		{"of a key that is no longer", stem, len(stem)},
		{"of a shorter key", keys.Encode(five[:4]...), len(keys.Encode(five[:4]...))},
		{"whatever follows it", append(bytes.Clone(stem), 0xff), len(stem)},
		{"of a number that is cut off", stem[:len(stem)-1], len(stem) - 1},
		{"of what is no tuple", []byte("abc"), 3},
		{"of times within times", bytes.Repeat([]byte{0x38}, 1000), 1000},
		{"of nothing", nil, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := keys.Stem(tt.key); got != tt.want {
				t.Errorf("Stem(%x) = %d, want %d", tt.key, got, tt.want)
			}
		})
	}
}

func TestStemsSortAsTheirKeysDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyKey(t, "a"), anyKey(t, "b")
		stemA, stemB := a[:keys.Stem(a)], b[:keys.Stem(b)]
		whole, stems := bytes.Compare(a, b), bytes.Compare(stemA, stemB)
		if stems == 0 {
			stems = bytes.Compare(a[len(stemA):], b[len(stemB):])
		}
		if whole != stems {
			t.Fatalf("%x and %x: %d by their bytes, %d by their stems %x and %x", a, b, whole, stems, stemA, stemB)
		}
	})
}

// anyKey draws a key: a tuple of few different elements, whole, cut off, or
// followed by bytes that are none of a tuple.
func anyKey(t *rapid.T, label string) []byte {
	elem := rapid.OneOf(rapid.SampledFrom([]any{"", "a", uint64(1), uint64(300), true, -1}), anyElem())
	key := keys.Encode(rapid.SliceOfN(elem, 0, 7).Draw(t, label)...)
	cut := rapid.IntRange(0, len(key)).Draw(t, label+"'s cut")
	return append(key[:cut:cut], rapid.SliceOfN(rapid.Byte(), 0, 2).Draw(t, label+"'s tail")...)
}
