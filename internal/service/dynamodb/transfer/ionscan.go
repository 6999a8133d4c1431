package transfer

import (
	"bytes"
)

// ionToken is a kind of token: a punctuation mark is itself.
type ionToken rune

const (
	ionString ionToken = -1 - iota // value is the text
	ionSymbol                      // value is the text, quoted tells how it stood there
	ionNumber                      // an integer or a decimal; value is its text, with e for its exponent
	ionBlob                        // value is its base64, without blanks
)

// ionScanner takes the text of one record apart into tokens. All of the text
// is in memory, so there is nothing to bound; it nests nothing itself.
type ionScanner struct {
	text   []byte
	at     int // behind the current token
	token  ionToken
	value  string
	quoted bool
	buf    []byte // of a quoted text; reused
}

// rest is the text behind the current token and what does not count there.
func (s *ionScanner) rest() []byte {
	s.blank() // a comment without its end shows at the next token
	return s.text[s.at:]
}

// next reads a token. The end of the text is an error: a record ends with the
// brace that its frame ended with.
func (s *ionScanner) next() error {
	if !s.blank() || s.at == len(s.text) {
		return errSyntax
	}
	rest := s.text[s.at:]
	switch c := rest[0]; {
	case bytes.HasPrefix(rest, []byte("{{")):
		return s.blob()
	case bytes.IndexByte([]byte("{}[],:"), c) >= 0:
		s.token = ionToken(c)
		s.at++
		return nil
	case c == '"':
		s.at++
		s.token = ionString
		return s.short(`"`)
	case bytes.HasPrefix(rest, []byte("'''")):
		return s.long()
	case c == '\'':
		s.at++
		s.token, s.quoted = ionSymbol, true
		return s.short(`'`)
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	case isIdentifierByte(c, false):
		return s.identifier()
	}
	return errSyntax
}

// blank steps over white space and comments. It reports whether all comments
// have an end.
func (s *ionScanner) blank() bool {
	for s.at < len(s.text) {
		rest := s.text[s.at:]
		switch {
		case bytes.IndexByte([]byte(" \t\n\r\v\f"), rest[0]) >= 0:
			s.at++
		case bytes.HasPrefix(rest, []byte("//")):
			end := bytes.IndexByte(rest, '\n')
			if end < 0 {
				return false
			}
			s.at += end
		case bytes.HasPrefix(rest, []byte("/*")):
			end := bytes.Index(rest[2:], []byte("*/"))
			if end < 0 {
				return false
			}
			s.at += 2 + end + 2
		default:
			return true
		}
	}
	return true
}

// identifier reads a bare symbol, and with null the type that may follow it.
func (s *ionScanner) identifier() error {
	end := s.at
	for end < len(s.text) && isIdentifierByte(s.text[end], true) {
		end++
	}
	s.token, s.quoted, s.value = ionSymbol, false, string(s.text[s.at:end])
	if s.value == "null" && end < len(s.text) && s.text[end] == '.' {
		for end++; end < len(s.text) && isIdentifierByte(s.text[end], true); end++ {
		}
	}
	s.at = end
	return nil
}

// number reads an integer or a decimal. What else begins with a digit, floats
// and timestamps, has no meaning in DynamoDB.
func (s *ionScanner) number() error {
	end := s.at + 1
	for end < len(s.text) && bytes.IndexByte([]byte("0123456789.dD+-_eETxXbB:Z"), s.text[end]) >= 0 {
		end++
	}
	text := s.text[s.at:end]
	s.at = end
	digits := bytes.TrimPrefix(text, []byte("-"))
	n := countDigits(digits)
	if n == 0 || n > 1 && digits[0] == '0' {
		return errSyntax
	}
	digits = digits[n:]
	if len(digits) > 0 && digits[0] == '.' {
		digits = digits[1:]
		digits = digits[countDigits(digits):]
	}
	if len(digits) > 0 && (digits[0] == 'd' || digits[0] == 'D') {
		digits = digits[1:]
		if len(digits) > 0 && (digits[0] == '+' || digits[0] == '-') {
			digits = digits[1:]
		}
		if countDigits(digits) == 0 {
			return errSyntax
		}
		digits = digits[countDigits(digits):]
	}
	if len(digits) > 0 {
		return errMapping
	}
	s.token, s.value = ionNumber, decimalText(text)
	return nil
}

// decimalText writes a decimal of Ion as other numbers are written: the letter
// of its exponent is e, and nothing stands between its digits.
func decimalText(decimal []byte) string {
	text := make([]byte, 0, len(decimal))
	for _, c := range decimal {
		switch c {
		case '_':
		case 'd', 'D':
			text = append(text, 'e')
		default:
			text = append(text, c)
		}
	}
	return string(text)
}

// countDigits counts the digits that b begins with; single underscores may
// stand between them.
func countDigits(b []byte) int {
	n := 0
	for n < len(b) {
		switch {
		case b[n] >= '0' && b[n] <= '9':
			n++
		case b[n] == '_' && n > 0 && n+1 < len(b) && b[n+1] >= '0' && b[n+1] <= '9':
			n++
		default:
			return n
		}
	}
	return n
}

// blob reads base64 between double braces, with blanks anywhere.
func (s *ionScanner) blob() error {
	rest := s.text[s.at+2:]
	end := bytes.Index(rest, []byte("}}"))
	if end < 0 {
		return errSyntax
	}
	s.at += 2 + end + 2
	s.token, s.value = ionBlob, string(bytes.Join(bytes.Fields(rest[:end]), nil))
	return nil
}
