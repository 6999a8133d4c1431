package schema

import (
	"math/big"
	"strconv"
	"strings"
)

// The bounds of a number: what is beyond them could be written in few bytes and
// take gigabytes to compute with.
const (
	maxDigits   = 400
	maxExponent = 400
)

// newNumber returns a number. It is an integer where it is written without
// fraction and exponent, as draft 4 has it.
func newNumber(text string) (*instance, error) {
	if len(text) > maxDigits {
		return nil, errBadNumber
	}
	i := strings.IndexAny(text, "eE")
	if i >= 0 {
		e, err := strconv.Atoi(text[i+1:])
		if err != nil || e > maxExponent || e < -maxExponent {
			return nil, errBadNumber
		}
	}
	if i >= 0 || strings.Contains(text, ".") {
		return &instance{kind: kindNumber, text: text}, nil
	}
	return &instance{kind: kindInteger, text: text}, nil
}

// number returns the exact value of a number.
func (v *instance) number() *big.Rat {
	r, ok := new(big.Rat).SetString(v.text)
	if !ok {
		return new(big.Rat) // newNumber lets none through that is none
	}
	return r
}

func (v *instance) isNumber() bool { return v.kind == kindInteger || v.kind == kindNumber }

// appendCanonical appends a text that is the same for equal values, and for
// them alone: 1 and 1.0 are equal, and so are objects in another order.
func appendCanonical(dst []byte, v *instance) []byte {
	switch v.kind {
	case kindInteger, kindNumber:
		return appendNumber(dst, v.text)
	case kindString:
		return strconv.AppendQuote(dst, v.text)
	case kindBoolean:
		return append(dst, v.text...)
	case kindNull:
		return append(dst, "null"...)
	case kindArray:
		dst = append(dst, '[')
		for _, item := range v.items {
			dst = append(appendCanonical(dst, item), ',')
		}
		return append(dst, ']')
	}
	dst = append(dst, '{')
	for _, name := range sortedNames(v) {
		dst = append(strconv.AppendQuote(dst, name), ':')
		dst = append(appendCanonical(dst, v.member(name)), ',')
	}
	return append(dst, '}')
}

// appendNumber is appendCanonical for numbers: their digits without zeros at
// either end, and an exponent. It is no longer than the number is written, which
// a text with all digits could be by far.
func appendNumber(dst []byte, text string) []byte {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	e, _ := strconv.Atoi(exponent) // newNumber lets none through that is none
	digits, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	e -= len(fraction)
	digits = strings.TrimLeft(whole+fraction, "0")
	short := strings.TrimRight(digits, "0")
	if e += len(digits) - len(short); short == "" {
		return append(dst, "n0"...)
	}
	dst = append(dst, 'n')
	if negative {
		dst = append(dst, '-')
	}
	return strconv.AppendInt(append(append(dst, short...), 'e'), int64(e), 10)
}
