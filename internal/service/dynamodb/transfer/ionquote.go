package transfer

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// long reads a string between triple quotes, and those that follow it at once:
// they are one string.
func (s *ionScanner) long() error {
	s.token = ionString
	s.buf = s.buf[:0]
	for bytes.HasPrefix(s.rest(), []byte("'''")) {
		s.at += 3
		if err := s.quote(`'''`); err != nil {
			return err
		}
	}
	return s.quotation()
}

// short reads a text to its closing quote.
func (s *ionScanner) short(closing string) error {
	s.buf = s.buf[:0]
	if err := s.quote(closing); err != nil {
		return err
	}
	return s.quotation()
}

// quotation makes the text that was read the value of the token.
func (s *ionScanner) quotation() error {
	if !utf8.Valid(s.buf) {
		return errSyntax
	}
	s.value = string(s.buf)
	return nil
}

// quote reads to the closing quote, and appends the text to s.buf.
func (s *ionScanner) quote(closing string) error {
	for {
		rest := s.text[s.at:]
		if len(rest) == 0 {
			return errSyntax
		}
		switch c := rest[0]; {
		case bytes.HasPrefix(rest, []byte(closing)):
			s.at += len(closing)
			return nil
		case c == '\\':
			n, escaped, ok := unescape(rest)
			if !ok {
				return errSyntax
			}
			s.at += n
			s.buf = append(s.buf, escaped...)
		case c == '\n' && len(closing) == 1, c < ' ' && bytes.IndexByte([]byte("\t\n\r\v\f"), c) < 0:
			return errSyntax
		default:
			s.at++
			s.buf = append(s.buf, c)
		}
	}
}

// unescape reads the escape that b begins with, of n bytes.
func unescape(b []byte) (n int, text string, ok bool) {
	if len(b) < 2 {
		return 0, "", false
	}
	switch c := b[1]; c {
	case '0':
		return 2, "\x00", true
	case 'a':
		return 2, "\a", true
	case 'b':
		return 2, "\b", true
	case 't':
		return 2, "\t", true
	case 'n':
		return 2, "\n", true
	case 'f':
		return 2, "\f", true
	case 'r':
		return 2, "\r", true
	case 'v':
		return 2, "\v", true
	case '"', '\'', '?', '\\', '/':
		return 2, string(rune(c)), true
	case '\n': // the line goes on
		return 2, "", true
	case 'x':
		return unescapeHex(b, 2)
	case 'u':
		return unescapeHex(b, 4)
	case 'U':
		return unescapeHex(b, 8)
	}
	return 0, "", false
}

// unescapeHex reads a character that is written by its number in hexadecimal
// digits. Two halves of one character may follow each other.
func unescapeHex(b []byte, digits int) (n int, text string, ok bool) {
	r, ok := hexRune(b, digits)
	if !ok {
		return 0, "", false
	}
	n = 2 + digits
	if digits == 4 && utf16.IsSurrogate(r) && bytes.HasPrefix(b[n:], []byte(`\u`)) {
		if low, ok := hexRune(b[n:], digits); ok {
			r, n = utf16.DecodeRune(r, low), 2*n
		}
	}
	if !utf8.ValidRune(r) {
		return 0, "", false
	}
	return n, string(r), true
}

func hexRune(b []byte, digits int) (rune, bool) {
	if len(b) < 2+digits {
		return 0, false
	}
	r, err := strconv.ParseUint(string(b[2:2+digits]), 16, 32)
	return rune(r), err == nil && r <= utf8.MaxRune
}
