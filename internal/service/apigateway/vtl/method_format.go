package vtl

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"cloudless/internal/service/apigateway/value"
)

// maxWidth bounds width and precision of what String.format writes.
const maxWidth = 10_000

// specifier is one part of a format: %[index$][flags][width][.precision]conversion.
type specifier struct {
	index            string // "3$", "<" for that of the part before, or ""
	flags            string
	width, precision int // -1 where there is none
	conversion       byte
}

func (s *specifier) has(flag byte) bool { return strings.IndexByte(s.flags, flag) >= 0 }

var specifiers = regexp.MustCompile(`^%(\d+\$)?([-#+ 0,(<]*)(\d+)?(\.\d+)?([a-zA-Z%])`)

// errFormat is what Java's Formatter throws, in one of many exceptions.
func errFormat(what string) error {
	return fmt.Errorf("java.util.IllegalFormatException: %s", shorten(what))
}

// format is String.format, for the conversions b, h, s, c, d, o, x, e, f, g, % and
// n. An array of objects in place of the arguments stands for them.
func format(x *invocation) (Value, error) {
	f, args := x.str(0), x.args[1:]
	if len(args) == 1 {
		if l, ok := args[0].(*value.List); ok && l.Kind() == value.Array && !converts('r', l) {
			args = l.Elems()
		}
	}
	var out strings.Builder
	next, last := 0, -1
	for len(f) > 0 {
		at := strings.IndexByte(f, '%')
		if at < 0 {
			at = len(f)
		}
		text := f[:at]
		f = f[at:]
		if f != "" {
			s, rest, err := parseSpecifier(f)
			if err != nil {
				return nil, err
			}
			f = rest
			written, err := x.formatOne(s, args, &next, &last)
			if err != nil {
				return nil, err
			}
			text += written
		}
		if err := x.r.alloc(len(text)); err != nil {
			return nil, err
		}
		out.WriteString(text)
	}
	return out.String(), nil
}

func parseSpecifier(f string) (*specifier, string, error) {
	m := specifiers.FindStringSubmatch(f)
	if m == nil {
		return nil, "", errFormat("no conversion in " + f)
	}
	s := &specifier{index: m[1], flags: m[2], width: -1, precision: -1, conversion: m[5][0]}
	if s.has('<') {
		s.index, s.flags = "<", strings.ReplaceAll(s.flags, "<", "")
	}
	for i := range s.flags {
		if strings.IndexByte(s.flags[i+1:], s.flags[i]) >= 0 {
			return nil, "", errFormat("flags " + s.flags)
		}
	}
	for _, n := range []struct {
		text string
		to   *int
	}{{m[3], &s.width}, {strings.TrimPrefix(m[4], "."), &s.precision}} {
		if n.text == "" {
			continue
		}
		v, err := strconv.Atoi(n.text)
		if err != nil || v > maxWidth {
			return nil, "", errFormat("a width or precision of more than " + strconv.Itoa(maxWidth))
		}
		*n.to = v
	}
	if s.width < 0 && (s.has('-') || s.has('0')) {
		return nil, "", errFormat("no width in " + m[0])
	}
	if s.has('-') && s.has('0') || s.has('+') && s.has(' ') {
		return nil, "", errFormat("flags " + s.flags)
	}
	return s, f[len(m[0]):], nil
}

// formatOne writes one part. next and last are the indexes of the next argument
// and of the last one.
func (x *invocation) formatOne(s *specifier, args []Value, next, last *int) (string, error) {
	switch s.conversion {
	case 'n':
		if s.width >= 0 || s.precision >= 0 || s.flags != "" {
			return "", errFormat("a width or flags of %n")
		}
		return "\n", nil
	case '%':
		if s.precision >= 0 || strings.Trim(s.flags, "-") != "" {
			return "", errFormat("flags " + s.flags + " of %%")
		}
		return s.pad("%"), nil
	}
	at := *next
	switch {
	case s.index == "<":
		at = *last
	case s.index != "":
		n, err := strconv.Atoi(strings.TrimSuffix(s.index, "$"))
		if err != nil {
			n = math.MaxInt32
		}
		if at = n - 1; n == 0 { // which Java takes for none
			at, *next = *next, *next+1
		}
	default:
		*next++
	}
	if at < 0 || at >= len(args) {
		return "", errFormat("no argument for %" + string(s.conversion))
	}
	*last = at
	return x.convert(s, args[at])
}

// convert writes an argument as its conversion says.
func (x *invocation) convert(s *specifier, v Value) (string, error) {
	lower := s.conversion | 0x20
	if lower != s.conversion && strings.IndexByte("BHSCXEG", s.conversion) < 0 {
		return "", errFormat("the conversion " + string(s.conversion))
	}
	text, err := "", error(nil)
	switch lower {
	case 'b', 'h', 's', 'c':
		text, err = x.general(s, lower, v)
	case 'd', 'o', 'x':
		text, err = s.integral(lower, v)
	case 'e', 'f', 'g':
		text, err = s.decimal(lower, v)
	default:
		err = errFormat("the conversion " + string(s.conversion))
	}
	if err != nil {
		return "", err
	}
	if lower != s.conversion {
		text = strings.ToUpper(text)
	}
	return s.pad(text), nil
}

// pad fills up to the width with blanks.
func (s *specifier) pad(text string) string {
	blanks := strings.Repeat(" ", max(0, s.width-value.Len16(text)))
	if s.has('-') {
		return text + blanks
	}
	return blanks + text
}

// general is %b, %h, %s and %c.
func (x *invocation) general(s *specifier, conversion byte, v Value) (string, error) {
	if strings.Trim(s.flags, "-") != "" {
		return "", errFormat("flags " + s.flags + " of %" + string(conversion))
	}
	var text string
	switch {
	case conversion == 'b':
		set, isBool := v.(bool)
		text = strconv.FormatBool(isBool && set || !isBool && v != nil)
	case v == nil:
		text = "null"
	case conversion == 'h':
		left := x.r.budget()
		text = strconv.FormatUint(uint64(uint32(value.Hash(v, &left))), 16)
		if err := x.r.spent(left); err != nil {
			return "", err
		}
	case conversion == 'c':
		switch v := v.(type) {
		case value.Char:
			text = v.String()
		case int32:
			if v < 0 || v > 0x10ffff {
				return "", errFormat("a character of that number")
			}
			text = string(v)
		default:
			return "", errFormat("%c of " + className(v))
		}
	default:
		printed, ok, err := x.r.toString(v)
		if err != nil {
			return "", err
		}
		if text = printed; !ok {
			text = "null"
		}
	}
	if s.precision >= 0 && conversion == 'c' {
		return "", errFormat("a precision of %c")
	}
	return s.cut(text), nil
}

// cut shortens a text to the precision.
func (s *specifier) cut(text string) string {
	if s.precision < 0 {
		return text
	}
	u := unitsOf(text)
	return u.slice(0, min(s.precision, u.len()))
}
