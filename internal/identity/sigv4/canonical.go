package sigv4

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// canonicalHead returns the canonical request up to its last line, the hash of
// the payload: method, path, query, headers and their names.
func canonicalHead(r *http.Request, signedHeaders []string, without []string, ru rules) string {
	var b strings.Builder
	b.WriteString(r.Method)
	b.WriteByte('\n')
	b.WriteString(canonicalPath(rawPath(r), ru))
	b.WriteByte('\n')
	b.WriteString(canonicalQuery(rawQuery(r), without))
	b.WriteByte('\n')
	for _, name := range signedHeaders {
		b.WriteString(name)
		b.WriteByte(':')
		for i, v := range headerValues(r, name) {
			if i > 0 {
				b.WriteByte(',')
			}
			writeTrimmed(&b, v)
		}
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	b.WriteString(strings.Join(signedHeaders, ";"))
	b.WriteByte('\n')
	return b.String()
}

// rawPath returns the path as it was sent. A server's request keeps it in
// RequestURI alone: URL.Path is unescaped, and escaping it again would not
// give the same bytes for every path.
func rawPath(r *http.Request) string {
	if r.RequestURI == "" {
		return r.URL.EscapedPath()
	}
	target, _, _ := strings.Cut(r.RequestURI, "?")
	if _, rest, ok := strings.Cut(target, "://"); ok && !strings.HasPrefix(target, "/") {
		i := strings.IndexByte(rest, '/') // a proxy's absolute form
		if i < 0 {
			return "/"
		}
		return rest[i:]
	}
	return target
}

// rawQuery returns the query string as it was sent.
func rawQuery(r *http.Request) string {
	if r.RequestURI == "" {
		return r.URL.RawQuery
	}
	_, query, _ := strings.Cut(r.RequestURI, "?")
	return query
}

// canonicalPath writes a path for signing.
//
// S3 wants each byte of the object's key escaped once. All others escape the
// path as sent, after taking out dot segments and repeated slashes, so that
// what was escaped already is escaped twice.
func canonicalPath(raw string, ru rules) string {
	if raw == "" {
		return "/"
	}
	if !ru.unnormalised {
		raw = removeDotSegments(raw)
	}
	var b strings.Builder
	for i := 0; i < len(raw); {
		c, n := raw[i], 1
		if ru.escapedOnce {
			c, n = unescapeByte(raw[i:])
		}
		if c == '/' && n == 1 {
			b.WriteByte('/')
		} else {
			writeEscapedByte(&b, c)
		}
		i += n
	}
	return b.String()
}

// removeDotSegments does what RFC 3986, section 5.2.4, says, and also makes
// one slash of several, as AWS's clients do.
func removeDotSegments(path string) string {
	var out []string
	for part := range strings.SplitSeq(path, "/") {
		switch part {
		case "", ".":
		case "..":
			out = out[:max(0, len(out)-1)]
		default:
			out = append(out, part)
		}
	}
	joined := "/" + strings.Join(out, "/")
	if strings.HasSuffix(path, "/") && len(out) > 0 {
		joined += "/"
	}
	return joined
}

// canonicalQuery unescapes the parameters of a query string, escapes them
// again in one way, and sorts them by name, then value. Parameters named in
// without are left out.
func canonicalQuery(raw string, without []string) string {
	type param struct{ name, value string }
	var params []param
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		if slices.Contains(without, unescapeQuery(name)) {
			continue
		}
		params = append(params, param{reescape(name), reescape(value)})
	}
	slices.SortFunc(params, func(a, b param) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return strings.Compare(a.value, b.value)
	})
	var b strings.Builder
	for i, p := range params {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p.name)
		b.WriteByte('=')
		b.WriteString(p.value)
	}
	return b.String()
}

// reescape escapes a part of a query string anew.
func reescape(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		c, n := unescapeByte(s[i:])
		if c == '+' && n == 1 {
			c = ' ' // as forms write it, and as AWS reads it
		}
		writeEscapedByte(&b, c)
		i += n
	}
	return b.String()
}

// unescapeQuery unescapes a part of a query string. What is no escape stands
// for itself, so it never fails.
func unescapeQuery(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		c, n := unescapeByte(s[i:])
		if c == '+' && n == 1 {
			c = ' '
		}
		b = append(b, c)
		i += n
	}
	return string(b)
}

// unescapeByte reads one byte, escaped or not, and tells how long it was
// written. s is not empty.
func unescapeByte(s string) (c byte, n int) {
	if s[0] == '%' && len(s) >= 3 {
		if v, err := strconv.ParseUint(s[1:3], 16, 8); err == nil {
			return byte(v), 3
		}
	}
	return s[0], 1
}

func writeEscaped(b *strings.Builder, s string) {
	for i := range len(s) {
		writeEscapedByte(b, s[i])
	}
}

// writeEscapedByte escapes all but the unreserved characters of RFC 3986.
func writeEscapedByte(b *strings.Builder, c byte) {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
		c == '-', c == '.', c == '_', c == '~':
		b.WriteByte(c)
	default:
		const hex = "0123456789ABCDEF"
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
}

// headerValues returns the values of a header by its name in lower case. Some
// of them net/http keeps outside of the header's map.
func headerValues(r *http.Request, name string) []string {
	switch name {
	case "host", ":authority":
		if r.Host == "" && r.URL != nil {
			return []string{r.URL.Host}
		}
		return []string{r.Host}
	case "transfer-encoding":
		return r.TransferEncoding
	}
	values := r.Header.Values(name)
	if name == "content-length" && len(values) == 0 && r.ContentLength >= 0 {
		return []string{strconv.FormatInt(r.ContentLength, 10)}
	}
	return values
}

// writeTrimmed writes a header's value without white space around it, and with
// one space where the value has several.
func writeTrimmed(b *strings.Builder, v string) {
	first := true
	for word := range strings.FieldsFuncSeq(v, isBlank) {
		if !first {
			b.WriteByte(' ')
		}
		b.WriteString(word)
		first = false
	}
}

func isBlank(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' }
