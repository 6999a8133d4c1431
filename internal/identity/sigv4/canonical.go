package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// appendCanonical appends the canonical request that s signs, with the hash of
// the body, where the request does not tell it itself.
func (s *Signature) appendCanonical(dst, body []byte) []byte {
	dst = appendCanonicalHead(dst, s.request, s.SignedHeaders, s.unsigned, s.rules)
	if s.Payload.Mode != PayloadUndeclared {
		return append(dst, s.Payload.declared...)
	}
	sum := sha256.Sum256(body)
	return hex.AppendEncode(dst, sum[:])
}

// appendCanonicalHead appends the canonical request up to its last line, the
// hash of the payload: method, path, query, headers and their names.
func appendCanonicalHead(dst []byte, r *http.Request, signedHeaders []string, without []string, ru rules) []byte {
	dst = append(dst, r.Method...)
	dst = append(dst, '\n')
	dst = appendCanonicalPath(dst, rawPath(r), ru)
	dst = append(dst, '\n')
	dst = append(dst, canonicalQuery(rawQuery(r), without)...)
	dst = append(dst, '\n')
	for _, name := range signedHeaders {
		dst = append(dst, name...)
		dst = append(dst, ':')
		dst = appendHeader(dst, r, name)
		dst = append(dst, '\n')
	}
	dst = append(dst, '\n')
	for i, name := range signedHeaders {
		if i > 0 {
			dst = append(dst, ';')
		}
		dst = append(dst, name...)
	}
	return append(dst, '\n')
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

// appendCanonicalPath appends a path as it is signed.
//
// S3 wants each byte of the object's key escaped once. All others escape the
// path as sent, after taking out dot segments and repeated slashes, so that
// what was escaped already is escaped twice.
func appendCanonicalPath(dst []byte, raw string, ru rules) []byte {
	if raw == "" {
		return append(dst, '/')
	}
	if !ru.unnormalised {
		raw = removeDotSegments(raw)
	}
	for i := 0; i < len(raw); {
		c, n := raw[i], 1
		if ru.escapedOnce {
			c, n = unescapeByte(raw[i:])
		}
		if c == '/' && n == 1 {
			dst = append(dst, '/')
		} else {
			dst = appendEscapedByte(dst, c)
		}
		i += n
	}
	return dst
}

// removeDotSegments does what RFC 3986, section 5.2.4, says, and also makes
// one slash of several, as AWS's clients do.
func removeDotSegments(path string) string {
	if path[0] == '/' && !strings.Contains(path, "//") && !strings.Contains(path, "/.") {
		return path
	}
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
	if raw == "" {
		return ""
	}
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
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		c, n := unescapeByte(s[i:])
		if c == '+' && n == 1 {
			c = ' ' // as forms write it, and as AWS reads it
		}
		b = appendEscapedByte(b, c)
		i += n
	}
	return string(b)
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

// appendEscapedByte escapes all but the unreserved characters of RFC 3986.
func appendEscapedByte(dst []byte, c byte) []byte {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
		c == '-', c == '.', c == '_', c == '~':
		return append(dst, c)
	}
	const hex = "0123456789ABCDEF"
	return append(dst, '%', hex[c>>4], hex[c&15])
}

// appendHeader appends the values of a header, given by its name in lower
// case. Some of them net/http keeps outside of the header's map.
func appendHeader(dst []byte, r *http.Request, name string) []byte {
	switch name {
	case "host", ":authority":
		if r.Host == "" && r.URL != nil {
			return appendTrimmed(dst, r.URL.Host)
		}
		return appendTrimmed(dst, r.Host)
	case "transfer-encoding":
		return appendValues(dst, r.TransferEncoding)
	}
	values := valuesOf(r.Header, name)
	if name == "content-length" && len(values) == 0 && r.ContentLength >= 0 {
		return strconv.AppendInt(dst, r.ContentLength, 10)
	}
	return appendValues(dst, values)
}

func appendValues(dst []byte, values []string) []byte {
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendTrimmed(dst, v)
	}
	return dst
}

// valuesOf is h.Values, for a name in lower case. That would make a string of
// the name's usual spelling for each header of each request.
func valuesOf(h http.Header, name string) []string {
	var spelled [64]byte
	if len(name) > len(spelled) {
		return h.Values(name)
	}
	first := true
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z' && first:
			c -= 'a' - 'A'
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-':
		default:
			return h.Values(name)
		}
		spelled[i], first = c, c == '-'
	}
	return h[string(spelled[:len(name)])]
}

// appendTrimmed appends a header's value without white space around it, and
// with one space where the value has several.
func appendTrimmed(dst []byte, v string) []byte {
	begun, gap := false, false
	for i := range len(v) {
		c := v[i]
		if isBlank(rune(c)) {
			gap = begun
			continue
		}
		if gap {
			dst = append(dst, ' ')
		}
		dst = append(dst, c)
		begun, gap = true, false
	}
	return dst
}

func isBlank(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' }
