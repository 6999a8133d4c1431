package restxml_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"cloudless/internal/api/s3"
	"cloudless/internal/awserr"
	"cloudless/internal/wire"
	"cloudless/internal/wire/restxml"
)

const (
	header    = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	namespace = `xmlns="http://s3.amazonaws.com/doc/2006-03-01/"`
)

var router = wire.NewRouter(&s3.Schema)

// request is a request to S3, routed.
func request(t *testing.T, method, target, body string, headers ...string) *wire.Request {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	op, labels := router.Match(r)
	if op == nil {
		t.Fatalf("%s %s names no operation", method, target)
	}
	return &wire.Request{Request: r, ID: "req-1", Service: &s3.Schema, Operation: op, Labels: labels}
}

func TestDecodeReadsDocumentsOfS3(t *testing.T) {
	for _, tt := range []struct {
		name, method, target, body string
		want                       any
	}{
		{"with S3's namespace", "PUT", "/b", header + `<CreateBucketConfiguration ` + namespace + `><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>`,
			&s3.CreateBucketRequest{Bucket: "b", CreateBucketConfiguration: &s3.CreateBucketConfiguration{LocationConstraint: "eu-west-1"}}},
		{"without a namespace", "PUT", "/b", `<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>`,
			&s3.CreateBucketRequest{Bucket: "b", CreateBucketConfiguration: &s3.CreateBucketConfiguration{LocationConstraint: "eu-west-1"}}},
		{"a body that may be left out", "PUT", "/b", "", &s3.CreateBucketRequest{Bucket: "b"}},
		{"a flattened list, comments and space", "POST", "/b?delete", "\n<Delete><!-- two -->\n <Object><Key>a</Key></Object>\n <Object><Key> b&amp;c\n</Key><VersionId>v</VersionId></Object><Quiet>true</Quiet></Delete>\n",
			&s3.DeleteObjectsRequest{Bucket: "b", Delete: &s3.Delete{Quiet: new(true),
				Objects: []s3.ObjectIdentifier{{Key: "a"}, {Key: " b&c\n", VersionId: new("v")}}}}},
		{"a wrapped list", "PUT", "/b?tagging", "<Tagging><TagSet><Tag><Key>k</Key><Value><![CDATA[<v>]]></Value></Tag></TagSet></Tagging>",
			&s3.PutBucketTaggingRequest{Bucket: "b", Tagging: &s3.Tagging{TagSet: []s3.Tag{{Key: "k", Value: "<v>"}}}}},
		{"an attribute with a prefix", "PUT", "/b?acl", `<AccessControlPolicy><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>1</ID></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>`,
			&s3.PutBucketAclRequest{Bucket: "b", AccessControlPolicy: &s3.AccessControlPolicy{
				Grants: []s3.Grant{{Grantee: &s3.Grantee{ID: new("1"), Type: "CanonicalUser"}, Permission: "READ"}}}}},
		{"a payload whose element has a name of its own", "POST", "/b/k?uploadId=u", "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"e\"</ETag></Part></CompleteMultipartUpload>",
			&s3.CompleteMultipartUploadRequest{Bucket: "b", Key: "k", UploadId: "u",
				MultipartUpload: &s3.CompletedMultipartUpload{Parts: []s3.CompletedPart{{PartNumber: new(int64(1)), ETag: new(`"e"`)}}}}},
		{"text that is the body", "PUT", "/b?policy", `{"Version":"2012-10-17"}`, &s3.PutBucketPolicyRequest{Bucket: "b", Policy: `{"Version":"2012-10-17"}`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := reflect.New(reflect.TypeOf(tt.want).Elem()).Interface()
			if err := (restxml.Codec{}).Decode(request(t, tt.method, tt.target, tt.body), got); err != nil {
				t.Fatalf("Decode(%s) = %v", tt.body, err)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("Decode(%s)\n got %+v\nwant %+v", tt.body, got, tt.want)
			}
		})
	}
}

func TestDecodeHandsAStreamOverUnread(t *testing.T) {
	r := request(t, "PUT", "/b/k", "bytes", "x-amz-meta-Colour", "blue", "Content-Type", "text/plain")
	var in s3.PutObjectRequest
	if err := (restxml.Codec{}).Decode(r, &in); err != nil {
		t.Fatal(err)
	}
	if in.Body != r.Body {
		t.Error("the body is not the request's")
	}
	if text, _ := io.ReadAll(in.Body); string(text) != "bytes" {
		t.Errorf("the body was read: %q is left", text)
	}
	if in.Metadata["colour"] != "blue" || *in.ContentType != "text/plain" || in.Key != "k" {
		t.Errorf("Decode = %+v", in)
	}
}

