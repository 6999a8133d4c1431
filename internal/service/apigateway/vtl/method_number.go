package vtl

import (
	"fmt"
	"maps"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"unicode"

	"cloudless/internal/service/apigateway/value"
)

// numberMethods are those of java.lang.Number. The classes of the single types add
// their own, among them the static ones: a template that has any Integer at hand
// can call its parseInt.
var numberMethods = class{
	"intValue":    {{"", func(x *invocation) (Value, error) { return intValue(x.recv), nil }}},
	"longValue":   {{"", func(x *invocation) (Value, error) { return longValue(x.recv), nil }}},
	"doubleValue": {{"", func(x *invocation) (Value, error) { return doubleValue(x.recv), nil }}},
	"floatValue":  {{"", func(x *invocation) (Value, error) { return float64(float32(doubleValue(x.recv))), nil }}},
	"shortValue":  {{"", func(x *invocation) (Value, error) { return int32(int16(intValue(x.recv))), nil }}},
	"byteValue":   {{"", func(x *invocation) (Value, error) { return int32(int8(intValue(x.recv))), nil }}},
}

func numbers(more class) class { return joined(numberMethods, more) }

// joined is a class with the methods of two; those of the second go first.
func joined(a, b class) class {
	c := maps.Clone(a)
	maps.Copy(c, b)
	return c
}

var integerMethods = numbers(class{
	"parseInt":       {{"s", parseInt(32)}, {"si", parseInt(32)}},
	"valueOf":        {{"i", func(x *invocation) (Value, error) { return x.args[0], nil }}, {"s", parseInt(32)}, {"si", parseInt(32)}},
	"decode":         {{"s", decode(32)}},
	"toString":       {{"", objectToString}, {"i", argToString}, {"ii", toRadix}},
	"toHexString":    {{"i", func(x *invocation) (Value, error) { return strconv.FormatUint(uint64(uint32(x.int(0))), 16), nil }}},
	"toOctalString":  {{"i", func(x *invocation) (Value, error) { return strconv.FormatUint(uint64(uint32(x.int(0))), 8), nil }}},
	"toBinaryString": {{"i", func(x *invocation) (Value, error) { return strconv.FormatUint(uint64(uint32(x.int(0))), 2), nil }}},
	"compareTo":      {{"i", func(x *invocation) (Value, error) { return int32(compareNumbers(x.recv, x.args[0])), nil }}},
	"compare":        {{"ii", func(x *invocation) (Value, error) { return int32(compareNumbers(x.args[0], x.args[1])), nil }}},
	"max":            {{"ii", func(x *invocation) (Value, error) { return int32(max(x.int(0), x.int(1))), nil }}},
	"min":            {{"ii", func(x *invocation) (Value, error) { return int32(min(x.int(0), x.int(1))), nil }}},
	"sum":            {{"ii", func(x *invocation) (Value, error) { return int32(x.int(0)) + int32(x.int(1)), nil }}},
	"signum":         {{"i", func(x *invocation) (Value, error) { return int32(sign(x.int(0) < 0, x.int(0) > 0)), nil }}},
	"bitCount":       {{"i", func(x *invocation) (Value, error) { return int32(bits.OnesCount32(uint32(x.int(0)))), nil }}},
})

var longMethods = numbers(class{
	"parseLong":   {{"s", parseInt(64)}, {"si", parseInt(64)}},
	"valueOf":     {{"l", func(x *invocation) (Value, error) { return longValue(x.args[0]), nil }}, {"s", parseInt(64)}, {"si", parseInt(64)}},
	"decode":      {{"s", decode(64)}},
	"toString":    {{"", objectToString}, {"l", argToString}},
	"toHexString": {{"l", func(x *invocation) (Value, error) { return strconv.FormatUint(uint64(longValue(x.args[0])), 16), nil }}},
	"compareTo":   {{"l", func(x *invocation) (Value, error) { return int32(compareNumbers(x.recv, x.args[0])), nil }}},
	"compare":     {{"ll", func(x *invocation) (Value, error) { return int32(compareNumbers(x.args[0], x.args[1])), nil }}},
	"max":         {{"ll", func(x *invocation) (Value, error) { return max(longValue(x.args[0]), longValue(x.args[1])), nil }}},
	"min":         {{"ll", func(x *invocation) (Value, error) { return min(longValue(x.args[0]), longValue(x.args[1])), nil }}},
	"sum":         {{"ll", func(x *invocation) (Value, error) { return longValue(x.args[0]) + longValue(x.args[1]), nil }}},
	"signum": {{"l", func(x *invocation) (Value, error) {
		n := longValue(x.args[0])
		return int32(sign(n < 0, n > 0)), nil
	}}},
	"bitCount":       {{"l", func(x *invocation) (Value, error) { return int32(bits.OnesCount64(uint64(longValue(x.args[0])))), nil }}},
	"toOctalString":  {{"l", func(x *invocation) (Value, error) { return strconv.FormatUint(uint64(longValue(x.args[0])), 8), nil }}},
	"toBinaryString": {{"l", func(x *invocation) (Value, error) { return strconv.FormatUint(uint64(longValue(x.args[0])), 2), nil }}},
})

