package vtl

import (
	"strings"
	"unicode/utf8"
)

// matcher finds the longest of several patterns at one place. Of equally long
// ones the first tried wins, so they are tried in the order of their kinds.
type matcher struct {
	kind    kind
	n       int
	slashes int // backslashes at the place
}

func (m *matcher) try(k kind, n int) {
	if n > m.n {
		m.kind, m.n = k, n
	}
}

// match returns the token or piece of one at the current place, and its length; 0
// when nothing fits.
func (l *lexer) match() (kind, int) {
	s := l.src[l.pos:]
	m := matcher{slashes: l.slashes()}
	switch l.state {
	case inText:
		m.try(tokEscapedDirective, escapedDirective(s, m.slashes))
		m.try(tokSet, setDirective(s))
		m.dollarOrHash(s)
		m.try(tokDoubleEscape, literal(s, `\\`))
		m.try(tokEscape, literal(s, `\`))
		m.try(tokText, text(s))
		m.try(tokEmptyIndex, emptyIndex(s))
	case inReference, inModifier:
		m.reference(s, l.state)
	case inArguments:
		m.arguments(s)
	case inIndex:
		m.try(tokIndexClose, literal(s, "]"))
		m.more(s)
		m.operands(s)
	case inDirective:
		m.directive(s)
	case inName:
		m.name(s)
	case inLineComment:
		m.more(s)
		m.try(tokLineEnd, newline(s))
		m.try(tokSkip, 1)
	case inFormal:
		m.more(s)
		m.try(tokFormalClose, literal(s, "*#"))
		m.try(tokSkip, 1)
	case inMulti:
		m.more(s)
		m.try(tokMultiClose, literal(s, "*#"))
		m.try(tokSkip, 1)
	case inTextblock:
		m.more(s)
		m.try(tokTextblockClose, literal(s, "]]#"))
		m.try(tokMore, 1)
	}
	return m.kind, m.n
}

// more tries what can begin a token in every state, even in comments.
func (m *matcher) more(s string) {
	if s[0] != '$' && s[0] != '#' && s[0] != '\\' {
		return
	}
	if rest, ok := strings.CutPrefix(s[m.slashes:], "$"); ok {
		m.try(tokDollar, m.slashes+1)
		if n := backslashes(rest); strings.HasPrefix(rest[n:], "!") {
			m.try(tokDollarBang, m.slashes+1+n+1)
		}
	}
	m.try(tokTextblock, literal(s, "#[["))
	if len(s) > 3 && strings.HasPrefix(s, "#**") && s[3] != '#' {
		_, n := utf8.DecodeRuneInString(s[3:])
		if n == 1 { // beyond ASCII the lexer could not give it back as one byte
			m.try(tokFormalOpen, 4)
		}
	}
	m.try(tokMultiOpen, literal(s, "#*"))
	m.try(tokHash, literal(s, "#"))
}

func (m *matcher) dollarOrHash(s string) {
	m.more(s)
	m.try(tokLineComment, literal(s, "##"))
}

func (m *matcher) reference(s string, in state) {
	m.try(tokIndexOpen, literal(s, "["))
	if in == inModifier {
		m.try(tokParenOpen, literal(s, "("))
	}
	m.try(tokSet, setDirective(s))
	if in == inReference {
		m.dollarOrHash(s)
	} else {
		m.more(s) // behind a property "##" begins no comment
	}
	m.try(tokTrue, literal(s, "true"))
	m.try(tokFalse, literal(s, "false"))
	m.try(tokIdentifier, identifier(s))
	m.try(tokDot, dotLetter(s))
	m.try(tokBraceOpen, literal(s, "{"))
	m.try(tokBraceClose, literal(s, "}"))
	m.try(tokReferenceEnd, 1)
	if in == inReference {
		m.try(tokEmptyIndex, emptyIndex(s))
	}
}

// brackets tries what lists, maps and ranges are made of.
func (m *matcher) brackets(s string) {
	m.try(tokBracketOpen, literal(s, "["))
	m.try(tokBracketClose, literal(s, "]"))
	m.try(tokComma, literal(s, ","))
	m.try(tokRange, literal(s, ".."))
	m.try(tokColon, literal(s, ":"))
	m.try(tokMapOpen, literal(s, "{"))
	m.try(tokMapClose, literal(s, "}"))
}

// operands tries white space and literals.
func (m *matcher) operands(s string) {
	m.try(tokSpace, space(s))
	m.try(tokString, stringLiteral(s))
	m.try(tokTrue, literal(s, "true"))
	m.try(tokFalse, literal(s, "false"))
	m.numbers(s)
}

func (m *matcher) numbers(s string) {
	m.try(tokInteger, integer(s))
	m.try(tokFloat, float(s))
}

func (m *matcher) arguments(s string) {
	m.brackets(s)
	m.try(tokCallClose, literal(s, ")"))
	m.try(tokSet, setDirective(s))
	m.more(s)
	m.operands(s)
	m.try(tokIdentifier, identifier(s))
	m.try(tokDot, dotLetter(s))
}

func (m *matcher) directive(s string) {
	m.brackets(s)
	m.try(tokParenOpen, literal(s, "("))
	if s[0] == ')' {
		m.try(tokParenClose, 1+restOfLine(s[1:]))
	}
	m.dollarOrHash(s)
	m.operands(s)
	for _, op := range operators {
		m.try(op.kind, literal(s, op.text))
	}
	m.try(tokWord, word(s))
	m.try(tokBracedWord, bracedWord(s))
}

// operators in the order of their kinds.
var operators = [...]struct {
	kind kind
	text string
}{
	{tokMinus, "-"}, {tokPlus, "+"}, {tokTimes, "*"}, {tokDivide, "/"}, {tokModulus, "%"},
	{tokAnd, "&&"}, {tokAnd, "and"}, {tokOr, "||"}, {tokOr, "or"},
	{tokLess, "<"}, {tokLess, "lt"}, {tokLessEqual, "<="}, {tokLessEqual, "le"},
	{tokGreater, ">"}, {tokGreater, "gt"}, {tokGreaterEqual, ">="}, {tokGreaterEqual, "ge"},
	{tokEqual, "=="}, {tokEqual, "eq"}, {tokNotEqual, "!="}, {tokNotEqual, "ne"},
	{tokNot, "!"}, {tokNot, "not"}, {tokAssign, "="},
}

func (m *matcher) name(s string) {
	m.dollarOrHash(s)
	for _, end := range [...]string{"end", "{end}"} {
		if strings.HasPrefix(s, end) {
			m.try(tokEnd, len(end)+restOfLine(s[len(end):]))
		}
	}
	m.try(tokIf, literal(s, "if"))
	m.try(tokIf, literal(s, "{if}"))
	m.try(tokElseIf, literal(s, "elseif"))
	m.try(tokElseIf, literal(s, "{elseif}"))
	for _, els := range [...]string{"else", "{else}"} {
		if strings.HasPrefix(s, els) {
			m.try(tokElse, len(els)+restOfLine(s[len(els):]))
		}
	}
	m.numbers(s)
	m.try(tokWord, word(s))
	m.try(tokBracedWord, bracedWord(s))
	m.try(tokDirectiveEnd, 1)
}
