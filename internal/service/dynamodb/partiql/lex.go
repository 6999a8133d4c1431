package partiql

import (
	"strconv"
	"strings"
)

type tokenKind uint8

const (
	tokEOF      tokenKind = iota
	tokIdent              // name
	tokQuoted             // "name"
	tokKeyword            // in lower case; several words are one, as insert_into
	tokOperator           // a symbol or a word, in lower case
	tokString             // 'text'
	tokNumber             // without a sign
	tokBool               // true or false
	tokNull               // null
	tokMissing            // missing
	tokIon                // a literal in backticks
	tokParam              // ?
	tokSymbol             // ( ) [ ] { } << >> : , . * ;
	tokWord               // as, at, by, for, asc, desc: keywords that no term begins with
)

// position is where a token stands: line and column count from 1, length in
// characters.
type position struct{ line, column, length int }

// String returns the position as AWS's messages show it.
func (p position) String() string {
	return strconv.Itoa(p.line) + ":" + strconv.Itoa(p.column) + ":" + strconv.Itoa(p.length)
}

type token struct {
	kind tokenKind
	text string // of a quoted name or a string: what it stands for
	at   position
}

// errUnreadable is a character or literal that no token begins with. AWS says
// no more of it.
const errUnreadable = syntaxError("")

// lexer cuts a text into tokens. Each character is looked at once or twice.
type lexer struct {
	text   string
	i      int
	line   int
	column int
	afterC bool // the last character was a carriage return
	tokens []token
}

// lex returns the tokens of the text, the last of which is the end.
func lex(text string) ([]token, error) {
	l := &lexer{text: text, line: 1, tokens: make([]token, 0, len(text)/4+2)}
	for l.i < len(text) {
		if err := l.next(); err != nil {
			return nil, err
		}
	}
	return append(l.tokens, token{kind: tokEOF, at: position{l.line, l.column + 1, 0}}), nil
}

func (l *lexer) next() error {
	rest := l.text[l.i:]
	c := rest[0]
	switch {
	case strings.IndexByte(" \t\n\r\v\f", c) >= 0:
		l.take(1)
	case strings.HasPrefix(rest, "--"):
		l.take(span(rest, func(c byte) bool { return c != '\n' && c != '\r' }))
	case strings.HasPrefix(rest, "/*"):
		end := strings.Index(rest[2:], "*/")
		if end < 0 {
			return errUnreadable
		}
		l.take(end + 4)
	case isNameStart(c):
		l.word(rest[:span(rest, isNamePart)])
	case isDigit(c) || c == '.' && len(rest) > 1 && isDigit(rest[1]):
		n, ok := numberLength(rest)
		if !ok {
			return errUnreadable
		}
		l.add(tokNumber, rest[:n], n)
	case c == '\'' || c == '"':
		text, n, ok := quoted(rest)
		if !ok {
			return errUnreadable
		}
		kind := tokString
		if c == '"' {
			kind = tokQuoted
		}
		l.add(kind, text, n)
	case c == '`':
		n, ok := ionLength(rest)
		if !ok {
			return errUnreadable
		}
		l.add(tokIon, rest[1:n-1], n)
	default:
		return l.symbol(rest)
	}
	return nil
}

func (l *lexer) symbol(rest string) error {
	if len(rest) > 1 {
		switch two := rest[:2]; two {
		case "<<", ">>":
			l.add(tokSymbol, two, 2)
			return nil
		case "<=", ">=", "<>", "||":
			l.add(tokOperator, two, 2)
			return nil
		case "!=":
			l.add(tokOperator, "<>", 2)
			return nil
		}
	}
	switch c := rest[:1]; {
	case c == "?":
		l.add(tokParam, c, 1)
	case strings.Contains("()[]{}:,.*;", c):
		l.add(tokSymbol, c, 1)
	case strings.Contains("+-/%<>=@", c):
		l.add(tokOperator, c, 1)
	default:
		return errUnreadable
	}
	return nil
}

// word adds a name, or whatever the word means.
func (l *lexer) word(word string) {
	lower := strings.ToLower(word)
	switch {
	case operatorWords[lower]:
		l.add(tokOperator, lower, len(word))
	case lower == "true" || lower == "false":
		l.add(tokBool, lower, len(word))
	case lower == "null":
		l.add(tokNull, lower, len(word))
	case lower == "missing":
		l.add(tokMissing, lower, len(word))
	case plainWords[lower]:
		l.add(tokWord, lower, len(word))
	case keywords[lower]:
		if alias, ok := typeAliases[lower]; ok {
			lower = alias
		}
		l.add(tokKeyword, lower, len(word))
	default:
		l.add(tokIdent, word, len(word))
	}
}

// add adds a token of n bytes, which may make one word with those before it.
func (l *lexer) add(kind tokenKind, text string, n int) {
	t := token{kind, text, l.take(n)}
	if kind == tokKeyword || kind == tokOperator {
		for words := maxWords; words > 1; words-- {
			t = l.merge(t, words-1)
		}
	}
	l.tokens = append(l.tokens, t)
}

// merge returns the word that t makes with n tokens before it, and takes those
// away; or t, when they make none.
func (l *lexer) merge(t token, n int) token {
	first := len(l.tokens) - n
	if first < 0 {
		return t
	}
	whole := ""
	for _, before := range l.tokens[first:] {
		if before.kind != tokKeyword && before.kind != tokOperator {
			return t
		}
		whole += before.text + " "
	}
	meaning, ok := severalWords[whole+t.text]
	if !ok {
		return t
	}
	t = token{meaning.kind, meaning.text, l.tokens[first].at}
	l.tokens = l.tokens[:first]
	return t
}

// take steps over n bytes, and returns where they stand.
func (l *lexer) take(n int) position {
	at := position{}
	for _, r := range l.text[l.i : l.i+n] {
		switch {
		case r == '\n':
			l.line, l.column, l.afterC = l.line+1, 0, false
		case r == '\r':
			if l.afterC {
				l.line, l.column = l.line+1, 0
			}
			l.afterC = true
		default:
			if l.afterC {
				l.line, l.column, l.afterC = l.line+1, 0, false
			}
			l.column++
		}
		if at.length == 0 {
			at.line, at.column = l.line, l.column
		}
		at.length++
	}
	l.i += n
	return at
}