func TestDecodeTakesHeadersOfAPresignedQuery(t *testing.T) {
	r := request(t, "PUT", "/b/k?x-amz-acl=private&x-amz-meta-colour=blue", "")
	var in s3.PutObjectRequest
	if err := (restxml.Codec{}).Decode(r, &in); err != nil {
		t.Fatal(err)
	}
	if in.ACL != "private" || in.Metadata["colour"] != "blue" {
		t.Errorf("Decode = ACL %q, Metadata %v", in.ACL, in.Metadata)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, method, target, body, code string
		in                               any
	}{
		{"what is not XML", "PUT", "/b?tagging", "nonsense", "MalformedXML", &s3.PutBucketTaggingRequest{}},
		{"an end without a beginning", "PUT", "/b?tagging", "<Tagging><TagSet></Tagging>", "MalformedXML", &s3.PutBucketTaggingRequest{}},
		{"a document that is cut off", "PUT", "/b?tagging", "<Tagging><TagSet>", "MalformedXML", &s3.PutBucketTaggingRequest{}},
		{"another root", "PUT", "/b?tagging", "<Taggings><TagSet/></Taggings>", "MalformedXML", &s3.PutBucketTaggingRequest{}},
		{"two roots", "PUT", "/b?tagging", "<Tagging><TagSet/></Tagging><Tagging/>", "MalformedXML", &s3.PutBucketTaggingRequest{}},
		{"a required member that is missing", "PUT", "/b?tagging", "<Tagging/>", "MalformedXML", &s3.PutBucketTaggingRequest{}},
		{"a required member that is missing further in", "PUT", "/b?tagging", "<Tagging><TagSet><Tag><Key>k</Key></Tag></TagSet></Tagging>", "MalformedXML", &s3.PutBucketTaggingRequest{}},
		{"a member that nobody knows", "PUT", "/b?tagging", "<Tagging><TagSet/><Colour/></Tagging>", "MalformedXML", &s3.PutBucketTaggingRequest{}},
		{"a member given twice", "PUT", "/b?tagging", "<Tagging><TagSet/><TagSet/></Tagging>", "MalformedXML", &s3.PutBucketTaggingRequest{}},
		{"a word where a number is due", "POST", "/b/k?uploadId=u", "<CompleteMultipartUpload><Part><PartNumber>one</PartNumber></Part></CompleteMultipartUpload>", "MalformedXML", &s3.CompleteMultipartUploadRequest{}},
		{"a document type", "PUT", "/b?tagging", `<!DOCTYPE t [<!ENTITY e "x">]><Tagging><TagSet/></Tagging>`, "MalformedXML", &s3.PutBucketTaggingRequest{}},
		{"an entity", "PUT", "/b?tagging", "<Tagging><TagSet><Tag><Key>&e;</Key><Value/></Tag></TagSet></Tagging>", "MalformedXML", &s3.PutBucketTaggingRequest{}},
		{"another encoding", "PUT", "/b?tagging", `<?xml version="1.0" encoding="UTF-16"?><Tagging><TagSet/></Tagging>`, "MalformedXML", &s3.PutBucketTaggingRequest{}},
		{"elements without end", "PUT", "/b?tagging", strings.Repeat("<Tagging>", 10000), "MalformedXML", &s3.PutBucketTaggingRequest{}},
		{"an empty body where one is due", "PUT", "/b?tagging", "", "MissingRequestBodyError", &s3.PutBucketTaggingRequest{}},
		{"a number in the query that is none", "GET", "/b?max-keys=many", "", "InvalidArgument", &s3.ListObjectsRequest{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := awserr.From((restxml.Codec{}).Decode(request(t, tt.method, tt.target, tt.body), tt.in))
			if e.Code != tt.code || e.Status != http.StatusBadRequest {
				t.Errorf("Decode = %v (%d), want %s", e, e.Status, tt.code)
			}
		})
	}
}

