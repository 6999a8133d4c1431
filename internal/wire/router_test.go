package wire_test

import (
	"cmp"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"cloudless/internal/api/apigateway"
	"cloudless/internal/api/lambda"
	"cloudless/internal/api/s3"
	"cloudless/internal/wire"
)

func TestRouterTellsTheOperationsOfS3Apart(t *testing.T) {
	router := wire.NewRouter(&s3.Schema)
	copied := http.Header{"X-Amz-Copy-Source": {"/b/other"}}
	for _, tt := range []struct {
		method, target string
		header         http.Header
		want           string
		key            string
	}{
		{"GET", "/", nil, "ListBuckets", ""},
		{"GET", "/b", nil, "ListObjects", ""},
		{"GET", "/b/", nil, "ListObjects", ""},
		{"GET", "/b?list-type=2", nil, "ListObjectsV2", ""},
		{"GET", "/b?list-type=2&prefix=location", nil, "ListObjectsV2", ""},
		{"GET", "/b?location", nil, "GetBucketLocation", ""},
		{"GET", "/b?location=", nil, "GetBucketLocation", ""},
		{"GET", "/b?versions", nil, "ListObjectVersions", ""},
		{"GET", "/b?uploads", nil, "ListMultipartUploads", ""},
		{"HEAD", "/b", nil, "HeadBucket", ""},
		{"PUT", "/b", nil, "CreateBucket", ""},
		{"PUT", "/b/", nil, "CreateBucket", ""},
		{"POST", "/b?delete", nil, "DeleteObjects", ""},
		{"GET", "/b/k", nil, "GetObject", "k"},
		{"GET", "/b/k?partNumber=1", nil, "GetObject", "k"},
		{"GET", "/b/k?uploadId=u", nil, "ListParts", "k"},
		{"GET", "/b/k?tagging", nil, "GetObjectTagging", "k"},
		{"GET", "/b/k?acl&versionId=v", nil, "GetObjectAcl", "k"},
		{"HEAD", "/b/k", nil, "HeadObject", "k"},
		{"PUT", "/b/k", nil, "PutObject", "k"},
		{"PUT", "/b/k", copied, "CopyObject", "k"},
		{"PUT", "/b/k?partNumber=1&uploadId=u", nil, "UploadPart", "k"},
		{"PUT", "/b/k?partNumber=1&uploadId=u", copied, "UploadPartCopy", "k"},
		{"POST", "/b/k?uploads", nil, "CreateMultipartUpload", "k"},
		{"POST", "/b/k?uploadId=u", nil, "CompleteMultipartUpload", "k"},
		{"DELETE", "/b/k", nil, "DeleteObject", "k"},
		{"DELETE", "/b/k?uploadId=u", nil, "AbortMultipartUpload", "k"},

		// Keys are taken as they are sent.
		{"GET", "/b/a/b/c", nil, "GetObject", "a/b/c"},
		{"GET", "/b/a/", nil, "GetObject", "a/"},
		{"GET", "/b//a", nil, "GetObject", "/a"},
		{"GET", "/b/a//b/../c/.", nil, "GetObject", "a//b/../c/."},
		{"GET", "/b/a%2Fb", nil, "GetObject", "a/b"},
		{"GET", "/b/%2Fa", nil, "GetObject", "/a"},
		{"GET", "/b/..", nil, "GetObject", ".."},
		{"GET", "/b/a%20b+c%3F%25", nil, "GetObject", "a b+c?%"},
		{"GET", "/b/%C3%A9", nil, "GetObject", "é"},
		{"GET", "/b//", nil, "GetObject", "/"},

		{"PATCH", "/b/k", nil, "", ""},
	} {
		r := httptest.NewRequest(tt.method, tt.target, nil)
		maps.Copy(r.Header, tt.header)
		op, labels := router.Match(r)
		got := ""
		if op != nil {
			got = op.Name
		}
		if got != tt.want || labels["Key"] != tt.key {
			t.Errorf("%s %s = %q with key %q, want %q with %q", tt.method, tt.target, got, labels["Key"], tt.want, tt.key)
		}
	}
}

