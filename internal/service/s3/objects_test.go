package s3

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
)

func equal(a, b []string) bool { return slices.Equal(a, b) }

func TestPutObjectThenGetObject(t *testing.T) {
	h := newHarness(t)
	put := h.put("a/b", "something", func(in *s3api.PutObjectRequest) {
		in.ContentType = new("text/plain")
		in.ContentEncoding = new("aws-chunked,gzip")
		in.CacheControl = new("no-cache")
		in.ContentDisposition = new(`attachment; filename="foo.jpg"`)
		in.ContentLanguage = new("de")
		in.Expires = new("Wed, 21 Oct 2015 07:28:00 GMT")
		in.Metadata = map[string]string{"key": "value"}
		in.Tagging = new("tag1=a&tag2")
		in.StorageClass = "STANDARD_IA"
		in.ServerSideEncryption = "AES256"
	})
	want(t, "ETag", put.ETag, `"437b930db84b8079c2dd804a71936b5f"`)
	want(t, "ChecksumCRC64NVME", put.ChecksumCRC64NVME, "1BGd19PD4OU=")
	want(t, "ChecksumType", &put.ChecksumType, "FULL_OBJECT")

	body, got := h.get("a/b")
	want(t, "Body", &body, "something")
	want(t, "ETag", got.ETag, *put.ETag)
	want(t, "ContentLength", got.ContentLength, 9)
	want(t, "ContentType", got.ContentType, "text/plain")
	want(t, "ContentEncoding", got.ContentEncoding, "gzip")
	want(t, "CacheControl", got.CacheControl, "no-cache")
	want(t, "ContentDisposition", got.ContentDisposition, `attachment; filename="foo.jpg"`)
	want(t, "ContentLanguage", got.ContentLanguage, "de")
	want(t, "Expires", got.Expires, "Wed, 21 Oct 2015 07:28:00 GMT")
	want(t, "TagCount", got.TagCount, 2)
	want(t, "StorageClass", &got.StorageClass, "STANDARD_IA")
	want(t, "ServerSideEncryption", &got.ServerSideEncryption, "AES256")
	want(t, "AcceptRanges", got.AcceptRanges, "bytes")
	want(t, "LastModified", got.LastModified, start.Truncate(time.Second))
	if got.Metadata["key"] != "value" || got.ContentRange != nil || got.ChecksumCRC64NVME != nil {
		t.Errorf("GetObject = %+v", got)
	}
}

func TestObjectsHaveDefaults(t *testing.T) {
	h := newHarness(t)
	h.put("key", "")
	body, got := h.get("key")
	want(t, "Body", &body, "")
	want(t, "ContentType", got.ContentType, "binary/octet-stream")
	want(t, "ContentLength", got.ContentLength, 0)
	want(t, "StorageClass", &got.StorageClass, "") // the ordinary one is not told
	want(t, "ServerSideEncryption", &got.ServerSideEncryption, "")
	if got.TagCount != nil || got.PartsCount != nil {
		t.Errorf("GetObject = %+v", got)
	}
}

// Keys are bytes: nothing in them is a path.
func TestKeysAreOrdinary(t *testing.T) {
	h := newHarness(t)
	keys := []string{"/", "//", "/foo", "..", "../..", "./a", "a//b", "a/", "a/%F0%9F%98%80/", "file%2Fname", "test key//",
		"test@key/", "😀", "a\x00b", "a\x01", "+", "?", "#", strings.Repeat("k", 1024)}
	for _, key := range keys {
		h.put(key, "body of "+key)
	}
	for _, key := range keys {
		if body, _ := h.get(key); body != "body of "+key {
			t.Errorf("GetObject(%q) = %q", key, body)
		}
	}
	_, err := h.tryPut(strings.Repeat("k", 1025), "")
	wantRefusal(t, err, 400, "KeyTooLongError", "Your key is too long", &lengthDetail{"1025", "1024"})
	_, err = h.tryPut("\xff", "")
	wantCode(t, err, "InvalidURI")
}

