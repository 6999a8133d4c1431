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
