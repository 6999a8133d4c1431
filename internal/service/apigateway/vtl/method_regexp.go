package vtl

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"cloudless/internal/service/apigateway/value"
)

// compileCost is the work of compiling a regular expression, in steps.
const compileCost = 2000

// regexp returns the compiled form of a Java regular expression.
func (x *invocation) regexp(pattern string) (*regexp.Regexp, error) {
	r := x.r
	if re, ok := r.regexps[pattern]; ok {
		return re, nil
	}
	translated, err := javaRegexp(pattern)
	if err != nil {
		return nil, err
	}
	// A compiled expression is much larger than its text, and costs time.
	if err := r.alloc(256 * (1 + len(pattern))); err != nil {
		return nil, err
	}
	if err := r.step(compileCost); err != nil {
		return nil, err
	}
	re, err := regexp.Compile(translated)
	if err != nil {
		return nil, fmt.Errorf("the regular expression %q is not supported: %w", shorten(pattern), err)
	}
	if r.regexps == nil {
		r.regexps = map[string]*regexp.Regexp{}
	}
	r.regexps[pattern] = re
	return re, nil
}

// search counts the work of matching: each byte may meet each part of the pattern.
func (x *invocation) search(pattern, s string) error {
	return x.r.step(len(s) * (1 + len(pattern)/16) / 8)
}

func matches(x *invocation) (Value, error) {
	s, pattern := x.recv.(string), x.str(0)
	re, err := x.regexp(`\A(?:` + pattern + `)\z`)
	if err != nil {
		return nil, err
	}
	if err := x.search(pattern, s); err != nil {
		return nil, err
	}
	return re.MatchString(s), nil
}

func replaceRegexp(x *invocation, most int) (Value, error) {
	s, pattern := x.recv.(string), x.str(0)
	re, err := x.regexp(pattern)
	if err != nil {
		return nil, err
	}
	if err := x.search(pattern, s); err != nil {
		return nil, err
	}
	with, err := parseReplacement(x.str(1), re)
	if err != nil {
		return nil, err
	}
	var b []byte
	end := 0
	for _, m := range re.FindAllStringSubmatchIndex(s, most) {
		before := len(b)
		b = append(b, s[end:m[0]]...)
		b = with.append(b, s, m)
		end = m[1]
		if err := x.r.alloc(len(b) - before); err != nil {
			return nil, err
		}
	}
	return x.made(string(append(b, s[end:]...)))
}

// replacement is the second argument of replaceAll: text and numbers of groups.
type replacement []replacementPart

type replacementPart struct {
	text  string
	group int // if text is empty
}

func (rs replacement) append(b []byte, s string, match []int) []byte {
	for _, r := range rs {
		b = append(b, r.text...)
		if r.text == "" && match[2*r.group] >= 0 {
			b = append(b, s[match[2*r.group]:match[2*r.group+1]]...)
		}
	}
	return b
}

// parseReplacement reads $1, ${name} and backslashes as Matcher.replaceAll does.
func parseReplacement(text string, re *regexp.Regexp) (replacement, error) {
	var rs replacement
	var plain strings.Builder
	flush := func() {
		if plain.Len() > 0 {
			rs = append(rs, replacementPart{text: plain.String()})
			plain.Reset()
		}
	}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
			if i == len(text) {
				return nil, fmt.Errorf("java.lang.IllegalArgumentException: character to be escaped is missing")
			}
			plain.WriteByte(text[i])
		case '$':
			group, n, err := groupOf(text[i+1:], re)
			if err != nil {
				return nil, err
			}
			flush()
			rs = append(rs, replacementPart{group: group})
			i += n
		default:
			plain.WriteByte(text[i])
		}
	}
	flush()
	return rs, nil
}

// groupOf reads what follows a "$": a name in braces, or as many digits as make
// the number of a group that exists.
func groupOf(s string, re *regexp.Regexp) (group, n int, err error) {
	if rest, ok := strings.CutPrefix(s, "{"); ok {
		name, _, ok := strings.Cut(rest, "}")
		if group = re.SubexpIndex(name); !ok || group < 0 {
			return 0, 0, fmt.Errorf("java.lang.IllegalArgumentException: no group with name {%s}", shorten(name))
		}
		return group, len(name) + 2, nil
	}
	if s == "" || !isDigit(s[0]) {
		return 0, 0, fmt.Errorf("java.lang.IllegalArgumentException: illegal group reference")
	}
	group, n = int(s[0]-'0'), 1
	if group > re.NumSubexp() {
		return 0, 0, fmt.Errorf("java.lang.IndexOutOfBoundsException: no group %d", group)
	}
	for n < len(s) && isDigit(s[n]) && group*10+int(s[n]-'0') <= re.NumSubexp() {
		group = group*10 + int(s[n]-'0')
		n++
	}
	return group, n, nil
}

