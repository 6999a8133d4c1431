package vtl

import (
	"errors"
	"math"
	"math/big"

	"github.com/cockroachdb/apd/v3"

	"cloudless/internal/service/apigateway/value"
)

// Arithmetic climbs Java's ladder of types: Integers become Longs and BigIntegers
// as they grow; a Double makes the result a Double, except that a BigInteger or a
// BigDecimal with it makes a BigDecimal.

// base is the type in which two numbers are computed with.
type base uint8

const (
	baseLong base = iota
	baseDouble
	baseBigInteger
	baseBigDecimal
)

func baseOf(a, b Value) base {
	_, aDec := a.(*apd.Decimal)
	_, bDec := b.(*apd.Decimal)
	_, aBig := a.(*big.Int)
	_, bBig := b.(*big.Int)
	_, aDouble := a.(float64)
	_, bDouble := b.(float64)
	switch {
	case aDec || bDec, (aDouble || bDouble) && (aBig || bBig):
		return baseBigDecimal
	case aBig || bBig:
		return baseBigInteger
	case aDouble || bDouble:
		return baseDouble
	}
	return baseLong
}

var (
	errTooBig  = errors.New("a number grew beyond what templates may compute with")
	errDecimal = errors.New("java.lang.ArithmeticException: no modulo of BigDecimals")
	errNaN     = errors.New("java.lang.NumberFormatException: Infinite or NaN")
)

// calculate returns a op b; nil for a division by zero.
func calculate(op kind, a, b Value) (Value, error) {
	if (op == tokDivide || op == tokModulus) && isZero(b) {
		return nil, nil
	}
	switch baseOf(a, b) {
	case baseLong:
		return calculateLong(op, longValue(a), longValue(b), a, b)
	case baseDouble:
		return calculateDouble(op, doubleValue(a), doubleValue(b)), nil
	case baseBigInteger:
		return calculateBig(op, bigValue(a), bigValue(b))
	}
	return calculateDecimal(op, a, b)
}

func calculateLong(op kind, x, y int64, a, b Value) (Value, error) {
	var n int64
	fits := true
	switch op {
	case tokPlus:
		n = x + y
		fits = (n^x)&(n^y) >= 0
	case tokMinus:
		n = x - y
		fits = (n^x)&(n^^y) >= 0
	case tokTimes:
		n = x * y
		fits = y == 0 || n/y == x && !(x == math.MinInt64 && y == -1)
	case tokDivide:
		n = x / y
	default:
		n = x % y
	}
	if !fits {
		return calculateBig(op, big.NewInt(x), big.NewInt(y))
	}
	_, aInt := a.(int32)
	_, bInt := b.(int32)
	if aInt && bInt {
		return value.Int(n), nil
	}
	return n, nil // a Long stays one, however small
}

func calculateDouble(op kind, x, y float64) Value {
	switch op {
	case tokPlus:
		return x + y
	case tokMinus:
		return x - y
	case tokTimes:
		return x * y
	case tokDivide:
		return x / y
	}
	return math.Mod(x, y)
}

// maxBits bounds the size of a BigInteger; see maxDigits.
const maxBits = maxDigits * 10 / 3

func calculateBig(op kind, x, y *big.Int) (Value, error) {
	if x.BitLen()+y.BitLen() > 2*maxBits {
		return nil, errTooBig
	}
	z := new(big.Int)
	switch op {
	case tokPlus:
		z.Add(x, y)
	case tokMinus:
		z.Sub(x, y)
	case tokTimes:
		z.Mul(x, y)
	case tokDivide:
		z.Quo(x, y)
	default: // BigInteger.mod is never negative, and refuses a negative modulus
		if y.Sign() < 0 {
			return nil, errors.New("java.lang.ArithmeticException: BigInteger: modulus not positive")
		}
		z.Mod(x, y)
	}
	return z, nil
}

// calculateDecimal computes as BigDecimal does: exactly, save for a quotient, which
// has the scale of the dividend and rounds half down.
func calculateDecimal(op kind, a, b Value) (Value, error) {
	x, y := decimalValue(a), decimalValue(b)
	if x == nil || y == nil {
		return nil, errNaN
	}
	if x.NumDigits()+y.NumDigits() > maxDigits || max(abs(x.Exponent), abs(y.Exponent)) > maxDigits {
		return nil, errTooBig
	}
	z := new(apd.Decimal)
	exact := apd.BaseContext
	exact.Precision = 0
	var err error
	switch op {
	case tokPlus:
		_, err = exact.Add(z, x, y)
	case tokMinus:
		_, err = exact.Sub(z, x, y)
	case tokTimes:
		_, err = exact.Mul(z, x, y)
	case tokDivide:
		wide := apd.BaseContext.WithPrecision(3 * maxDigits)
		if _, err = wide.Quo(z, x, y); err == nil {
			wide.Rounding = apd.RoundHalfDown
			_, err = wide.Quantize(z, z, x.Exponent)
		}
	default:
		err = errDecimal
	}
	return z, err
}

func abs(n int32) int32 { return max(n, -n) }

func isZero(v Value) bool {
	switch v := v.(type) {
	case float64:
		return v == 0
	case *big.Int:
		return v.Sign() == 0
	case *apd.Decimal:
		return v.IsZero()
	}
	return longValue(v) == 0
}

// compareNumbers returns -1, 0 or 1; 0 also where one side is NaN.
func compareNumbers(a, b Value) int {
	switch baseOf(a, b) {
	case baseLong:
		return sign(longValue(a) < longValue(b), longValue(a) > longValue(b))
	case baseDouble:
		return sign(doubleValue(a) < doubleValue(b), doubleValue(a) > doubleValue(b))
	case baseBigInteger:
		return bigValue(a).Cmp(bigValue(b))
	}
	x, y := decimalValue(a), decimalValue(b)
	if x == nil || y == nil {
		return sign(doubleValue(a) < doubleValue(b), doubleValue(a) > doubleValue(b))
	}
	return x.Cmp(y)
}

func sign(less, more bool) int {
	switch {
	case less:
		return -1
	case more:
		return 1
	}
	return 0
}