var doubleMethods = numbers(class{
	"parseDouble": {{"s", parseDouble}},
	"valueOf":     {{"n", func(x *invocation) (Value, error) { return doubleValue(x.args[0]), nil }}, {"s", parseDouble}},
	"toString":    {{"", objectToString}, {"n", func(x *invocation) (Value, error) { return value.String(doubleValue(x.args[0])), nil }}},
	"isNaN":       {{"", func(x *invocation) (Value, error) { return math.IsNaN(x.recv.(float64)), nil }}, {"n", func(x *invocation) (Value, error) { return math.IsNaN(doubleValue(x.args[0])), nil }}},
	"isInfinite":  {{"", func(x *invocation) (Value, error) { return math.IsInf(x.recv.(float64), 0), nil }}},
	"compareTo":   {{"n", func(x *invocation) (Value, error) { return int32(compareNumbers(x.recv, x.args[0])), nil }}},
	"compare": {{"nn", func(x *invocation) (Value, error) {
		return int32(compareNumbers(doubleValue(x.args[0]), doubleValue(x.args[1]))), nil
	}}},
	"max": {{"nn", func(x *invocation) (Value, error) {
		return math.Max(doubleValue(x.args[0]), doubleValue(x.args[1])), nil
	}}},
	"min": {{"nn", func(x *invocation) (Value, error) {
		return math.Min(doubleValue(x.args[0]), doubleValue(x.args[1])), nil
	}}},
	"sum": {{"nn", func(x *invocation) (Value, error) { return doubleValue(x.args[0]) + doubleValue(x.args[1]), nil }}},
})

var booleanMethods = class{
	"compareTo": {{"z", func(x *invocation) (Value, error) {
		return int32(sign(!x.recv.(bool) && x.args[0].(bool), x.recv.(bool) && !x.args[0].(bool))), nil
	}}},
	"booleanValue": {{"", func(x *invocation) (Value, error) { return x.recv, nil }}},
	"parseBoolean": {{"s", parseBoolean}},
	"valueOf":      {{"s", parseBoolean}},
}

var characterMethods = class{
	"charValue":       {{"", func(x *invocation) (Value, error) { return x.recv, nil }}},
	"isDigit":         {{"h", onChar(unicode.IsDigit)}},
	"isLetter":        {{"h", onChar(unicode.IsLetter)}},
	"isLetterOrDigit": {{"h", onChar(func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })}},
	"isUpperCase":     {{"h", onChar(unicode.IsUpper)}},
	"isLowerCase":     {{"h", onChar(unicode.IsLower)}},
	"isWhitespace":    {{"h", onChar(javaSpace)}},
	"toUpperCase": {{"h", func(x *invocation) (Value, error) {
		return value.Char(unicode.ToUpper(rune(x.args[0].(value.Char)))), nil
	}}},
	"toLowerCase": {{"h", func(x *invocation) (Value, error) {
		return value.Char(unicode.ToLower(rune(x.args[0].(value.Char)))), nil
	}}},
	"getNumericValue": {{"h", func(x *invocation) (Value, error) {
		n, err := strconv.ParseInt(x.args[0].(value.Char).String(), 36, 32)
		if err != nil {
			return int32(-1), nil
		}
		return int32(n), nil
	}}},
	"compareTo": {{"h", func(x *invocation) (Value, error) {
		return int32(x.recv.(value.Char)) - int32(x.args[0].(value.Char)), nil
	}}},
}

func onChar(f func(rune) bool) func(*invocation) (Value, error) {
	return func(x *invocation) (Value, error) { return f(rune(x.args[0].(value.Char))), nil }
}

func objectToString(x *invocation) (Value, error) { return value.String(x.recv), nil }
func argToString(x *invocation) (Value, error)    { return value.String(x.args[0]), nil }

func toRadix(x *invocation) (Value, error) {
	radix := x.int(1)
	if radix < 2 || radix > 36 {
		radix = 10
	}
	return strconv.FormatInt(int64(x.int(0)), radix), nil
}

func notANumber(s string) error {
	return fmt.Errorf("java.lang.NumberFormatException: For input string: %q", shorten(s))
}

// parseInt is Integer.parseInt or Long.parseLong, by the number of bits.
func parseInt(bits int) func(*invocation) (Value, error) {
	return func(x *invocation) (Value, error) {
		radix := 10
		if len(x.args) > 1 {
			radix = x.int(1)
		}
		if radix < 2 || radix > 36 || strings.Contains(x.str(0), "_") {
			return nil, notANumber(x.str(0))
		}
		return ofBits(x.str(0), radix, bits)
	}
}

// decode reads 0x, # and 0 in front of the digits as their base.
func decode(bits int) func(*invocation) (Value, error) {
	return func(x *invocation) (Value, error) {
		s := x.str(0)
		signed := strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+")
		head, digits := "", s
		if signed {
			head, digits = s[:1], s[1:]
		}
		radix := 10
		for _, p := range [...]struct {
			prefix string
			radix  int
		}{{"0x", 16}, {"0X", 16}, {"#", 16}, {"0", 8}} {
			if rest, ok := strings.CutPrefix(digits, p.prefix); ok && rest != "" {
				digits, radix = rest, p.radix
				break
			}
		}
		return ofBits(head+digits, radix, bits)
	}
}

func ofBits(s string, radix, bits int) (Value, error) {
	n, err := strconv.ParseInt(s, radix, bits)
	if err != nil {
		return nil, notANumber(s)
	}
	if bits == 32 {
		return int32(n), nil
	}
	return n, nil
}

// parseDouble is Double.parseDouble: white space around, a d or f behind.
func parseDouble(x *invocation) (Value, error) {
	s := strings.TrimFunc(x.str(0), func(r rune) bool { return r <= ' ' })
	switch strings.TrimLeft(s, "+-") {
	case "NaN", "Infinity":
	default:
		s = strings.TrimRight(s, "dDfF")
		if strings.ContainsAny(s, "_xXnNiIpP") {
			return nil, notANumber(x.str(0))
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		return nil, notANumber(x.str(0))
	}
	return f, nil
}

func parseBoolean(x *invocation) (Value, error) { return strings.EqualFold(x.str(0), "true"), nil }