func TestEncodeWritesDocumentsOfS3(t *testing.T) {
	created := time.Date(2026, 11, 24, 1, 2, 3, 0, time.UTC)
	for _, tt := range []struct {
		name, method, target string
		out                  any
		want                 string
	}{
		{"a root that the model names otherwise", "GET", "/", &s3.ListBucketsOutput{Buckets: []s3.Bucket{{Name: new("b"), CreationDate: &created}}, Owner: &s3.Owner{ID: new("1")}},
			"<ListAllMyBucketsResult " + namespace + "><Buckets><Bucket><Name>b</Name><CreationDate>2026-11-24T01:02:03.000Z</CreationDate></Bucket></Buckets><Owner><ID>1</ID></Owner></ListAllMyBucketsResult>"},
		{"a root that is the only member", "GET", "/b?location", &s3.GetBucketLocationOutput{LocationConstraint: "EU"},
			"<LocationConstraint " + namespace + ">EU</LocationConstraint>"},
		{"that member absent", "GET", "/b?location", &s3.GetBucketLocationOutput{}, "<LocationConstraint " + namespace + "></LocationConstraint>"},
		{"a payload", "GET", "/b?encryption", &s3.GetBucketEncryptionOutput{ServerSideEncryptionConfiguration: &s3.ServerSideEncryptionConfiguration{Rules: []s3.ServerSideEncryptionRule{{BucketKeyEnabled: new(false)}}}},
			"<ServerSideEncryptionConfiguration " + namespace + "><Rule><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>"},
		{"an attribute with a prefix", "GET", "/b?acl", &s3.GetBucketAclOutput{Grants: []s3.Grant{{Grantee: &s3.Grantee{ID: new("1"), Type: "CanonicalUser"}, Permission: "READ"}}},
			"<AccessControlPolicy " + namespace + `><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>1</ID></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>`},
		{"characters that XML reserves, and one that it cannot carry", "GET", "/b", &s3.ListObjectsOutput{Prefix: new("<a>&\"'\r\x01é")},
			"<ListBucketResult " + namespace + ">" + "<Prefix>&lt;a&gt;&amp;&quot;'&#xD;\uFFFDé</Prefix></ListBucketResult>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			if err := (restxml.Codec{}).Encode(w, request(t, tt.method, tt.target, ""), tt.out); err != nil {
				t.Fatal(err)
			}
			if got := w.Body.String(); got != header+tt.want {
				t.Errorf("Encode\n got %s\nwant %s", got, header+tt.want)
			}
			if w.Code != 200 || w.Header().Get("Content-Type") != "application/xml" || w.Header().Get("x-amz-request-id") != "req-1" {
				t.Errorf("Encode = %d %v", w.Code, w.Header())
			}
		})
	}
}

// closing tells whether a body was closed.
type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }

func TestEncodeCopiesAStreamBehindItsHeaders(t *testing.T) {
	body := &closing{Reader: strings.NewReader("bytes")}
	out := &s3.GetObjectOutput{Body: body, ContentLength: new(int64(5)), ContentType: new("text/plain"), ETag: new(`"e"`),
		LastModified: new(time.Date(2026, 11, 24, 1, 2, 3, 0, time.UTC)), Metadata: map[string]string{"colour": "blue"}}
	w := httptest.NewRecorder()
	if err := (restxml.Codec{}).Encode(w, request(t, "GET", "/b/k", ""), out); err != nil {
		t.Fatal(err)
	}
	if w.Code != 200 || w.Body.String() != "bytes" || !body.closed {
		t.Errorf("Encode = %d %q, closed %v", w.Code, w.Body, body.closed)
	}
	for name, want := range map[string]string{"Content-Length": "5", "Content-Type": "text/plain", "Etag": `"e"`, "Last-Modified": "Tue, 24 Nov 2026 01:02:03 GMT"} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	// Clients keep the rest of the name as it is spelled.
	spelled := "x-amz-meta-" + "colour"
	if got := w.Header()[spelled]; len(got) != 1 || got[0] != "blue" {
		t.Errorf("headers = %v", w.Header())
	}
}

func TestEncodeOfARangeIsPartialContent(t *testing.T) {
	out := &s3.GetObjectOutput{Body: io.NopCloser(strings.NewReader("yt")), ContentLength: new(int64(2)), ContentRange: new("bytes 1-2/5")}
	w := httptest.NewRecorder()
	if err := (restxml.Codec{}).Encode(w, request(t, "GET", "/b/k", ""), out); err != nil || w.Code != http.StatusPartialContent {
		t.Errorf("Encode = %d, %v", w.Code, err)
	}
}

func TestEncodeWritesNoBody(t *testing.T) {
	for _, tt := range []struct {
		name, method, target string
		out                  any
		status               int
		length               string
	}{
		{"for HEAD, but the length that GET would have", "HEAD", "/b/k", &s3.HeadObjectOutput{ContentLength: new(int64(5))}, 200, "5"},
		{"with status 204", "DELETE", "/b", &s3.DeleteBucketOutput{}, 204, ""},
		{"where only headers answer", "PUT", "/b/k", &s3.PutObjectOutput{ETag: new(`"e"`)}, 200, "0"},
	} {
		w := httptest.NewRecorder()
		if err := (restxml.Codec{}).Encode(w, request(t, tt.method, tt.target, ""), tt.out); err != nil {
			t.Fatal(err)
		}
		if w.Code != tt.status || w.Body.Len() > 0 || w.Header().Get("Content-Length") != tt.length {
			t.Errorf("Encode %s = %d, %q, %v", tt.name, w.Code, w.Body, w.Header())
		}
	}
}

