package sigv4

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// presign signs a client's request at the time now, in its query string, for
// at most seven days. S3's presigned requests leave the body open; those of
// others have an empty one.
func presign(r *http.Request, c Credentials, s Scope, expires time.Duration, now time.Time) {
	payload := HashPayload(nil)
	if isS3(s.Service) {
		payload = UnsignedPayload
	}
	stamp := now.UTC().Format(stampLayout)
	scope := scope{day: stamp[:len(dayLayout)], region: s.Region, service: s.Service}
	names := headersToSign(r)
	ru := rulesFor(s.Service)

	params := [][2]string{
		{queryAlgorithm, algorithm},
		{queryCredential, c.AccessKeyID + "/" + scope.String()},
		{queryDate, stamp},
		{queryExpires, strconv.Itoa(int(expires.Seconds()))},
		{querySignedHeaders, strings.Join(names, ";")},
	}
	token := [2]string{queryToken, c.SessionToken}
	if c.SessionToken != "" && !ru.lateToken {
		params = append(params, token)
	}
	addQuery(r.URL, params...)
	head := appendCanonicalHead(nil, r, names, nil, ru)
	addQuery(r.URL, [2]string{querySignature, signature(c.SecretAccessKey, stamp, scope, string(head)+payload)})
	if c.SessionToken != "" && ru.lateToken {
		addQuery(r.URL, token)
	}
}

// addQuery appends parameters to a URL, escaped as they are signed.
func addQuery(u *url.URL, params ...[2]string) {
	b := []byte(u.RawQuery)
	for _, p := range params {
		if len(b) > 0 {
			b = append(b, '&')
		}
		b = append(appendEscaped(b, p[0]), '=')
		b = appendEscaped(b, p[1])
	}
	u.RawQuery = string(b)
}

func appendEscaped(dst []byte, s string) []byte {
	for i := range len(s) {
		dst = appendEscapedByte(dst, s[i])
	}
	return dst
}
