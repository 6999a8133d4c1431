package schema

import (
	"fmt"
	"regexp"
	"time"

	"github.com/dlclark/regexp2"
)

// pattern is a regular expression of a schema. Those of ECMAScript that Go's
// linear engine has too are run by it; the others (look-around, back references,
// long repetitions) by one that goes back and forth, under a limit of time.
type pattern struct {
	text   string
	linear *regexp.Regexp
	other  *regexp2.Regexp
}

// The bounds of patterns.
const (
	maxPatternBytes = 4096
	patternTime     = 100 * time.Millisecond // for one match by the slower engine
	patternsTime    = 2 * time.Second        // for all of them in one validation
)

var unicodeEscape = regexp.MustCompile(`\\(\\|u([0-9a-fA-F]{4}))`)

func compilePattern(text string) (*pattern, error) {
	if len(text) > maxPatternBytes {
		return nil, fmt.Errorf("pattern of more than %d bytes", maxPatternBytes)
	}
	// Go writes \u00e9 as \x{00e9}. A backslash that is escaped is passed over.
	ours := unicodeEscape.ReplaceAllStringFunc(text, func(m string) string {
		if m == `\\` {
			return m
		}
		return `\x{` + m[2:] + `}`
	})
	if re, err := regexp.Compile(ours); err == nil {
		return &pattern{text: text, linear: re}, nil
	}
	re, err := regexp2.Compile(text, regexp2.ECMAScript)
	if err != nil {
		return nil, fmt.Errorf("pattern %q: %w", text, err)
	}
	re.MatchTimeout = patternTime
	return &pattern{text: text, other: re}, nil
}

// matches reports whether some part of s matches.
func (p *pattern) matches(r *run, s string) bool {
	r.spend(1 + len(s)/64)
	if p.linear != nil {
		return p.linear.MatchString(s)
	}
	begun := time.Now()
	found, err := p.other.MatchString(s)
	if r.slow += time.Since(begun); err != nil || r.slow > patternsTime {
		r.abort(fmt.Errorf("pattern %q: %w", p.text, ErrTooComplex))
	}
	return found
}