func TestPutObjectReplaces(t *testing.T) {
	h := newHarness(t)
	h.put("key", "old", func(in *s3api.PutObjectRequest) { in.Tagging = new("a=b") })
	h.put("key", "new")
	body, got := h.get("key")
	want(t, "Body", &body, "new")
	if got.TagCount != nil {
		t.Error("the new object has the old one's tags")
	}
}

func TestPutObjectRefuses(t *testing.T) {
	for _, tt := range []struct {
		name          string
		edit          func(*s3api.PutObjectRequest)
		status        int
		code, message string
		detail        any
	}{
		{"an unknown bucket", func(in *s3api.PutObjectRequest) { in.Bucket = "nosuch" },
			404, "NoSuchBucket", "The specified bucket does not exist", &bucketDetail{"nosuch"}},
		{"no length", func(in *s3api.PutObjectRequest) { in.ContentLength = nil },
			411, "MissingContentLength", "You must provide the Content-Length HTTP header.", nil},
		{"too much", func(in *s3api.PutObjectRequest) { in.ContentLength = new(int64(5<<30 + 1)) },
			400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", &sizeDetail{"5368709121", "5368709120"}},
		{"a storage class of elsewhere", func(in *s3api.PutObjectRequest) { in.StorageClass = "OUTPOSTS" },
			400, "InvalidStorageClass", "The storage class you specified is not valid", &storageClass{"OUTPOSTS"}},
		{"a fake ACL", func(in *s3api.PutObjectRequest) { in.ACL = "fake-acl" },
			400, "InvalidArgument", "", &argumentValue{"x-amz-acl", "fake-acl"}},
		{"a public ACL", func(in *s3api.PutObjectRequest) { in.ACL = "public-read" },
			400, "AccessControlListNotSupported", "The bucket does not allow ACLs", nil},
		{"a key of KMS", func(in *s3api.PutObjectRequest) { in.ServerSideEncryption = "aws:kms" },
			501, awserr.CodeNotImplemented, "cloudless does not implement the encryption aws:kms yet.", nil},
		{"two conditions", func(in *s3api.PutObjectRequest) { in.IfMatch, in.IfNoneMatch = new("e"), new("*") },
			501, "NotImplemented", "A header you provided implies functionality that is not implemented", nil},
		{"If-Match: *", func(in *s3api.PutObjectRequest) { in.IfMatch = new("*") },
			501, "NotImplemented", "A header you provided implies functionality that is not implemented",
			&headerValue{"If-Match", "We don't accept the provided value of If-Match header for this API"}},
		{"If-None-Match with an ETag", func(in *s3api.PutObjectRequest) { in.IfNoneMatch = new("etag") },
			501, "NotImplemented", "A header you provided implies functionality that is not implemented",
			&headerValue{"If-None-Match", "We don't accept the provided value of If-None-Match header for this API"}},
		{"If-Match without an object", func(in *s3api.PutObjectRequest) { in.IfMatch = new("etag") },
			404, "NoSuchKey", "The specified key does not exist.", &keyDetail{"key"}},
		{"tags twice", func(in *s3api.PutObjectRequest) { in.Tagging = new("key1=val1&key1=val2") }, 400, "InvalidArgument",
			"The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
			&argumentValue{"x-amz-tagging", "key1=val1&key1=val2"}},
		{"tags in another form", func(in *s3api.PutObjectRequest) { in.Tagging = new("key1=val1,key2=val2") }, 400, "InvalidArgument",
			"The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
			&argumentValue{"x-amz-tagging", "key1=val1,key2=val2"}},
		{"too much metadata", func(in *s3api.PutObjectRequest) {
			in.Metadata = map[string]string{"long": strings.Repeat("x", 2048)}
		}, 400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", &lengthDetail{"2052", "2048"}},
		{"an invalid digest", func(in *s3api.PutObjectRequest) { in.ContentMD5 = new("no") },
			400, "InvalidDigest", "The Content-MD5 you specified was invalid.", &badDigest{"no"}},
		{"another body's digest", func(in *s3api.PutObjectRequest) { in.ContentMD5 = new("1B2M2Y8AsgTpgAmY7PhCfg==") },
			400, "BadDigest", "The Content-MD5 you specified did not match what we received.",
			&digestDetail{"1B2M2Y8AsgTpgAmY7PhCfg==", "hBotaJrYa9FhFEdFPCLG/A=="}},
		{"an encrypted lie", func(in *s3api.PutObjectRequest) { in.SSECustomerAlgorithm = new("AES256") },
			501, awserr.CodeNotImplemented, "cloudless does not implement server-side encryption with customer-provided keys yet.", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t)
			_, err := h.tryPut("key", "body", tt.edit)
			wantRefusal(t, err, tt.status, tt.code, tt.message, tt.detail)
			h.missing("key")
			if names := h.blobs.names(); len(names) > 0 {
				t.Errorf("blobs left: %v", names)
			}
		})
	}
}

