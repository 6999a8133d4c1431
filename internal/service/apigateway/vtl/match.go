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

// The patterns. Each returns the length of its match at the start of s, or 0.

func literal(s, want string) int {
	if strings.HasPrefix(s, want) {
		return len(want)
	}
	return 0
}

func backslashes(s string) int {
	n := 0
	for n < len(s) && s[n] == '\\' {
		n++
	}
	return n
}

// text is anything up to what could be a directive, a reference or an escape.
func text(s string) int {
	if n := strings.IndexAny(s, `$#\`); n >= 0 {
		return n
	}
	return len(s)
}

func space(s string) int {
	n := 0
	for n < len(s) && (isBlank(s[n]) || s[n] == '\n' || s[n] == '\r') {
		n++
	}
	return n
}

func newline(s string) int {
	return max(literal(s, "\r\n"), literal(s, "\n"), literal(s, "\r"))
}

// restOfLine is white space with the end of the line behind it.
func restOfLine(s string) int {
	n := 0
	for n < len(s) && isBlank(s[n]) {
		n++
	}
	if nl := newline(s[n:]); nl > 0 {
		return n + nl
	}
	return 0
}

// escapedDirective is an odd number of backslashes and a directive's name.
func escapedDirective(s string, n int) int {
	if n%2 == 0 || !strings.HasPrefix(s[n:], "#") {
		return 0
	}
	n++
	if w := max(word(s[n:]), bracedWord(s[n:])); w > 0 {
		return n + w
	}
	return 0
}

// setDirective is #set with white space before it, up to the parenthesis.
func setDirective(s string) int {
	n := 0
	for n < len(s) && isBlank(s[n]) {
		n++
	}
	name := max(literal(s[n:], "#set"), literal(s[n:], "#{set}"))
	if name == 0 {
		return 0
	}
	n += name
	for n < len(s) && s[n] == ' ' {
		n++
	}
	if !strings.HasPrefix(s[n:], "(") {
		return 0
	}
	return n + 1
}

func emptyIndex(s string) int {
	return max(literal(s, "$["), literal(s, "$!["), literal(s, `$\![`), literal(s, "$."))
}

func identifier(s string) int {
	if s == "" || !isLetter(s[0]) && s[0] != '_' {
		return 0
	}
	n := 1
	for n < len(s) && (isLetter(s[n]) || isDigit(s[n]) || s[n] == '-' || s[n] == '_') {
		n++
	}
	return n
}

func dotLetter(s string) int {
	if len(s) > 1 && s[0] == '.' && isLetter(s[1]) {
		return 2
	}
	return 0
}

func word(s string) int {
	if s == "" || s[0] != '@' && !isLetter(s[0]) && s[0] != '_' {
		return 0
	}
	return wordRest(s, 1)
}

func bracedWord(s string) int {
	if len(s) < 3 || s[0] != '{' || !isLetter(s[1]) && s[1] != '_' {
		return 0
	}
	if n := wordRest(s, 2); n < len(s) && s[n] == '}' {
		return n + 1
	}
	return 0
}

func wordRest(s string, n int) int {
	for n < len(s) && (isLetter(s[n]) || isDigit(s[n]) || s[n] == '_' || s[n] == '@') {
		n++
	}
	return n
}

// integer is digits, with the dots of a range behind them if there are any.
func integer(s string) int {
	n := literal(s, "-")
	d := digits(s[n:])
	if d == 0 {
		return 0
	}
	n += d
	return n + literal(s[n:], "..")
}

// float is digits with a point, an exponent or both.
func float(s string) int {
	n := literal(s, "-")
	whole := digits(s[n:])
	n += whole
	point := literal(s[n:], ".")
	n += point
	fraction := 0
	if point > 0 {
		fraction = digits(s[n:])
		n += fraction
	}
	if whole+fraction == 0 {
		return 0
	}
	exp := 0
	if n < len(s) && (s[n] == 'e' || s[n] == 'E') {
		sign := 1
		if n+1 < len(s) && (s[n+1] == '+' || s[n+1] == '-') {
			sign = 2
		}
		if d := digits(s[min(n+sign, len(s)):]); d > 0 {
			exp = sign + d
		}
	}
	if point == 0 && exp == 0 {
		return 0
	}
	return n + exp
}

func digits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// stringLiteral is text in quotes, in which the quote is written twice. It ends at
// the last quote at which it could, so that pairs of quotes belong to it.
func stringLiteral(s string) int {
	quote := s[0]
	if quote != '"' && quote != '\'' {
		return 0
	}
	end := 0
	for i := 1; i < len(s); i++ {
		if s[i] != quote {
			continue
		}
		if i+1 == len(s) || s[i+1] != quote {
			return i + 1
		}
		end = i + 1 // it may end here if nothing closes it later
		i++
	}
	return end
}

func isBlank(c byte) bool  { return c == ' ' || c == '\t' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
