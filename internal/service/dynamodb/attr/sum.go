package attr

import (
	"math/big"
	"strings"
)

// Add returns the number v+w, exactly. A sum that needs more than 38 digits is
// an overflow: DynamoDB does not round.
func Add(v, w Value) (Value, error) { return sum(v, w, false) }

// Subtract returns the number v-w, exactly.
func Subtract(v, w Value) (Value, error) { return sum(v, w, true) }

func sum(v, w Value, negate bool) (Value, error) {
	a, b := decodeDecimal(v.Payload()), decodeDecimal(w.Payload())
	if negate {
		b.negative = !b.negative
	}
	low := min(a.exp-a.n, b.exp-b.n) // the power of ten of the last digit
	total := a.scaled(low)
	total.Add(total, b.scaled(low))

	digits := strings.TrimRight(new(big.Int).Abs(total).String(), "0")
	d := decimal{negative: total.Sign() < 0, n: len(digits)}
	if d.n == 0 {
		return NumberOf(0), nil
	}
	d.exp = low + len(new(big.Int).Abs(total).String())
	switch {
	case d.n > maxDigits || d.exp-1 > maxMagnitude:
		return nil, ErrOverflow
	case d.exp-1 < minMagnitude:
		return nil, ErrUnderflow
	}
	for i := range d.n {
		d.digits[i] = digits[i] - '0'
	}
	return numberValue(d.appendTo(nil)), nil
}

// scaled returns d as an integer in units of 10^low.
func (d *decimal) scaled(low int) *big.Int {
	text := make([]byte, 0, maxDigits+1)
	text = append(text, '0')
	for i := range d.n {
		text = append(text, '0'+d.digits[i])
	}
	n, _ := new(big.Int).SetString(string(text), 10)
	if d.n > 0 {
		n.Mul(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.exp-d.n-low)), nil))
	}
	if d.negative {
		n.Neg(n)
	}
	return n
}
