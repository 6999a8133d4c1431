package pattern

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

const (
	// maxRegexes is how many regular expressions a condition or a pattern of
	// fields may have.
	maxRegexes = 2
	// maxProgram bounds the instructions of a compiled regular expression:
	// that many steps, at most, it takes for each byte of a message.
	maxProgram = 2000
)

// regexSymbols are what a regular expression may contain beside letters and
// digits. Parentheses are not among them.
const regexSymbols = `:_#=@/;,-^$?[]{}|\*+.`

// compile reads a regular expression that stood between percent signs.
func compile(text string) (*regexp.Regexp, error) {
	for _, r := range text {
		if !isAlphanumeric(r) && !strings.ContainsRune(regexSymbols, r) {
			return nil, invalid()
		}
	}
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, invalid()
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil || len(program.Inst) > maxProgram {
		return nil, invalid()
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, invalid()
	}
	return re, nil
}

func isAlphanumeric(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}
