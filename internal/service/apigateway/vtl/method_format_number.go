package vtl

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// integral is %d, %o and %x.
func (s *specifier) integral(conversion byte, v Value) (string, error) {
	if s.precision >= 0 || conversion == 'd' && s.has('#') {
		return "", errFormat("a precision or # of %" + string(conversion))
	}
	if v == nil {
		return "null", nil
	}
	n, base, prefix := new(big.Int), map[byte]int{'d': 10, 'o': 8, 'x': 16}[conversion], map[byte]string{'o': "0", 'x': "0x"}[conversion]
	_, isBig := v.(*big.Int)
	switch v := v.(type) {
	case int32:
		if n.SetInt64(int64(v)); conversion != 'd' {
			n.SetUint64(uint64(uint32(v)))
		}
	case int64:
		if n.SetInt64(v); conversion != 'd' {
			n.SetUint64(uint64(v))
		}
	case *big.Int:
		n.Set(v)
	default:
		return "", errFormat("%" + string(conversion) + " of " + className(v))
	}
	if conversion != 'd' && (s.has(',') || !isBig && (s.has('+') || s.has(' ') || s.has('('))) {
		return "", errFormat("flags " + s.flags + " of %" + string(conversion))
	}
	if !s.has('#') {
		prefix = ""
	}
	digits := new(big.Int).Abs(n).Text(base)
	if s.has(',') {
		digits = grouped(digits)
	}
	return s.signed(n.Sign() < 0, prefix, digits), nil
}

// signed puts sign and prefix before digits, with zeros between up to the width.
func (s *specifier) signed(negative bool, prefix, digits string) string {
	before, after := "", ""
	switch {
	case negative && s.has('('):
		before, after = "(", ")"
	case negative:
		before = "-"
	case s.has('+'):
		before = "+"
	case s.has(' '):
		before = " "
	}
	before += prefix
	if s.has('0') {
		digits = strings.Repeat("0", max(0, s.width-len(before)-len(digits)-len(after))) + digits
	}
	return before + digits + after
}

// grouped puts commas between groups of three digits of the whole part.
func grouped(digits string) string {
	whole, fraction, found := strings.Cut(digits, ".")
	var b strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if found {
		b.WriteString("." + fraction)
	}
	return b.String()
}

// decimal is %e, %f and %g, of the digits that the number prints with, rounded
// half up as Java does.
func (s *specifier) decimal(conversion byte, v Value) (string, error) {
	if conversion == 'g' && s.has('#') || conversion == 'e' && s.has(',') {
		return "", errFormat("flags " + s.flags + " of %" + string(conversion))
	}
	if v == nil {
		return s.cut("null"), nil
	}
	d := new(apd.Decimal)
	switch v := v.(type) {
	case float64:
		if text, special := s.special(v); special {
			return text, nil
		}
		if _, _, err := d.SetString(strconv.FormatFloat(v, 'e', -1, 64)); err != nil {
			return "", errFormat("a number")
		}
	case *apd.Decimal:
		d.Set(v)
	default:
		return "", errFormat("%" + string(conversion) + " of " + className(v))
	}
	precision := s.precision
	if precision < 0 {
		precision = 6
	}
	negative := d.Negative
	d.Negative = false
	if d.Exponent > maxWidth || d.Exponent < -maxDigits*3 {
		return "", errTooBig
	}
	digits, err := decimalDigits(conversion, d, precision)
	if err != nil {
		return "", err
	}
	if s.has('#') && !strings.Contains(digits, ".") {
		mantissa, exponent, _ := strings.Cut(digits, "e")
		if digits = mantissa + "."; exponent != "" {
			digits += "e" + exponent
		}
	}
	if s.has(',') {
		digits = grouped(digits)
	}
	return s.signed(negative, "", digits), nil
}

// special writes what is no finite number.
func (s *specifier) special(v float64) (string, bool) {
	plain := *s
	plain.flags = strings.ReplaceAll(s.flags, "0", "")
	switch {
	case math.IsNaN(v):
		return "NaN", true
	case math.IsInf(v, 0):
		return plain.signed(v < 0, "", "Infinity"), true
	}
	return "", false
}

// decimalDigits writes a number that is not negative.
func decimalDigits(conversion byte, d *apd.Decimal, precision int) (string, error) {
	ctx := apd.BaseContext.WithPrecision(4 * maxWidth)
	ctx.Rounding = apd.RoundHalfUp
	round := func(places int) (*apd.Decimal, error) {
		out := new(apd.Decimal)
		if _, err := ctx.Quantize(out, d, int32(-places)); err != nil {
			return nil, errTooBig
		}
		return out, nil
	}
	magnitude := func(d *apd.Decimal) int { return int(d.NumDigits()) - 1 + int(d.Exponent) }
	switch conversion {
	case 'f':
		r, err := round(precision)
		if err != nil {
			return "", err
		}
		return r.Text('f'), nil
	case 'g':
		if precision == 0 {
			precision = 1
		}
		if d.IsZero() {
			return decimalDigits('f', d, precision-1)
		}
		r, err := round(precision - 1 - magnitude(d))
		if err != nil {
			return "", err
		}
		m := magnitude(r)
		if m < -4 || m >= precision {
			return decimalDigits('e', d, precision-1)
		}
		return decimalDigits('f', d, precision-1-m)
	}
	if d.IsZero() {
		r, err := round(precision)
		if err != nil {
			return "", err
		}
		return r.Text('f') + "e+00", nil
	}
	r, err := round(precision - magnitude(d))
	if err != nil {
		return "", err
	}
	m := magnitude(r)
	mantissa := new(apd.Decimal).Set(r)
	mantissa.Exponent -= int32(m)
	if _, err := ctx.Quantize(mantissa, mantissa, int32(-precision)); err != nil {
		return "", errTooBig
	}
	sign := "+"
	if m < 0 {
		sign, m = "-", -m
	}
	return fmt.Sprintf("%se%s%02d", mantissa.Text('f'), sign, m), nil
}
