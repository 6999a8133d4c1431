package mapping

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// escapeJavaScript escapes s for a string in JavaScript, as Apache Commons Lang
// does: both kinds of quotes, the backslash, the slash, control characters, and
// everything beyond ASCII. What it makes of a single quote is no JSON.
func escapeJavaScript(s string) string {
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	for _, r := range s {
		switch r {
		case '\'', '"', '\\', '/':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\b':
			b.WriteString(`\b`)
		case '\f':
			b.WriteString(`\f`)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		default:
			escapeRune(&b, r)
		}
	}
	return b.String()
}

func escapeRune(b *strings.Builder, r rune) {
	switch {
	case r > 0xffff:
		hi, lo := utf16.EncodeRune(r)
		fmt.Fprintf(b, `\u%04X\u%04X`, hi, lo)
	case r < ' ' || r > 0x7f:
		fmt.Fprintf(b, `\u%04X`, r)
	default:
		b.WriteRune(r)
	}
}

// urlEncode encodes s as a value in a form: a blank is "+", and of the rest
// letters, digits and .-*_ stay.
func urlEncode(s string) string {
	var b strings.Builder
	b.Grow(len(s) + len(s)/4)
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte(".-*_", c) >= 0:
			b.WriteByte(c)
		case c == ' ':
			b.WriteByte('+')
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// urlDecode undoes urlEncode. A broken escape is an error; bytes that are no UTF-8
// become U+FFFD.
func urlDecode(s string) (string, error) {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '+':
			b = append(b, ' ')
		case '%':
			hi, lo := -1, -1
			if i+2 < len(s) {
				hi, lo = hexDigit(s[i+1]), hexDigit(s[i+2])
			}
			if hi < 0 || lo < 0 {
				return "", fmt.Errorf("java.lang.IllegalArgumentException: URLDecoder: illegal escape at offset %d", i)
			}
			b = append(b, byte(hi<<4|lo))
			i += 2
		default:
			b = append(b, s[i])
		}
	}
	return strings.ToValidUTF8(string(b), "\uFFFD"), nil
}

// hexDigit returns the value of a hexadecimal digit, or -1.
func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
