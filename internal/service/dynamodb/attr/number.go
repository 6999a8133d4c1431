package attr

import (
	"strings"

	"cloudless/internal/awserr"
)

// The order-preserving form of a number is its sign and exponent in one byte
// and its digits to the base of 100, aligned to the decimal point:
//
//	zero:      0x80
//	positive:  0x80 + (e+64), then each digit plus 1
//	negative:  0x7f - (e+64), then 101 minus each digit, then 102 when there
//	           are fewer than 20 digits
//
// where the value is 0.D₁D₂D₃… × 100^e and neither the first nor the last digit
// is zero. DynamoDB's own form is of the same length, which shows in the size
// that it counts for a number: 1.5 straddles the point and costs a byte more
// than 15.
const (
	maxDigits     = 38   // significant decimal digits
	maxMagnitude  = 125  // 9.99…E+125 is the largest number
	minMagnitude  = -130 // 1E-130 is the smallest
	maxPairs      = 20   // digits to the base of 100, of a number with 38 badly aligned ones
	zeroByte      = 0x80
	exponentBias  = 64
	negativeEnd   = 102
	maxExponent10 = 1 << 20 // far out of range, and safe to add to
)

// What is wrong with a number, in AWS's words. They share a code, so they are
// told apart by ==.
var (
	ErrNotANumber error = awserr.Validation("The parameter cannot be converted to a numeric value")
	ErrOverflow   error = awserr.Validation("Number overflow. Attempting to store a number with magnitude larger than supported range")
	ErrUnderflow  error = awserr.Validation("Number underflow. Attempting to store a number with magnitude smaller than supported range")
	ErrPrecision  error = awserr.Validation("Attempting to store more than 38 significant digits in a Number")
)

// decimal is 0.d₁d₂d₃… × 10^exp, with no zero at either end of the digits.
// Without digits it is zero.
type decimal struct {
	negative bool
	digits   [maxDigits]byte // 0 to 9
	n        int
	exp      int
}

// appendNumber appends the order-preserving form of the number that text
// spells: digits with an optional sign, point and exponent.
func appendNumber(dst []byte, text string) ([]byte, error) {
	d, err := parseDecimal(text)
	if err != nil {
		return nil, err
	}
	return d.appendTo(dst), nil
}

func parseDecimal(text string) (decimal, error) {
	var d decimal
	s := text
	if s != "" && (s[0] == '-' || s[0] == '+') {
		d.negative = s[0] == '-'
		s = s[1:]
	}
	mantissa, exponent, hasExponent := s, "", false
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent, hasExponent = s[:i], s[i+1:], true
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole == "" && fraction == "" {
		return d, ErrNotANumber
	}

	zeros, tooMany := 0, false // zeros seen since the last other digit
	add := func(digits string, inFraction bool) bool {
		for i := range len(digits) {
			c := digits[i]
			if c < '0' || c > '9' {
				return false
			}
			if c == '0' && d.n == 0 {
				if inFraction {
					d.exp--
				}
				continue
			}
			if !inFraction {
				d.exp++
			}
			if c == '0' {
				zeros++
				continue
			}
			if d.n+zeros >= maxDigits {
				tooMany = true
				continue
			}
			d.n += zeros
			zeros = 0
			d.digits[d.n] = c - '0'
			d.n++
		}
		return true
	}
	if !add(whole, false) || !add(fraction, true) {
		return d, ErrNotANumber
	}
	if hasExponent {
		e, ok := parseExponent(exponent)
		if !ok {
			return d, ErrNotANumber
		}
		d.exp += e
	}
	switch magnitude := d.exp - 1; {
	case d.n == 0:
		return decimal{}, nil
	case magnitude > maxMagnitude:
		return d, ErrOverflow
	case magnitude < minMagnitude:
		return d, ErrUnderflow
	case tooMany:
		return d, ErrPrecision
	}
	return d, nil
}

// parseExponent reads a signed integer, and stops counting where it is out of
// any range.
func parseExponent(s string) (int, bool) {
	sign := 1
	if s != "" && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	if s == "" {
		return 0, false
	}
	e := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		e = min(e*10+int(s[i]-'0'), maxExponent10)
	}
	return sign * e, true
}

func (d *decimal) appendTo(dst []byte) []byte {
	if d.n == 0 {
		return append(dst, zeroByte)
	}
	e := (d.exp + 1) >> 1 // rounds up, for negative exponents too
	start := 0            // an odd exponent leaves the first pair with one digit
	if d.exp&1 != 0 {
		start = -1
	}
	if d.negative {
		dst = append(dst, byte(0x7f-(e+exponentBias)))
	} else {
		dst = append(dst, byte(zeroByte+e+exponentBias))
	}
	pairs := 0
	for i := start; i < d.n; i += 2 {
		var pair byte
		if i >= 0 {
			pair = d.digits[i] * 10
		}
		if i+1 < d.n {
			pair += d.digits[i+1]
		}
		if d.negative {
			pair = 101 - pair
		} else {
			pair++
		}
		dst = append(dst, pair)
		pairs++
	}
	if d.negative && pairs < maxPairs {
		dst = append(dst, negativeEnd)
	}
	return dst
}

// decodeDecimal reads the order-preserving form. Damaged bytes give some number.
func decodeDecimal(b []byte) decimal {
	var d decimal
	if len(b) < 2 {
		return d
	}
	head, pairs := b[0], b[1:]
	d.negative = head < zeroByte
	e := int(head) - zeroByte - exponentBias
	if d.negative {
		e = 0x7f - int(head) - exponentBias
		if pairs[len(pairs)-1] == negativeEnd {
			pairs = pairs[:len(pairs)-1]
		}
	}
	d.exp = 2 * e
	put := func(digit byte) {
		switch {
		case d.n == 0 && digit == 0:
			d.exp--
		case d.n < maxDigits:
			d.digits[d.n] = digit
			d.n++
		}
	}
	for _, p := range pairs {
		pair := p - 1
		if d.negative {
			pair = 101 - p
		}
		put(pair / 10 % 10)
		put(pair % 10)
	}
	for d.n > 0 && d.digits[d.n-1] == 0 {
		d.n--
	}
	if d.n == 0 {
		return decimal{}
	}
	return d
}

// FormatNumber returns the normal form of a number, as AWS answers it: plain
// decimal digits without exponent, plus sign or needless zeros.
func FormatNumber(payload []byte) string {
	return string(AppendFormat(make([]byte, 0, 24), payload))
}

// AppendFormat appends what FormatNumber returns.
func AppendFormat(dst, payload []byte) []byte {
	d := decodeDecimal(payload)
	if d.n == 0 {
		return append(dst, '0')
	}
	if d.negative {
		dst = append(dst, '-')
	}
	if d.exp <= 0 {
		dst = append(dst, '0', '.')
		for range -d.exp {
			dst = append(dst, '0')
		}
	}
	for i := range d.n {
		if i > 0 && i == d.exp {
			dst = append(dst, '.')
		}
		dst = append(dst, '0'+d.digits[i])
	}
	for range d.exp - d.n {
		dst = append(dst, '0')
	}
	return dst
}