func TestEncodeErrorSpeaksAsS3Does(t *testing.T) {
	type bucket struct{ BucketName string }
	type skewed struct {
		Expires string `xml:"X-Amz-Expires"`
		Missing *string
	}
	denied := &awserr.Error{Code: awserr.CodeAccessDenied, Status: 403, Message: "Request has expired"}
	for _, tt := range []struct {
		name   string
		in     *awserr.Error
		status int
		want   string
	}{
		{"with a detail that the model does not know", s3.NoSuchBucket("The specified bucket does not exist").With(&bucket{"b"}), 404,
			"<Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message><BucketName>b</BucketName>"},
		{"with a detail of the model", s3.InvalidObjectState("no").With(&s3.InvalidObjectStateDetail{StorageClass: "GLACIER"}), 403,
			"<Code>InvalidObjectState</Code><Message>no</Message><StorageClass>GLACIER</StorageClass>"},
		{"with a detail whose elements are no Go names", denied.With(skewed{Expires: "60"}), 403,
			"<Code>AccessDenied</Code><Message>Request has expired</Message><X-Amz-Expires>60</X-Amz-Expires>"},
		{"of an unknown key", &awserr.Error{Code: awserr.CodeUnrecognizedClient, Status: 403, Message: "The security token included in the request is invalid."}, 403,
			"<Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our records.</Message>"},
		{"of a wrong signature", &awserr.Error{Code: awserr.CodeInvalidSignature, Status: 403}, 403,
			"<Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided. Check your key and signing method.</Message>"},
		{"of a session that is over", &awserr.Error{Code: awserr.CodeExpiredToken, Status: 403}, 400,
			"<Code>ExpiredToken</Code><Message>The provided token has expired.</Message>"},
		{"of a failure, telling nothing", awserr.InternalFailure(errors.New("disk")), 500,
			"<Code>InternalError</Code><Message>We encountered an internal error. Please try again.</Message>"},
		{"of what does not exist", awserr.UnknownOperation(), 405,
			"<Code>MethodNotAllowed</Code><Message>The specified method is not allowed against this resource.</Message>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			(restxml.Codec{}).EncodeError(w, request(t, "GET", "/b/k", ""), tt.in)
			want := header + "<Error>" + tt.want + "<RequestId>req-1</RequestId><HostId>req-1</HostId></Error>"
			if w.Code != tt.status || w.Body.String() != want {
				t.Errorf("EncodeError(%v)\n got %d %s\nwant %d %s", tt.in, w.Code, w.Body, tt.status, want)
			}
		})
	}
}

func TestEncodeErrorHasNoBodyForHeadAndNotModified(t *testing.T) {
	for _, tt := range []struct {
		method string
		in     *awserr.Error
	}{
		{"HEAD", s3.NoSuchKey("The specified key does not exist.")},
		{"GET", &awserr.Error{Code: "NotModified", Status: 304, Message: "Not Modified"}},
	} {
		w := httptest.NewRecorder()
		(restxml.Codec{}).EncodeError(w, request(t, tt.method, "/b/k", ""), tt.in)
		if w.Code != tt.in.Status || w.Body.Len() > 0 || w.Header().Get("x-amz-request-id") != "req-1" {
			t.Errorf("EncodeError(%s, %v) = %d %q", tt.method, tt.in, w.Code, w.Body)
		}
	}
}

func TestEncodeErrorOfOtherServicesHasAResponseAroundIt(t *testing.T) {
	other := wire.Service{Name: "route53", Protocol: wire.RestXML, XMLNamespace: "https://route53.amazonaws.com/doc/2013-04-01/"}
	r := request(t, "GET", "/b/k", "")
	r.Service = &other
	w := httptest.NewRecorder()
	(restxml.Codec{}).EncodeError(w, r, &awserr.Error{Code: awserr.CodeInvalidSignature, Status: 403, Message: "no"})
	want := header + `<ErrorResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Error><Type>Sender</Type>` +
		"<Code>SignatureDoesNotMatch</Code><Message>no</Message></Error><RequestId>req-1</RequestId></ErrorResponse>"
	if w.Code != 403 || w.Body.String() != want {
		t.Errorf("EncodeError\n got %d %s\nwant %s", w.Code, w.Body, want)
	}
}