func TestPutObjectOnCondition(t *testing.T) {
	h := newHarness(t)
	put := h.put("key", "one", func(in *s3api.PutObjectRequest) { in.IfNoneMatch = new("*") })
	_, err := h.tryPut("key", "two", func(in *s3api.PutObjectRequest) { in.IfNoneMatch = new("*") })
	wantRefusal(t, err, 412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", &conditionUnmet{"If-None-Match"})
	_, err = h.tryPut("key", "two", func(in *s3api.PutObjectRequest) { in.IfMatch = new("d41d8cd98f00b204e9800998ecf8427e") })
	wantRefusal(t, err, 412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", &conditionUnmet{"If-Match"})
	h.put("key", "two", func(in *s3api.PutObjectRequest) { in.IfMatch = put.ETag })
	if body, _ := h.get("key"); body != "two" {
		t.Errorf("body = %q", body)
	}
}

// What the front door finds wrong on the way is passed on, and nothing kept.
func TestPutObjectPassesOnWhatTheBodySays(t *testing.T) {
	h := newHarness(t)
	h.put("key", "old")
	mismatch := &awserr.Error{Code: awserr.CodeContentSHA256Mismatch, Status: 400}
	for _, tt := range []struct {
		err  error
		code string
	}{
		{mismatch, awserr.CodeContentSHA256Mismatch},
		{io.ErrUnexpectedEOF, "IncompleteBody"},
		{errors.New("connection reset"), "IncompleteBody"},
	} {
		_, err := h.tryPut("key", "", func(in *s3api.PutObjectRequest) {
			in.Body = io.NopCloser(io.MultiReader(strings.NewReader("new"), failing{tt.err}))
		})
		wantCode(t, err, tt.code)
		if body, _ := h.get("key"); body != "old" {
			t.Errorf("after %v the object is %q", tt.err, body)
		}
	}
	if n := len(h.blobs.names()); n != 1 {
		t.Errorf("%d blobs, want 1", n)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestGetObjectRanges(t *testing.T) {
	h := newHarness(t)
	h.put("key", "0123456789")
	for _, tt := range []struct{ header, body, contentRange string }{
		{"bytes=0-8", "012345678", "bytes 0-8/10"},
		{"bytes=1-1", "1", "bytes 1-1/10"},
		{"bytes=0-0", "0", "bytes 0-0/10"},
		{"bytes=1-", "123456789", "bytes 1-9/10"},
		{"bytes=-2", "89", "bytes 8-9/10"},
		{"bytes=-9", "123456789", "bytes 1-9/10"},
		{"bytes=-15", "0123456789", "bytes 0-9/10"},
		{"bytes=0-100", "0123456789", "bytes 0-9/10"},
		{"bytes=0-99999999999999999999", "0123456789", "bytes 0-9/10"},
		// What is no range is no header.
		{"bytes=-", "0123456789", ""},
		{"bytes=-1-", "0123456789", ""},
		{"bytes=0--1", "0123456789", ""},
		{"bytes=1-0", "0123456789", ""},
		{"bytes=0-1,3-4,7-9", "0123456789", ""},
		{"0-9", "0123456789", ""},
	} {
		body, out := h.get("key", func(in *s3api.GetObjectRequest) { in.Range, in.ChecksumMode = &tt.header, "ENABLED" })
		if body != tt.body || value(out.ContentRange) != tt.contentRange || *out.ContentLength != int64(len(tt.body)) {
			t.Errorf("%s: %q, %q", tt.header, body, value(out.ContentRange))
		}
		// The checksum is of the object, so it is told with all of it alone.
		if (out.ChecksumCRC64NVME != nil) != (body == "0123456789") {
			t.Errorf("%s: checksum %v", tt.header, out.ChecksumCRC64NVME)
		}
	}
	for _, header := range []string{"bytes=100-200", "bytes=-0", "bytes=10-", "bytes=99999999999999999999-"} {
		_, err := h.GetObject(t.Context(), root, &s3api.GetObjectRequest{Bucket: "bucket", Key: "key", Range: &header})
		wantRefusal(t, err, 416, "InvalidRange", "The requested range is not satisfiable", &rangeDetail{header, "10"})
	}
	_, err := h.GetObject(t.Context(), root, &s3api.GetObjectRequest{Bucket: "bucket", Key: "nosuch", Range: new("bytes=0-1")})
	wantRefusal(t, err, 404, "NoSuchKey", "The specified key does not exist.", &keyDetail{"nosuch"})
}

func TestGetObjectOnConditions(t *testing.T) {
	h := newHarness(t)
	etag := *h.put("key", "data").ETag
	h.clock.Advance(time.Hour)
	modified := start.Truncate(time.Second)
	before, after, future := modified.Add(-time.Minute), modified.Add(time.Minute), modified.Add(24*time.Hour)
	for _, tt := range []struct {
		name string
		edit func(*s3api.GetObjectRequest)
		code string
	}{
		{"If-Match with the ETag", func(in *s3api.GetObjectRequest) { in.IfMatch = &etag }, ""},
		{"If-Match with another", func(in *s3api.GetObjectRequest) { in.IfMatch = new(`"other"`) }, "PreconditionFailed"},
		{"If-Match with several", func(in *s3api.GetObjectRequest) { in.IfMatch = new(`"other", ` + etag) }, ""},
		{"If-None-Match with the ETag", func(in *s3api.GetObjectRequest) { in.IfNoneMatch = &etag }, "NotModified"},
		{"If-None-Match without quotes", func(in *s3api.GetObjectRequest) { in.IfNoneMatch = new(unquote(etag)) }, "NotModified"},
		{"If-None-Match: *", func(in *s3api.GetObjectRequest) { in.IfNoneMatch = new("*") }, "NotModified"},
		{"If-None-Match with another", func(in *s3api.GetObjectRequest) { in.IfNoneMatch = new("other") }, ""},
		{"If-Modified-Since before", func(in *s3api.GetObjectRequest) { in.IfModifiedSince = &before }, ""},
		{"If-Modified-Since the object's time", func(in *s3api.GetObjectRequest) { in.IfModifiedSince = &modified }, "NotModified"},
		{"If-Modified-Since after", func(in *s3api.GetObjectRequest) { in.IfModifiedSince = &after }, "NotModified"},
		{"If-Modified-Since in the future", func(in *s3api.GetObjectRequest) { in.IfModifiedSince = &future }, ""},
		{"If-Unmodified-Since before", func(in *s3api.GetObjectRequest) { in.IfUnmodifiedSince = &before }, "PreconditionFailed"},
		{"If-Unmodified-Since the object's time", func(in *s3api.GetObjectRequest) { in.IfUnmodifiedSince = &modified }, ""},
		{"If-Match overrules If-Unmodified-Since", func(in *s3api.GetObjectRequest) { in.IfMatch, in.IfUnmodifiedSince = &etag, &before }, ""},
		{"If-None-Match overrules If-Modified-Since", func(in *s3api.GetObjectRequest) { in.IfNoneMatch, in.IfModifiedSince = new("other"), &after }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := &s3api.GetObjectRequest{Bucket: "bucket", Key: "key"}
			tt.edit(in)
			out, err := h.GetObject(t.Context(), root, in)
			wantCode(t, err, tt.code)
			if err == nil {
				h.read(out.Body)
			}
			head := s3api.HeadObjectRequest(*in)
			_, err = h.HeadObject(t.Context(), root, &head)
			wantCode(t, err, tt.code)
		})
	}
}

func TestGetObjectOverridesHeaders(t *testing.T) {
	h := newHarness(t)
	h.put("key", "something")
	_, out := h.get("key", func(in *s3api.GetObjectRequest) {
		in.ResponseCacheControl = new("max-age=74")
		in.ResponseContentDisposition = new(`attachment; filename="foo.jpg"`)
		in.ResponseContentEncoding = new("identity")
		in.ResponseContentLanguage = new("de-DE")
		in.ResponseContentType = new("image/jpeg")
		in.ResponseExpires = new(time.Date(2015, 10, 21, 7, 28, 0, 0, time.UTC))
	})
	want(t, "CacheControl", out.CacheControl, "max-age=74")
	want(t, "ContentDisposition", out.ContentDisposition, `attachment; filename="foo.jpg"`)
	want(t, "ContentEncoding", out.ContentEncoding, "identity")
	want(t, "ContentLanguage", out.ContentLanguage, "de-DE")
	want(t, "ContentType", out.ContentType, "image/jpeg")
	want(t, "Expires", out.Expires, "Wed, 21 Oct 2015 07:28:00 GMT")
	_, err := h.GetObject(t.Context(), root, &s3api.GetObjectRequest{Bucket: "bucket", Key: "key", ResponseCacheControl: new("—")})
	wantCode(t, err, "InvalidArgument")
}

func TestWhoMayNotListDoesNotLearnThatAKeyIsMissing(t *testing.T) {
	h := newHarness(t)
	get := func() error {
		_, err := h.GetObject(t.Context(), root, &s3api.GetObjectRequest{Bucket: "bucket", Key: "nosuch"})
		return err
	}
	wantCode(t, get(), "NoSuchKey")
	h.authz.deny = map[string]bool{"s3:ListBucket": true}
	wantCode(t, get(), awserr.CodeAccessDenied)
	if asked := h.authz.asked; !slices.Contains(asked, "s3:GetObject arn:aws:s3:::bucket/nosuch") ||
		!slices.Contains(asked, "s3:ListBucket arn:aws:s3:::bucket") {
		t.Errorf("asked %v", asked)
	}
}

func TestArchivedObjectsAreNotRead(t *testing.T) {
	h := newHarness(t)
	h.put("key", "body", func(in *s3api.PutObjectRequest) { in.StorageClass = "GLACIER" })
	_, err := h.GetObject(t.Context(), root, &s3api.GetObjectRequest{Bucket: "bucket", Key: "key"})
	wantRefusal(t, err, 403, "InvalidObjectState", "The operation is not valid for the object's storage class",
		&s3api.InvalidObjectStateDetail{StorageClass: "GLACIER"})
	head, err := h.HeadObject(t.Context(), root, &s3api.HeadObjectRequest{Bucket: "bucket", Key: "key"})
	if err != nil || head.StorageClass != "GLACIER" {
		t.Errorf("HeadObject = %+v, %v", head, err)
	}
}

func TestDeleteObject(t *testing.T) {
	h := newHarness(t)
	etag := h.put("key", "body").ETag
	for _, tt := range []struct {
		name string
		in   s3api.DeleteObjectRequest
		code string
	}{
		{"that is not there", s3api.DeleteObjectRequest{Key: "nosuch"}, ""},
		{"that is not there, on condition", s3api.DeleteObjectRequest{Key: "nosuch", IfMatch: new("*")}, "NoSuchKey"},
		{"of a version", s3api.DeleteObjectRequest{Key: "key", VersionId: new("HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD")}, "InvalidArgument"},
		{"of a size", s3api.DeleteObjectRequest{Key: "key", IfMatchSize: new(int64(4))}, "NotImplemented"},
		{"of a time", s3api.DeleteObjectRequest{Key: "key", IfMatchLastModifiedTime: new(start)}, "NotImplemented"},
		{"with another ETag", s3api.DeleteObjectRequest{Key: "key", IfMatch: new("other")}, "PreconditionFailed"},
		{"with its ETag", s3api.DeleteObjectRequest{Key: "key", IfMatch: etag}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Bucket = "bucket"
			_, err := h.DeleteObject(t.Context(), root, &tt.in)
			wantCode(t, err, tt.code)
		})
	}
	h.missing("key")
}

func TestDeleteObjects(t *testing.T) {
	h := newHarness(t)
	h.put("one", "")
	h.put("two", "")
	objects := []s3api.ObjectIdentifier{{Key: "one"}, {Key: "nosuch"}, {Key: "two", VersionId: new("HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD")}}
	out, err := h.DeleteObjects(t.Context(), root, &s3api.DeleteObjectsRequest{Bucket: "bucket", Delete: &s3api.Delete{Objects: objects}})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Deleted) != 2 || *out.Deleted[0].Key != "one" || *out.Deleted[1].Key != "nosuch" {
		t.Errorf("Deleted = %+v", out.Deleted)
	}
	if len(out.Errors) != 1 || *out.Errors[0].Code != "NoSuchVersion" || *out.Errors[0].Message != "The specified version does not exist." {
		t.Errorf("Errors = %+v", out.Errors)
	}
	h.missing("one")

	out, err = h.DeleteObjects(t.Context(), root, &s3api.DeleteObjectsRequest{Bucket: "bucket",
		Delete: &s3api.Delete{Objects: []s3api.ObjectIdentifier{{Key: "two"}}, Quiet: new(true)}})
	if err != nil || out.Deleted != nil || out.Errors != nil {
		t.Errorf("quietly: %+v, %v", out, err)
	}
	h.missing("two")

	_, err = h.DeleteObjects(t.Context(), root, &s3api.DeleteObjectsRequest{Bucket: "bucket",
		Delete: &s3api.Delete{Objects: make([]s3api.ObjectIdentifier, 1001)}})
	wantRefusal(t, err, 400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema", nil)
}

func TestMetadataThatIsNotASCII(t *testing.T) {
	h := newHarness(t)
	h.put("key", "", func(in *s3api.PutObjectRequest) {
		in.Metadata = map[string]string{
			"Plain": `!"#$%&'()*+,-./:;<=>?@[\]^_{|}~`, "encoded-ascii": "=?UTF-8?B?YWJj?=", "words": "ÄMÄZÕÑ S3",
			"mixed": "test_—_file%E2%80%94_é_2?.pdf", "binary": "=?UTF-8?B?AAECAw==?=",
		}
	})
	_, out := h.get("key")
	for name, value := range map[string]string{
		"plain": `!"#$%&'()*+,-./:;<=>?@[\]^_{|}~`, "encoded-ascii": "abc", "words": "=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?=",
		"mixed":  "=?UTF-8?Q?test=5F=E2=80=94=5Ffile%E2%80%94=5F=C3=A9=5F2=3F.pdf?=",
		"binary": "=?UTF-8?B?AAECAw==?=",
	} {
		if out.Metadata[name] != value {
			t.Errorf("x-amz-meta-%s = %q, want %q", name, out.Metadata[name], value)
		}
	}
}
