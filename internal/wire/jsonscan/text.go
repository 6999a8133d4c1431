package jsonscan

import (
	"encoding/base64"
	"encoding/binary"
	"math/bits"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// String reads a string.
func (s *Scanner) String() string {
	raw, plain := s.quoted()
	if !plain {
		raw = s.unescape(raw)
	}
	return string(raw)
}

// StringPointer reads a string, and returns where it is.
func (s *Scanner) StringPointer() *string { return new(s.String()) }

// Key reads the key of a map and the colon behind it.
func (s *Scanner) Key() string {
	key := s.String()
	s.colon()
	return key
}

// Blob reads a binary in base64. It returns no nil slice.
func (s *Scanner) Blob() []byte {
	raw, plain := s.quoted()
	if !plain {
		raw = s.unescape(raw)
	}
	data := make([]byte, base64.StdEncoding.DecodedLen(len(raw)))
	n, err := base64.StdEncoding.Decode(data, raw)
	if err != nil {
		s.Fail()
	}
	return data[:n]
}

// Enum reads a string that is one of the values, and returns that.
func (s *Scanner) Enum(values ...string) string {
	raw, plain := s.quoted()
	for _, v := range values {
		if plain && string(raw) == v {
			return v
		}
	}
	s.Fail()
	return ""
}

// quoted reads a string as it is written between its quotes. plain tells that
// it has no escapes.
func (s *Scanner) quoted() (raw []byte, plain bool) {
	s.space()
	if s.peek() != '"' {
		s.Fail()
		return nil, true
	}
	s.at++
	plain = true
	ascii := true
	for i := s.at; ; {
		i += special(s.text[i:])
		if i == len(s.text) {
			break
		}
		switch c := s.text[i]; {
		case c == '"':
			raw = s.text[s.at:i]
			s.at = i + 1
			if !ascii && !utf8.Valid(raw) {
				s.Fail()
			}
			return raw, plain
		case c == '\\' && i+1 < len(s.text):
			plain = false
			i += 2
			continue
		case c >= utf8.RuneSelf:
			ascii = false
			i++
			continue
		}
		break // a control character, or the end
	}
	s.Fail()
	return nil, true
}

// special returns how many bytes there are before the first that is not just a
// character of ASCII: a quote, a backslash, a control character or a part of a
// longer character. It looks at eight bytes at a time.
func special(text []byte) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	n := 0
	for ; len(text)-n >= 8; n += 8 {
		x := binary.LittleEndian.Uint64(text[n:])
		quote, escape := x^(ones*'"'), x^(ones*'\\')
		// A borrow spreads upwards only, so the lowest mark is right.
		marks := ((x-ones*' ')&^x | (quote-ones)&^quote | (escape-ones)&^escape | x) & highs
		if marks != 0 {
			return n + bits.TrailingZeros64(marks)/8
		}
	}
	for n < len(text) {
		if c := text[n]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return n
		}
		n++
	}
	return n
}

// unescape returns a string without its escapes.
func (s *Scanner) unescape(raw []byte) []byte {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); {
		c := raw[i]
		if c != '\\' {
			out = append(out, c)
			i++
			continue
		}
		i++ // there is a byte behind it: see quoted
		switch c := raw[i]; c {
		case '"', '\\', '/':
			out = append(out, c)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, size := unicodeEscape(raw[i+1:])
			if size == 0 {
				s.Fail()
				return nil
			}
			out = utf8.AppendRune(out, r)
			i += size
		default:
			s.Fail()
			return nil
		}
		i++
	}
	return out
}

// unicodeEscape reads the four digits of an escape, or the two escapes of a
// character beyond the first plane. It returns how much it has read behind the
// first "\u", 0 where it is none.
func unicodeEscape(raw []byte) (r rune, size int) {
	first, ok := fourDigits(raw)
	switch {
	case !ok:
		return 0, 0
	case !utf16.IsSurrogate(first):
		return first, 4
	case len(raw) < 10 || raw[4] != '\\' || raw[5] != 'u':
		return 0, 0
	}
	second, ok := fourDigits(raw[6:])
	if r = utf16.DecodeRune(first, second); !ok || r == utf8.RuneError {
		return 0, 0
	}
	return r, 10
}

func fourDigits(raw []byte) (rune, bool) {
	if len(raw) < 4 {
		return 0, false
	}
	for _, c := range raw[:4] {
		if !('0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f') {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(string(raw[:4]), 16, 16)
	return rune(n), err == nil
}
