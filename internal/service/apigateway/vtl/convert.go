package vtl

import (
	"math"
	"math/big"
	"math/bits"

	"github.com/cockroachdb/apd/v3"
)

// The conversions of java.lang.Number.

func longValue(v Value) int64 {
	switch v := v.(type) {
	case int32:
		return int64(v)
	case int64:
		return v
	case float64:
		return saturate(v, math.MinInt64, math.MaxInt64)
	}
	b := bigValue(v)
	return int64(new(big.Int).And(b, new(big.Int).SetUint64(math.MaxUint64)).Uint64())
}

func intValue(v Value) int32 {
	if f, ok := v.(float64); ok {
		return int32(saturate(f, math.MinInt32, math.MaxInt32))
	}
	return int32(longValue(v))
}

// saturate is Java's narrowing of a double: NaN is 0, too large is the largest.
func saturate(f float64, lo, hi int64) int64 {
	switch {
	case math.IsNaN(f):
		return 0
	case f <= float64(lo):
		return lo
	case f >= float64(hi):
		return hi
	}
	return int64(f)
}

func doubleValue(v Value) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case *big.Int:
		f, _ := new(big.Float).SetInt(v).Float64()
		return f
	case *apd.Decimal:
		f, _ := v.Float64()
		return f
	}
	return float64(longValue(v))
}

func bigValue(v Value) *big.Int {
	switch v := v.(type) {
	case *big.Int:
		return v
	case *apd.Decimal:
		whole := new(apd.Decimal)
		ctx := apd.BaseContext.WithPrecision(3 * maxDigits)
		ctx.Rounding = apd.RoundDown
		if _, err := ctx.Quantize(whole, v, 0); err != nil {
			return new(big.Int)
		}
		n, _ := new(big.Int).SetString(whole.Text('f'), 10)
		return n
	case float64:
		return big.NewInt(saturate(v, math.MinInt64, math.MaxInt64))
	}
	return big.NewInt(longValue(v))
}

// decimalValue returns v as a BigDecimal; nil for what is no finite number.
func decimalValue(v Value) *apd.Decimal {
	switch v := v.(type) {
	case *apd.Decimal:
		return v
	case *big.Int:
		d, _, _ := apd.NewFromString(v.String())
		return d
	}
	f := doubleValue(v)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	// new BigDecimal(double) is exact: every digit of the binary fraction.
	d, _, err := apd.NewFromString(new(big.Float).SetFloat64(f).Text('f', exactDigits(f)))
	if err != nil {
		return nil
	}
	return d
}

// exactDigits is how many decimal places the finite double f has.
func exactDigits(f float64) int {
	frac, exp := math.Frexp(f)
	mantissa := uint64(math.Abs(math.Ldexp(frac, 53)))
	if mantissa == 0 {
		return 0
	}
	return max(0, 53-exp-bits.TrailingZeros64(mantissa))
}
