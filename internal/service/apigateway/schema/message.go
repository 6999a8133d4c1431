package schema

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// The bounds of what is told of a body that does not hold.
const (
	maxReasons = 20
	maxClip    = 256 // bytes of a value
)

// clip cuts what would make a message long.
func clip(s string) string {
	if len(s) <= maxClip {
		return s
	}
	cut := maxClip
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "..."
}

func quoteKinds(list []kind) string {
	names := make([]string, 0, len(list))
	for _, k := range list {
		names = append(names, k.String())
	}
	return quoteNames(names)
}

// quoteNames writes names as a JSON list.
func quoteNames(names []string) string {
	var out []byte
	for i, name := range names {
		if out = append(out, ','); i == maxReasons {
			out = append(out, "..."...)
			break
		}
		out = appendString(out, clip(name))
	}
	return "[" + strings.TrimPrefix(string(out), ",") + "]"
}

func appendString(dst []byte, s string) []byte {
	dst, err := jsontext.AppendQuote(dst, s)
	if err != nil {
		return append(dst, `"?"`...) // the parser lets no text through that is not UTF-8
	}
	return dst
}

func sortedNames(v *instance) []string {
	if v.index != nil {
		return slices.Sorted(maps.Keys(v.index))
	}
	return slices.Sorted(slices.Values(v.names))
}

// appendJSON writes a value, until it is too long for a message.
func appendJSON(dst []byte, v *instance) []byte {
	if len(dst) > maxClip {
		return dst
	}
	switch v.kind {
	case kindNull:
		return append(dst, "null"...)
	case kindString:
		return appendString(dst, clip(v.text))
	case kindArray:
		return appendAll(dst, v, "[]", func(dst []byte, _ int) []byte { return dst })
	case kindObject:
		return appendAll(dst, v, "{}", func(dst []byte, i int) []byte {
			return append(appendString(dst, clip(v.names[i])), ':')
		})
	}
	return append(dst, v.text...)
}

func appendAll(dst []byte, v *instance, brackets string, before func([]byte, int) []byte) []byte {
	dst = append(dst, brackets[0])
	for i, item := range v.items {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst = appendJSON(before(dst, i), item); len(dst) > maxClip {
			return dst
		}
	}
	return append(dst, brackets[1])
}
