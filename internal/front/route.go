package front

import (
	"bytes"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"

	"cloudless/internal/api"
	"cloudless/internal/awserr"
	"cloudless/internal/identity/sigv4"
	"cloudless/internal/wire"
)

// choose finds the service of a request: by its host, by the scope of its
// signature, by X-Amz-Target, by the form that it posts, or by its path, in
// this order. It returns nil if there is none.
func (f *Front) choose(r *http.Request, host string, sig *sigv4.Signature) *service {
	if s := f.byHost(host); s != nil {
		return s
	}
	prefix, _, hasTarget := cutLast(r.Header.Get("X-Amz-Target"), ".")
	if sig != nil {
		// Services may share a scope; the target then tells which it is.
		if s := f.targets[prefix]; s != nil && s.Schema.Scope() == sig.Service {
			return s
		}
		return f.byName[sig.Service]
	}
	if hasTarget {
		return f.targets[prefix]
	}
	if version := formVersion(r); version != "" {
		return f.byVersion(version)
	}
	for _, s := range f.rest {
		if op, _ := s.router.Match(r); op != nil {
			return s
		}
	}
	return f.byName["s3"]
}

// byHost finds the service whose endpoint a host is: "dynamodb.us-east-1.
// amazonaws.com", "sts.amazonaws.com", "bucket.s3.amazonaws.com".
func (f *Front) byHost(host string) *service {
	name, ok := cutDomain(host)
	if !ok {
		return nil
	}
	if bucketOf(host) != "" {
		return f.byName["s3"]
	}
	first, _, _ := strings.Cut(name, ".")
	return f.byName[first]
}

// domains are those under which AWS's endpoints lie, and their local twin.
var domains = []string{".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".localhost", ".localhost.localstack.cloud"}

// cutDomain returns what stands before AWS's domain.
func cutDomain(host string) (name string, ok bool) {
	for _, d := range domains {
		if name, ok = strings.CutSuffix(host, d); ok {
			return name, true
		}
	}
	return "", false
}

// bucketOf returns the bucket that a host names, "{bucket}.s3.…", or "".
// Bucket names may have dots.
func bucketOf(host string) string {
	name, ok := cutDomain(host)
	if !ok {
		return ""
	}
	for _, mark := range []string{".s3.", ".s3-"} {
		if bucket, _, ok := strings.Cut(name, mark); ok {
			return bucket
		}
	}
	bucket, ok := strings.CutSuffix(name, ".s3")
	if !ok {
		return ""
	}
	return bucket
}

// hostname returns a host in lower case, without its port.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// formVersion returns the API version that an awsQuery request names, in its
// query or in the form that it posts.
func formVersion(r *http.Request) string {
	q := r.URL.Query()
	if q.Get("Action") == "" && r.Method == http.MethodPost && r.URL.Path == "/" && isForm(r) {
		q = peekForm(r)
	}
	if q.Get("Action") == "" {
		return ""
	}
	return q.Get("Version")
}

func isForm(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/x-www-form-urlencoded"
}

// peekForm reads the beginning of the form that r posts, and leaves it to be
// read again.
func peekForm(r *http.Request) url.Values {
	const enough = 64 << 10 // clients put action and version first
	head, _ := io.ReadAll(io.LimitReader(r.Body, enough))
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), r.Body), r.Body}
	form, _ := url.ParseQuery(string(head)) // of what is no form, the rest
	return form
}

func (f *Front) byVersion(version string) *service {
	for _, s := range f.byName {
		if s.Schema.Protocol == wire.AWSQuery && s.Schema.APIVersion == version {
			return s
		}
	}
	return nil
}

// resolve finds the operation that a request to the service names. The body
// of an awsQuery request must have been read into the request before.
func (s *service) resolve(req *wire.Request, body []byte) (op api.Operation, refusal error) {
	name := ""
	switch s.Schema.Protocol {
	case wire.AWSJSON10, wire.AWSJSON11:
		_, name, _ = cutLast(req.Header.Get("X-Amz-Target"), ".")
	case wire.AWSQuery:
		name = actionOf(req.Request, body)
	default:
		req.Request = withBucketInPath(req.Request)
		var matched *wire.Operation
		if matched, req.Labels = s.router.Match(req.Request); matched != nil {
			name = matched.Name
		}
	}
	op, ok := s.Operations[name]
	if ok {
		req.Operation = op.Schema
		return op, nil
	}
	if name := sibling(s.Schema.Name, req.Request); name != "" {
		return op, notServed(name)
	}
	if kind, _, _ := mime.ParseMediaType(req.Header.Get("Content-Type")); s.Schema.Name == "s3" && req.Method == http.MethodPost && kind == "multipart/form-data" {
		return op, awserr.NotImplemented(s.Schema.ID, "POST Object, the upload by a form,") // which no model has
	}
	if s.Schema.Protocol == wire.RestXML {
		return op, &awserr.Error{Code: "MethodNotAllowed", Status: http.StatusMethodNotAllowed,
			Message: "The specified method is not allowed against this resource."}
	}
	return op, awserr.UnknownOperation()
}

// sibling names the API that a request is for if that is not here and has its
// scope in common with a service that is.
func sibling(service string, r *http.Request) string {
	if service == "apigateway" && strings.HasPrefix(r.URL.Path, "/v2/") {
		return "apigatewayv2"
	}
	return ""
}

// notServed refuses a request for a service that is not here.
func notServed(service string) *awserr.Error {
	return &awserr.Error{Code: awserr.CodeNotImplemented, Status: http.StatusNotImplemented,
		Message: "cloudless does not implement the service " + service + " yet."}
}

// actionOf returns the Action that query or body name.
func actionOf(r *http.Request, body []byte) string {
	if a := r.URL.Query().Get("Action"); a != "" {
		return a
	}
	if !isForm(r) {
		return ""
	}
	for pair := range strings.SplitSeq(string(body), "&") {
		if v, ok := strings.CutPrefix(pair, "Action="); ok {
			if v, err := url.QueryUnescape(v); err == nil {
				return v
			}
		}
	}
	return ""
}

// withBucketInPath puts the bucket that the host names before the path, so
// that one set of patterns serves both of S3's styles.
func withBucketInPath(r *http.Request) *http.Request {
	bucket := bucketInHost(r)
	if bucket == "" {
		return r
	}
	u := *r.URL
	u.RawPath = "/" + bucket + u.EscapedPath()
	u.Path = "/" + bucket + u.Path
	moved := *r
	moved.URL = &u
	return &moved
}

// bucketInHost returns the bucket that the host of a request for S3 names, or "".
func bucketInHost(r *http.Request) string {
	if bucket := bucketOf(hostname(r.Host)); bucket != "" {
		return bucket
	}
	return localBucket(r)
}

// localBucket returns the bucket of "{bucket}.localhost", which is what
// clients make of the endpoint http://localhost:4566.
func localBucket(r *http.Request) string {
	bucket, ok := strings.CutSuffix(hostname(r.Host), ".localhost")
	if !ok || bucket == "s3" || strings.HasPrefix(bucket, "s3.") {
		return ""
	}
	return bucket
}
