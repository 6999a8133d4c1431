package s3

import (
	"slices"
	"testing"
	"time"

	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
)

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
