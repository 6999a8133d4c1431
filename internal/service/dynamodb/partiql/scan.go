package partiql

import (
	"math"
	"strconv"
	"strings"
)

// numberLength returns how many bytes of s are a number, which has to have an
// exponent and a scale of 32 bits.
func numberLength(s string) (n int, ok bool) {
	n = span(s, isDigit)
	fraction := 0
	if n < len(s) && s[n] == '.' {
		fraction = span(s[n+1:], isDigit)
		n += 1 + fraction
	}
	if n == len(s) || s[n] != 'e' && s[n] != 'E' {
		return n, true
	}
	start := n + 1
	digits := start
	if digits < len(s) && (s[digits] == '+' || s[digits] == '-') {
		digits++
	}
	n = digits + span(s[digits:], isDigit)
	if n == digits {
		return 0, false
	}
	exponent, err := strconv.ParseInt(s[start:n], 10, 32)
	scale := int64(fraction) - exponent
	return n, err == nil && scale <= math.MaxInt32 && scale >= math.MinInt32
}

// quoted reads a text between two equal quotes. Within it the quote is doubled.
func quoted(s string) (text string, n int, ok bool) {
	quote := s[:1]
	for i := 1; ; {
		end := strings.Index(s[i:], quote)
		if end < 0 {
			return "", 0, false
		}
		i += end + 1
		if strings.HasPrefix(s[i:], quote) {
			i++
			continue
		}
		text = s[1 : i-1]
		if strings.Contains(text, quote) {
			text = strings.ReplaceAll(text, quote+quote, quote)
		}
		return text, i, true
	}
}

// ionLength returns how many bytes a literal in backticks takes. Ion's own
// strings may have backticks within them.
func ionLength(s string) (n int, ok bool) {
	inside := byte(0)
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case inside != 0 && c == '\\':
			i++
		case inside != 0:
			if c == inside {
				inside = 0
			}
		case c == '"' || c == '\'':
			inside = c
		case c == '`':
			return i + 1, true
		}
	}
	return 0, false
}

// span counts the bytes at the start of s that belong.
func span(s string, belongs func(byte) bool) int {
	n := 0
	for n < len(s) && belongs(s[n]) {
		n++
	}
	return n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isNameStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '$'
}

func isNamePart(c byte) bool { return isNameStart(c) || isDigit(c) }
