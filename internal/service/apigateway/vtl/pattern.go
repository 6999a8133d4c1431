package vtl

import "strings"

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
