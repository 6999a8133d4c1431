package value

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// IsNumber reports whether v is one of Java's numbers.
func IsNumber(v Value) bool {
	switch v.(type) {
	case int32, int64, *big.Int, float64, *apd.Decimal:
		return true
	}
	return false
}

// ParseInteger reads decimal digits with an optional sign as the smallest of
// Integer, Long and BigInteger that holds them.
func ParseInteger(s string) (Value, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return Int(n), true
	}
	if n, ok := new(big.Int).SetString(s, 10); ok {
		return n, true
	}
	return nil, false
}

// AppendDouble appends f as Double.toString writes it: 1.0, 1.0E10, NaN.
func AppendDouble(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case f == 0:
		if math.Signbit(f) {
			dst = append(dst, '-')
		}
		return append(dst, "0.0"...)
	}
	if a := math.Abs(f); a >= 1e-3 && a < 1e7 {
		start := len(dst)
		dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
		if !strings.Contains(string(dst[start:]), ".") {
			dst = append(dst, ".0"...)
		}
		return dst
	}
	// Go writes d.ddde+XX; Java wants at least one digit after the point, E, and
	// the exponent without sign or zeros in front.
	mantissa, exp, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	dst = append(dst, mantissa...)
	if !strings.Contains(mantissa, ".") {
		dst = append(dst, ".0"...)
	}
	n, _ := strconv.Atoi(exp)
	return strconv.AppendInt(append(dst, 'E'), int64(n), 10)
}
