package sigv4

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The parameters of a query that is presigned by Signature Version 2.
const (
	queryKeyV2       = "AWSAccessKeyId"
	querySignatureV2 = "Signature"
	queryExpiresV2   = "Expires"          // seconds since 1970
	queryVersionV2   = "SignatureVersion" // of services other than S3, who no longer take it
)

// ParseV2 reads the signature of a presigned request for S3 that was made by
// Signature Version 2, as boto3 and the AWS CLI 1 still make them where nothing
// else is configured. bucket is the one that the host names, or "".
//
// It signs less than Version 4: the method, the path, sub-resources, overrides
// of the answer's headers, Content-MD5, Content-Type, and whatever begins with
// "x-amz-", in headers and query alike. The rest of the query is open to whoever
// holds the URL, as it is on AWS. Its Region and Date are not said.
//
// A request without such a signature gives [ErrUnsigned]. Other errors are
// *awserr.Error.
func ParseV2(r *http.Request, bucket string) (*Signature, error) {
	query := queryParameters(rawQuery(r))
	if !isV2(query) {
		return nil, ErrUnsigned
	}
	if query[queryKeyV2] == "" || query[querySignatureV2] == "" || query[queryExpiresV2] == "" {
		return nil, deniedS3("Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters")
	}
	until, err := strconv.ParseInt(query[queryExpiresV2], 10, 64)
	if err != nil {
		return nil, deniedS3("Invalid date (should be seconds since epoch): " + query[queryExpiresV2])
	}
	amz := amzHeadersV2(r)
	s := &Signature{
		AccessKeyID: query[queryKeyV2], Service: "s3", Presigned: true,
		SessionToken: amz[strings.ToLower(headerToken)],
		provided:     query[querySignatureV2],
		v2:           &signatureV2{until: time.Unix(until, 0).UTC(), toSign: stringToSignV2(r, query[queryExpiresV2], amz, bucket)},
	}
	if err := s.setPayload(r, r.Header.Get(headerSHA256)); err != nil {
		return nil, err
	}
	if s.Payload.Mode == PayloadChunked || s.Payload.Mode == PayloadChunkedTrailer {
		return nil, mismatchS3() // chunks are signed by a key that Version 2 does not have
	}
	return s, nil
}

// isV2 tells the presigned queries of Signature Version 2 for S3.
func isV2(query map[string]string) bool {
	_, key := query[queryKeyV2]
	_, signature := query[querySignatureV2]
	_, others := query[queryVersionV2]
	return (key || signature) && !others
}

// signatureV2 is what Version 2 has in place of a date, a scope and a
// canonical request.
type signatureV2 struct {
	until  time.Time
	toSign string
}

// verify recomputes the signature of s.
func (v *signatureV2) verify(s *Signature, secret string, now time.Time) (*Verified, error) {
	if now.After(v.until) {
		return nil, deniedS3("Request has expired").
			With(ExpiredV2{Expires: v.until.Format(time.RFC3339), ServerTime: now.Format(time.RFC3339)})
	}
	h := hmac.New(sha1.New, []byte(secret))
	h.Write([]byte(v.toSign))
	if got, err := base64.StdEncoding.DecodeString(s.provided); err != nil || !hmac.Equal(got, h.Sum(nil)) {
		return nil, mismatchS3().With(SignatureDoesNotMatchV2{
			AWSAccessKeyId:    s.AccessKeyID,
			StringToSign:      v.toSign,
			SignatureProvided: s.provided,
			StringToSignBytes: spacedHex(v.toSign),
		})
	}
	return &Verified{sig: s}, nil
}

// stringToSignV2 returns what Version 2 signs of a presigned request.
func stringToSignV2(r *http.Request, expires string, amz map[string]string, bucket string) string {
	var b strings.Builder
	for _, line := range []string{r.Method, r.Header.Get("Content-Md5"), r.Header.Get("Content-Type"), expires} {
		b.WriteString(strings.TrimSpace(line))
		b.WriteByte('\n')
	}
	for _, name := range sortedKeys(amz) {
		b.WriteString(name + ":" + amz[name] + "\n")
	}
	b.WriteString(resourcePathV2(rawPath(r), bucket))
	b.WriteString(resourceQueryV2(rawQuery(r)))
	return b.String()
}

// resourcePathV2 returns the path with the bucket of the host before it. A
// bucket alone ends in a slash, wherever it is named.
func resourcePathV2(path, bucket string) string {
	if bucket != "" {
		return "/" + bucket + path
	}
	if strings.LastIndexByte(path, '/') == 0 && path != "/" {
		return path + "/"
	}
	return path
}

// amzHeadersV2 returns the headers of AWS's own, by their names in lower case.
// S3 takes them from the query as well, so what stands there is signed too.
func amzHeadersV2(r *http.Request) map[string]string {
	amz := map[string]string{}
	add := func(name, value string) {
		name = strings.ToLower(name)
		if !strings.HasPrefix(name, "x-amz-") {
			return
		}
		value = strings.TrimSpace(value)
		if before, ok := amz[name]; ok {
			value = before + "," + value
		}
		amz[name] = value
	}
	for _, name := range sortedKeys(r.Header) {
		for _, value := range r.Header[name] {
			add(name, value)
		}
	}
	for part := range strings.SplitSeq(rawQuery(r), "&") {
		name, value, _ := strings.Cut(part, "=")
		add(unescapeQuery(name), unescapeQuery(value))
	}
	return amz
}

// resourceQueryV2 returns the parameters that name a part of the resource or
// override a header of the answer: unescaped, sorted, with a "?" before them.
func resourceQueryV2(raw string) string {
	var signed []string
	for part := range strings.SplitSeq(raw, "&") {
		name, value, hasValue := strings.Cut(part, "=")
		if name = unescapeQuery(name); !slices.Contains(subresourcesV2, name) {
			continue
		}
		if hasValue {
			name += "=" + unescapeQuery(value)
		}
		signed = append(signed, name)
	}
	if len(signed) == 0 {
		return ""
	}
	slices.SortStableFunc(signed, func(a, b string) int {
		a, _, _ = strings.Cut(a, "=")
		b, _, _ = strings.Cut(b, "=")
		return strings.Compare(a, b)
	})
	return "?" + strings.Join(signed, "&")
}

// subresourcesV2 are the parameters that Version 2 signs. It is as old as
// they are: those of later years are not among them, on AWS neither.
var subresourcesV2 = []string{
	"accelerate", "acl", "analytics", "cors", "defaultObjectAcl", "delete", "inventory", "lifecycle", "location",
	"logging", "metrics", "notification", "object-lock", "partNumber", "policy", "replication", "requestPayment",
	"response-cache-control", "response-content-disposition", "response-content-encoding", "response-content-language",
	"response-content-type", "response-expires", "restore", "select", "select-type", "storageClass", "tagging", "torrent",
	"uploadId", "uploads", "versionId", "versioning", "versions", "website",
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
