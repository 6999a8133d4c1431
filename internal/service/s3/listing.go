package s3

import (
	"net/url"
	"strings"

	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// maxPage is how many entries a page of any listing has at most.
const maxPage = 1000

// listing is one page of the keys below base, in their order. Keys that go on
// after the prefix up to the delimiter are rolled up into one entry, and the
// rest of them is stepped over, not read.
type listing struct {
	base              []byte // whose next element is the key
	prefix, delimiter string
	start             []byte // where to begin; nil for the first
	limit             int    // entries: keys and common prefixes
}

// startAfter makes the page begin behind a key, or behind all keys of a common
// prefix if it is one or lies in one.
func (l *listing) startAfter(key string) {
	if key == "" {
		return
	}
	if p, ok := l.commonPrefix(key); ok {
		l.start = kv.PrefixEnd(beginning(l.base, p))
		return
	}
	l.start = kv.PrefixEnd(keys.AppendString(append([]byte(nil), l.base...), key))
}

// commonPrefix returns what key is rolled up into.
func (l *listing) commonPrefix(key string) (string, bool) {
	if l.delimiter == "" || !strings.HasPrefix(key, l.prefix) {
		return "", false
	}
	i := strings.Index(key[len(l.prefix):], l.delimiter)
	if i < 0 {
		return "", false
	}
	return key[:len(l.prefix)+i+len(l.delimiter)], true
}

// read calls each for every key of the page with its pair, which is valid
// until each returns, and returns the common prefixes. last is the last entry,
// from which the next page may start, and truncated tells that there is one.
func (l *listing) read(r kv.Reader, each func(key string, p kv.Pair) error) (common []string, last string, truncated bool, err error) {
	if l.limit == 0 {
		return nil, "", false, nil
	}
	all := kv.Prefix(beginning(l.base, l.prefix))
	if l.start != nil && string(l.start) > string(all.Start) {
		all.Start = l.start
	}
	count := 0
	for again := true; again && (all.End == nil || string(all.Start) < string(all.End)); {
		again = false
		for pair, err := range r.Scan(all) {
			if err != nil {
				return nil, "", false, err
			}
			if count == l.limit {
				return common, last, true, nil
			}
			key, err := stringAfter(pair.Key, l.base)
			if err != nil {
				return nil, "", false, err
			}
			count++
			if p, ok := l.commonPrefix(key); ok {
				common, last = append(common, p), p
				all.Start = kv.PrefixEnd(beginning(l.base, p))
				again = true
				break
			}
			last = key
			if err := each(key, pair); err != nil {
				return nil, "", false, err
			}
		}
	}
	return common, last, false, nil
}

// pageSize reads max-keys and its like.
func pageSize(given *int64, name string) (int, error) {
	switch {
	case given == nil:
		return maxPage, nil
	case *given < 0:
		return 0, invalidArgument(name, formatInt(*given), "Argument "+name+" must be an integer between 0 and 2147483647")
	}
	return int(min(*given, maxPage)), nil
}

// keyEncoding writes keys as a listing was asked to.
type keyEncoding string

func parseEncoding(text string) (keyEncoding, error) {
	if text != "" && text != "url" {
		return "", invalidArgument("encoding-type", text, "Invalid Encoding Method specified in Request")
	}
	return keyEncoding(text), nil
}

// text writes a key. The characters that S3 leaves as they are differ a little
// from those of net/url.
func (e keyEncoding) text(key string) *string {
	if e == "" {
		return &key
	}
	return new(urlText.Replace(url.QueryEscape(key)))
}

var urlText = strings.NewReplacer("%2F", "/", "%2A", "*", "~", "%7E")

// given writes a member that repeats a parameter: nil if it was not there.
func (e keyEncoding) given(text *string) *string {
	if text == nil || *text == "" {
		return nil
	}
	return e.text(*text)
}

func value(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
