package value

import (
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// Bounds of the numbers kept exactly.
const (
	preciseLen  = 19   // a decimal this long is kept to the last digit
	maxDigits   = 4096 // a longer one would cost more to compute with than it is worth
	maxExponent = 4096
)

// bare interprets a word without quotes.
func bare(s string) Value {
	switch s {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	}
	whole, exact, ok := numeral(s)
	switch {
	case !ok:
		return s
	case whole && len(s) <= maxDigits:
		v, _ := ParseInteger(s)
		return v
	case exact && len(s) >= preciseLen:
		if d, _, err := apd.NewFromString(s); err == nil && d.Exponent > -maxExponent && d.Exponent < maxExponent {
			return d
		}
	}
	f, _ := strconv.ParseFloat(s, 64) // out of range is an infinity, as in Java
	return f
}

// numeral reports whether s is a JSON number (zeros in front allowed), whether it
// has neither fraction nor exponent, and whether it is short enough to be kept
// exactly.
func numeral(s string) (whole, exact, ok bool) {
	rest := strings.TrimPrefix(s, "-")
	rest, n := digits(rest)
	if n == 0 {
		return false, false, false
	}
	whole = rest == ""
	if strings.HasPrefix(rest, ".") {
		rest, _ = digits(rest[1:])
	}
	if rest != "" && (rest[0] == 'e' || rest[0] == 'E') {
		rest = rest[1:]
		if rest != "" && (rest[0] == '+' || rest[0] == '-') {
			rest = rest[1:]
		}
		if rest, n = digits(rest); n == 0 {
			return false, false, false
		}
	}
	return whole, len(s) <= maxDigits, rest == ""
}

// digits cuts the decimal digits at the start of s off and counts them.
func digits(s string) (rest string, n int) {
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return s[n:], n
}
