package expr

import (
	"strings"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEOF    tokenKind = iota
	tokWord             // name, or a keyword
	tokName             // #name
	tokValue            // :value
	tokNumber           // digits without a leading zero
	tokSymbol           // ( ) [ ] . , = < > + - and the pairs <= >= <>
	tokOther            // a character that no grammar knows
)

// token is a piece of the text, from start up to, not including, end.
type token struct {
	kind       tokenKind
	start, end int
}

// lex cuts the text into tokens, the last of which is the end.
func lex(text string) []token {
	tokens := make([]token, 0, len(text)/3+2)
	for i := 0; i < len(text); {
		c := text[i]
		if isSpace(c) {
			i++
			continue
		}
		kind, n := tokOther, 1
		switch {
		case isLetter(c):
			kind, n = tokWord, span(text[i:], isWordPart)
		case c == '#' || c == ':':
			if n = 1 + span(text[i+1:], isWordPart); n > 1 {
				kind = tokName
				if c == ':' {
					kind = tokValue
				}
			}
		case c == '0':
			kind = tokNumber
		case isDigit(c):
			kind, n = tokNumber, span(text[i:], isDigit)
		case strings.HasPrefix(text[i:], "<=") || strings.HasPrefix(text[i:], ">=") || strings.HasPrefix(text[i:], "<>"):
			kind, n = tokSymbol, 2
		case strings.IndexByte("()[].,=<>+-", c) >= 0:
			kind = tokSymbol
		default:
			_, n = utf8.DecodeRuneInString(text[i:])
		}
		tokens = append(tokens, token{kind, i, i + n})
		i += n
	}
	return append(tokens, token{tokEOF, len(text), len(text)})
}

// span counts the bytes at the start of s that belong.
func span(s string, belongs func(byte) bool) int {
	n := 0
	for n < len(s) && belongs(s[n]) {
		n++
	}
	return n
}

func isSpace(c byte) bool    { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
func isDigit(c byte) bool    { return '0' <= c && c <= '9' }
func isLetter(c byte) bool   { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
func isWordPart(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' }