// split is String.split. Without a limit, empty strings at the end fall away.
func split(x *invocation) (Value, error) {
	s, pattern, limit := x.recv.(string), x.str(0), 0
	if len(x.args) > 1 {
		limit = x.int(1)
	}
	re, err := x.regexp(pattern)
	if err != nil {
		return nil, err
	}
	if err := x.search(pattern, s); err != nil {
		return nil, err
	}
	l := value.ListOf(value.Array)
	end := 0
	for _, m := range re.FindAllStringIndex(s, -1) {
		if limit > 0 && l.Len() == limit-1 {
			break
		}
		if m[1] == 0 || m[0] == len(s) && m[0] == m[1] { // nothing at an edge splits nothing
			continue
		}
		l.Add(s[end:m[0]])
		end = m[1]
	}
	l.Add(s[end:])
	if limit == 0 && l.Len() > 1 {
		for l.Len() > 0 && l.At(l.Len()-1) == "" {
			l.RemoveAt(l.Len() - 1)
		}
	}
	return l, x.r.alloc(elemSize*l.Len() + len(s))
}

// javaRegexp translates a Java regular expression into Go's syntax.
//
// Go's expressions take linear time, so no template can hang in one; for that they
// have neither lookaround nor backreferences nor possessive quantifiers. Those are
// refused when compiled. What would compile and mean something else is translated
// or refused here.
func javaRegexp(p string) (string, error) {
	var b strings.Builder
	dotAll := strings.Contains(p, "(?s")
	class := 0 // offset behind the "[" of the class we are in, or 0
	for i := 0; i < len(p); i++ {
		c := p[i]
		switch {
		case c == '\\' && i+1 < len(p):
			n, err := javaEscape(&b, p[i:], class > 0)
			if err != nil {
				return "", err
			}
			i += n - 1
			continue
		case class == 0 && c == '[':
			class = i + 1
			if strings.HasPrefix(p[i+1:], "^") {
				class++
			}
		case class > 0 && c == ']' && i > class:
			class = 0
		case class > 0 && (c == '[' || strings.HasPrefix(p[i:], "&&")):
			return "", fmt.Errorf("the regular expression %q is not supported: a class inside a class", shorten(p))
		case class == 0 && c == '.' && !dotAll:
			b.WriteString(`[^\n\r\x{85}\x{2028}\x{2029}]`)
			continue
		}
		b.WriteByte(c)
	}
	return b.String(), nil
}

// Named classes that Go calls otherwise, as the inside of a bracket.
var javaClasses = map[string]string{
	"Lower": "a-z", "Upper": "A-Z", "Alpha": "a-zA-Z", "Digit": "0-9", "Alnum": "a-zA-Z0-9",
	"ASCII": `\x00-\x7f`, "Punct": "!-/:-@\\[-`{-~", "Graph": "!-~", "Print": " -~",
	"Blank": ` \t`, "Cntrl": `\x00-\x1f\x7f`, "XDigit": "0-9a-fA-F", "Space": ` \t\n\x0B\f\r`,
}

// javaEscape translates the escape at the start of p and returns its length.
func javaEscape(b *strings.Builder, p string, inClass bool) (int, error) {
	bracket := func(inner string) {
		if inClass {
			b.WriteString(inner)
			return
		}
		b.WriteString("[" + inner + "]")
	}
	switch p[1] {
	case 's':
		bracket(` \t\n\x0B\f\r`)
	case 'h':
		bracket(` \t\x{a0}\x{1680}\x{180e}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}`)
	case 'R':
		b.WriteString(`(?:\r\n|[\n\x0B\f\r\x{85}\x{2028}\x{2029}])`)
	case 'Z':
		b.WriteString(`\z`) // the end; Java would allow a newline behind it
	case 'e':
		b.WriteString(`\x1b`)
	case 'u':
		if len(p) < 6 {
			return 0, fmt.Errorf("the regular expression ends in the middle of %q", p)
		}
		if _, err := strconv.ParseUint(p[2:6], 16, 16); err != nil {
			return 0, fmt.Errorf("the regular expression has no such escape: %q", p[:6])
		}
		b.WriteString(`\x{` + p[2:6] + `}`)
		return 6, nil
	case 'p':
		if name, _, ok := strings.Cut(strings.TrimPrefix(p[2:], "{"), "}"); ok && javaClasses[name] != "" && p[2] == '{' {
			bracket(javaClasses[name])
			return len(name) + 4, nil
		}
		b.WriteString(`\p`)
	case 'Q':
		quoted, _, _ := strings.Cut(p[2:], `\E`)
		b.WriteString(regexp.QuoteMeta(quoted))
		return min(len(p), len(quoted)+4), nil
	default:
		b.WriteString(p[:2])
	}
	return 2, nil
}
