package wire

import (
	"strings"
	"sync"
	"time"

	"github.com/dlclark/regexp2"
)

// patterns caches compiled patterns by their text. The texts are those of the
// models, so it is bounded by them.
var patterns sync.Map // string → *regexp2.Regexp

// matches reports whether the whole of text matches a model's pattern. A text
// on which matching takes too long is refused.
func matches(pattern, text string) bool {
	cached, ok := patterns.Load(pattern)
	if !ok {
		re, err := CompilePattern(pattern)
		if err != nil {
			panic("wire: a pattern of a model does not compile: " + err.Error()) // a test compiles them all
		}
		cached, _ = patterns.LoadOrStore(pattern, re)
	}
	ok, err := cached.(*regexp2.Regexp).MatchString(text)
	return ok && err == nil
}

// java rewrites what Java's patterns have and regexp2's do not: a class of its
// own, a needless escape, and characters beyond the BMP as pairs of halves.
var java = strings.NewReplacer(
	`\p{Print}`, `[\x20-\x7e]`,
	`\_`, `_`,
	`\uD800\uDC00-\uDBFF\uDFFF`, "\U00010000-\U0010FFFF",
)

// CompilePattern compiles a model's pattern to match a whole text. The
// patterns are Java's, with lookahead, which package regexp does not have;
// regexp2 goes back and forth, so it gets a limit of time.
func CompilePattern(pattern string) (*regexp2.Regexp, error) {
	re, err := regexp2.Compile(`\A(?:`+java.Replace(pattern)+`)\z`, regexp2.None)
	if err != nil {
		return nil, err
	}
	re.MatchTimeout = 100 * time.Millisecond
	return re, nil
}
