package jsonscan

import (
	"encoding/base64"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Close ends an object or a list of which each member or element was written
// with a comma behind it.
func Close(dst []byte, bracket byte) []byte {
	if last := len(dst) - 1; dst[last] == ',' {
		dst[last] = bracket
		return dst
	}
	return append(dst, bracket)
}

// AppendString appends a string. Bytes that are not UTF-8, which functions and
// headers may contain, become the replacement character.
func AppendString(dst []byte, text string) []byte {
	start := len(dst)
	dst = append(dst, '"')
	dst = append(dst, text...)
	if special(dst[start+1:]) == len(text) {
		return append(dst, '"')
	}
	dst, err := jsontext.AppendQuote(dst[:start], strings.ToValidUTF8(text, "\uFFFD"))
	if err != nil {
		panic("jsonscan: valid UTF-8 cannot be quoted: " + err.Error())
	}
	return dst
}

// AppendBlob appends a binary in base64.
func AppendBlob(dst, data []byte) []byte {
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, data)
	return append(dst, '"')
}

// AppendDouble appends a number that may have a fraction, as AWS writes it.
func AppendDouble(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(dst, `"-Infinity"`...)
	case f == math.Trunc(f) && math.Abs(f) < 1e15:
		return strconv.AppendFloat(dst, f, 'f', 1, 64) // AWS writes 5.0
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}

// Keys appends the keys of a map to few, in order, so that equal answers are
// equal bytes.
func Keys[V any](few []string, m map[string]V) []string {
	for key := range m {
		few = append(few, key)
	}
	slices.Sort(few)
	return few
}
