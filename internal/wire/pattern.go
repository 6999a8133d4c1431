package wire

import (
	"sync"
	"time"

	"github.com/dlclark/regexp2"
)

// patterns caches compiled patterns by their text. The texts are those of the
// models, so it is bounded by them.
var patterns sync.Map // string → *regexp2.Regexp

// matches reports whether the whole of text matches a model's pattern. AWS's
// patterns are Java's, with lookahead, which package regexp does not have.
// regexp2 goes back and forth, so it is given a limit of time; a text on which
// it exceeds that is refused.
func matches(pattern, text string) bool {
	cached, ok := patterns.Load(pattern)
	if !ok {
		re := regexp2.MustCompile(`\A(?:`+pattern+`)\z`, regexp2.None)
		re.MatchTimeout = 100 * time.Millisecond
		cached, _ = patterns.LoadOrStore(pattern, re)
	}
	ok, err := cached.(*regexp2.Regexp).MatchString(text)
	return ok && err == nil
}