func TestRouterUnescapesLabelsAndPrefersLiterals(t *testing.T) {
	router := wire.NewRouter(&wire.Service{Shapes: []wire.Shape{{}}, Operations: []wire.Operation{
		{Name: "Get", Method: "GET", URI: "/things/{Name}"},
		{Name: "List", Method: "GET", URI: "/things"},
		{Name: "Newest", Method: "GET", URI: "/things/newest"},
		{Name: "Rest", Method: "GET", URI: "/things/{Name}/rest/{Path+}"},
	}})
	for _, tt := range []struct {
		target, want string
		labels       map[string]string
	}{
		{"/things", "List", nil},
		{"/things/", "List", nil},
		{"/things//", "", nil},
		{"/things/a", "Get", map[string]string{"Name": "a"}},
		{"/things/a/", "Get", map[string]string{"Name": "a"}},
		{"/things/newest", "Newest", nil},
		{"/things/arn:aws:x%2Fy", "Get", map[string]string{"Name": "arn:aws:x/y"}},
		{"/things/a/b", "", nil},
		{"/things/a/rest/b/c", "Rest", map[string]string{"Name": "a", "Path": "b/c"}},
		{"/things/a/rest/", "", nil},
		{"/thing", "", nil},
		{"/", "", nil},
	} {
		op, labels := router.Match(httptest.NewRequest("GET", tt.target, nil))
		got := ""
		if op != nil {
			got = op.Name
		}
		if got != tt.want || !maps.Equal(labels, tt.labels) {
			t.Errorf("Match(%s) = %q %v, want %q %v", tt.target, got, labels, tt.want, tt.labels)
		}
	}
}

// Every operation of a REST service must be reachable by the request that a
// client makes for it.
func TestRouterReachesEveryOperationOfTheModels(t *testing.T) {
	for _, s := range []*wire.Service{&apigateway.Schema, &lambda.Schema, &s3.Schema} {
		router := wire.NewRouter(s)
		for i := range s.Operations {
			op := &s.Operations[i]
			r := requestFor(t, s, op)
			got, _ := router.Match(r)
			if want := cmp.Or(twins[op.Name], op.Name); got == nil || got.Name != want {
				t.Errorf("%s %s is for %s, but names %+v", r.Method, r.URL, want, got)
			}
		}
	}
}

// twins are operations whose requests are the same as another's, with the one
// that is chosen.
var twins = map[string]string{
	"ListDirectoryBuckets": "ListBuckets", // at another endpoint
}

// requestFor makes the smallest request of an operation.
func requestFor(t *testing.T, s *wire.Service, op *wire.Operation) *http.Request {
	t.Helper()
	path, query, _ := strings.Cut(op.URI, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	path = strings.NewReplacer("{", "", "+}", "", "}", "").Replace(path)
	r := httptest.NewRequest(op.Method, path, nil)
	input := s.Shape(op.Input)
	for j := range input.Members {
		switch m := &input.Members[j]; {
		case !m.Required:
		case m.In == wire.InHeader:
			r.Header.Set(m.WireName(), "1")
		case m.In == wire.InQuery:
			values.Set(m.WireName(), "1")
		}
	}
	r.URL.RawQuery = values.Encode()
	return r
}

func FuzzRouter(f *testing.F) {
	for _, seed := range []string{"/", "/b/k", "/b//k/../%2F?uploadId=u", "/b/%zz", "//", "/b?list-type=2&list-type=3"} {
		f.Add("GET", seed)
	}
	routers := []*wire.Router{wire.NewRouter(&s3.Schema), wire.NewRouter(&lambda.Schema), wire.NewRouter(&apigateway.Schema)}
	f.Fuzz(func(t *testing.T, method, target string) {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			return
		}
		for _, router := range routers {
			op, labels := router.Match(&http.Request{Method: method, URL: u, Header: http.Header{}})
			if op == nil {
				continue
			}
			if op.Method != method {
				t.Errorf("%s %s names %s, which is %s", method, target, op.Name, op.Method)
			}
			for name, value := range labels {
				if value == "" || !strings.Contains(op.URI, "{"+name) {
					t.Errorf("%s %s: label %s = %q of %s", method, target, name, value, op.URI)
				}
			}
		}
	})
}
