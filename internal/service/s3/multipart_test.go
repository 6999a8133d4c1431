package s3

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	s3api "cloudless/internal/api/s3"
)

const noSuchUploadMessage = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."

// begin begins an upload to the key "key".
func (h *harness) begin(edit ...func(*s3api.CreateMultipartUploadRequest)) string {
	h.t.Helper()
	in := &s3api.CreateMultipartUploadRequest{Bucket: "bucket", Key: "key"}
	for _, e := range edit {
		e(in)
	}
	out, err := h.CreateMultipartUpload(h.t.Context(), root, in)
	if err != nil {
		h.t.Fatal(err)
	}
	return *out.UploadId
}

// part uploads a part and returns how it is listed at the end.
func (h *harness) part(upload string, number int64, body string) s3api.CompletedPart {
	h.t.Helper()
	out, err := h.tryPart(upload, number, body)
	if err != nil {
		h.t.Fatalf("UploadPart(%d): %v", number, err)
	}
	return s3api.CompletedPart{PartNumber: &number, ETag: out.ETag}
}

func (h *harness) tryPart(upload string, number int64, body string, edit ...func(*s3api.UploadPartRequest)) (*s3api.UploadPartOutput, error) {
	in := &s3api.UploadPartRequest{Bucket: "bucket", Key: "key", UploadId: upload, PartNumber: number,
		Body: stream(body), ContentLength: new(int64(len(body)))}
	for _, e := range edit {
		e(in)
	}
	return h.UploadPart(h.t.Context(), root, in)
}

func (h *harness) complete(upload string, parts []s3api.CompletedPart, edit ...func(*s3api.CompleteMultipartUploadRequest)) (*s3api.CompleteMultipartUploadOutput, error) {
	in := &s3api.CompleteMultipartUploadRequest{Bucket: "bucket", Key: "key", UploadId: upload,
		MultipartUpload: &s3api.CompletedMultipartUpload{Parts: parts}}
	for _, e := range edit {
		e(in)
	}
	return h.CompleteMultipartUpload(h.t.Context(), root, in)
}

// large is a body that any part may have.
func large(c string) string { return strings.Repeat(c, minPartBytes) }

func TestMultipartUploadMakesAnObject(t *testing.T) {
	h := newHarness(t)
	upload := h.begin(func(in *s3api.CreateMultipartUploadRequest) {
		in.ContentType = new("text/plain")
		in.Metadata = map[string]string{"key": "value"}
		in.Tagging = new("a=b")
	})
	bodies := []string{large("a"), large("b") + "b", "end"}
	// Out of order, with a gap between the numbers, one part twice and one for nothing.
	third := h.part(upload, 7, bodies[2])
	h.part(upload, 3, "nonsense")
	first := h.part(upload, 1, bodies[0])
	second := h.part(upload, 3, bodies[1])
	h.part(upload, 5, "unused")
	blobs := len(h.blobs.names())
	done, err := h.complete(upload, []s3api.CompletedPart{first, second, third})
	if err != nil {
		t.Fatal(err)
	}
	digests := ""
	for _, body := range bodies {
		sum := md5.Sum([]byte(body))
		digests += string(sum[:])
	}
	etag := md5.Sum([]byte(digests))
	want(t, "ETag", done.ETag, `"`+hex.EncodeToString(etag[:])+`-3"`)
	want(t, "Location", done.Location, "http://127.0.0.1:4566/bucket/key")

	whole := strings.Join(bodies, "")
	body, out := h.get("key", func(in *s3api.GetObjectRequest) { in.ChecksumMode = "ENABLED" })
	if body != whole {
		t.Error("the object is not its parts")
	}
	sum := algorithmCRC64NVME.new()
	io.WriteString(sum, whole)
	want(t, "ChecksumCRC64NVME", out.ChecksumCRC64NVME, base64.StdEncoding.EncodeToString(sum.Sum(nil)))
	want(t, "ChecksumType", &out.ChecksumType, "FULL_OBJECT")
	want(t, "ContentType", out.ContentType, "text/plain")
	want(t, "TagCount", out.TagCount, 1)
	want(t, "ContentLength", out.ContentLength, int64(len(whole)))

	// No byte was copied, and what was not used goes.
	if n := len(h.blobs.names()); n != blobs {
		t.Errorf("%d blobs after completion, %d before", n, blobs)
	}
	if err := h.collect(t.Context()); err != nil || len(h.blobs.names()) != 3 {
		t.Errorf("%d blobs after collection, want 3; %v", len(h.blobs.names()), err)
	}
	_, err = h.complete(upload, []s3api.CompletedPart{first})
	wantRefusal(t, err, 404, "NoSuchUpload", noSuchUploadMessage, &uploadDetail{upload})
}

func TestReadingAcrossParts(t *testing.T) {
	h := newHarness(t)
	upload := h.begin()
	parts := []s3api.CompletedPart{h.part(upload, 1, large("a")), h.part(upload, 2, large("b")), h.part(upload, 4, "end")}
	if _, err := h.complete(upload, parts); err != nil {
		t.Fatal(err)
	}
	const size = 2*minPartBytes + 3
	for _, tt := range []struct{ header, body string }{
		{"bytes=5242878-5242881", "aabb"},
		{"bytes=10485759-10485760", "be"},
		{"bytes=-4", "bend"},
		{"bytes=10485760-", "end"},
		{"bytes=5242880-5242880", "b"},
	} {
		ranged := func(in *s3api.GetObjectRequest) { in.Range = &tt.header }
		body, _ := h.get("key", ranged)
		want(t, tt.header, &body, tt.body)
		if got := h.written("key", ranged); got != tt.body {
			t.Errorf("%s: %q was written, want %q", tt.header, got, tt.body)
		}
	}
	body, out := h.get("key", func(in *s3api.GetObjectRequest) { in.PartNumber = new(int64(3)) })
	want(t, "part 3", &body, "end")
	want(t, "ContentRange", out.ContentRange, fmt.Sprintf("bytes %d-%d/%d", size-3, size-1, size))
	want(t, "PartsCount", out.PartsCount, 3)
	head, err := h.HeadObject(t.Context(), root, &s3api.HeadObjectRequest{Bucket: "bucket", Key: "key", PartNumber: new(int64(2))})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "ContentLength of part 2", head.ContentLength, minPartBytes)

	_, err = h.GetObject(t.Context(), root, &s3api.GetObjectRequest{Bucket: "bucket", Key: "key", PartNumber: new(int64(10))})
	wantRefusal(t, err, 416, "InvalidPartNumber", "The requested partnumber is not satisfiable", &partCount{"10", "3"})
	_, err = h.GetObject(t.Context(), root, &s3api.GetObjectRequest{Bucket: "bucket", Key: "key", PartNumber: new(int64(1)), Range: new("bytes=0-1")})
	wantRefusal(t, err, 400, "InvalidRequest", "Cannot specify both Range header and partNumber query parameter", nil)
	h.put("plain", "test-123")
	body, out = h.get("plain", func(in *s3api.GetObjectRequest) { in.Bucket, in.PartNumber = "bucket", new(int64(1)) })
	if body != "test-123" || value(out.ContentRange) != "bytes 0-7/8" || out.PartsCount != nil {
		t.Errorf("part 1 of a plain object = %q, %+v", body, out)
	}
}

func TestCompleteMultipartUploadRefuses(t *testing.T) {
	const noPart = "One or more of the specified parts could not be found.  The part may not have been uploaded, " +
		"or the specified entity tag may not match the part's entity tag."
	h := newHarness(t)
	upload := h.begin()
	small1, small2 := h.part(upload, 1, "test"), h.part(upload, 2, "test")
	const etag = "098f6bcd4621d373cade4e832627b4f6"
	for _, tt := range []struct {
		name          string
		parts         []s3api.CompletedPart
		edit          func(*s3api.CompleteMultipartUploadRequest)
		code, message string
		detail        any
	}{
		{"no parts", nil, nil, "InvalidRequest", "You must specify at least one part", nil},
		{"a part too small", []s3api.CompletedPart{small1, small2}, nil, "EntityTooSmall",
			"Your proposed upload is smaller than the minimum allowed size", &partTooSmall{etag, "5242880", "1", "4"}},
		{"another ETag", []s3api.CompletedPart{{PartNumber: new(int64(1)), ETag: new("d41d8cd98f00b204e9800998ecf8427e")}}, nil,
			"InvalidPart", noPart, &partDetail{upload, "1", "d41d8cd98f00b204e9800998ecf8427e"}},
		{"a part that is not there", []s3api.CompletedPart{{PartNumber: new(int64(3)), ETag: small1.ETag}}, nil,
			"InvalidPart", noPart, &partDetail{upload, "3", etag}},
		{"out of order", []s3api.CompletedPart{small2, small1}, nil, "InvalidPartOrder",
			"The list of parts was not in ascending order. Parts must be ordered by part number.", &uploadDetail{upload}},
		{"another mode", []s3api.CompletedPart{small1}, func(in *s3api.CompleteMultipartUploadRequest) { in.ChecksumType = "COMPOSITE" },
			"InvalidRequest", "The upload was created using the null checksum mode. The complete request must use the same checksum mode.", nil},
		{"a part's checksum that nobody asked for", []s3api.CompletedPart{{PartNumber: new(int64(1)), ETag: small1.ETag,
			ChecksumCRC32: new("2H9+DA==")}}, nil, "InvalidPart", noPart, &partDetail{upload, "1", etag}},
		{"another size", []s3api.CompletedPart{small1}, func(in *s3api.CompleteMultipartUploadRequest) { in.MpuObjectSize = new(int64(5)) },
			"InvalidRequest", "The provided 'x-amz-mp-object-size' header value 5 does not match what was computed: 4", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			edit := tt.edit
			if edit == nil {
				edit = func(*s3api.CompleteMultipartUploadRequest) {}
			}
			_, err := h.complete(upload, tt.parts, edit)
			wantRefusal(t, err, 400, tt.code, tt.message, tt.detail)
		})
	}
	h.missing("key")
	if _, err := h.complete(upload, []s3api.CompletedPart{small2}); err != nil {
		t.Errorf("after all that: %v", err)
	}
}

func TestUploadsThatAreNotThere(t *testing.T) {
	h := newHarness(t)
	detail := &uploadDetail{"fakeid"}
	_, err := h.AbortMultipartUpload(t.Context(), root, &s3api.AbortMultipartUploadRequest{Bucket: "bucket", Key: "key", UploadId: "fakeid"})
	wantRefusal(t, err, 404, "NoSuchUpload", noSuchUploadMessage, detail)
	_, err = h.complete("fakeid", []s3api.CompletedPart{{PartNumber: new(int64(1)), ETag: new("e")}})
	wantRefusal(t, err, 404, "NoSuchUpload", noSuchUploadMessage, detail)
	_, err = h.tryPart("fakeid", 1, "body")
	wantRefusal(t, err, 404, "NoSuchUpload", noSuchUploadMessage, detail)
	_, err = h.ListParts(t.Context(), root, &s3api.ListPartsRequest{Bucket: "bucket", Key: "key", UploadId: "fakeid"})
	wantRefusal(t, err, 404, "NoSuchUpload", noSuchUploadMessage, detail)
	_, err = h.tryPart(h.begin(), -1, "body")
	wantRefusal(t, err, 400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive", &argumentValue{"partNumber", "-1"})
}

func TestAbortMultipartUploadLeavesNothing(t *testing.T) {
	h := newHarness(t)
	upload := h.begin()
	h.part(upload, 1, "one")
	h.part(upload, 2, "two")
	if _, err := h.AbortMultipartUpload(t.Context(), root, &s3api.AbortMultipartUploadRequest{Bucket: "bucket", Key: "key", UploadId: upload}); err != nil {
		t.Fatal(err)
	}
	if err := h.collect(t.Context()); err != nil || len(h.blobs.names()) != 0 {
		t.Errorf("blobs left: %v, %v", h.blobs.names(), err)
	}
}

func TestDeleteBucketAbortsUploads(t *testing.T) {
	h := newHarness(t)
	for range 3 {
		h.part(h.begin(), 1, "body")
	}
	if _, err := h.DeleteBucket(t.Context(), root, &s3api.DeleteBucketRequest{Bucket: "bucket"}); err != nil {
		t.Fatal(err)
	}
	if err := h.collect(t.Context()); err != nil || len(h.blobs.names()) != 0 {
		t.Errorf("blobs left: %v, %v", h.blobs.names(), err)
	}
}

// What S3 was seen to answer when an object comes or goes between the
// beginning of an upload and its end.
func TestCompleteMultipartUploadOnCondition(t *testing.T) {
	exists := func(in *s3api.CompleteMultipartUploadRequest) { in.IfNoneMatch = new("*") }
	matches := func(in *s3api.CompleteMultipartUploadRequest) { in.IfMatch = new("098f6bcd4621d373cade4e832627b4f6") } // "test"
	put := func(h *harness) { h.clock.Advance(time.Second); h.put("key", "test") }
	del := func(h *harness) {
		h.clock.Advance(time.Second)
		if _, err := h.DeleteObject(h.t.Context(), root, &s3api.DeleteObjectRequest{Bucket: "bucket", Key: "key"}); err != nil {
			h.t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name           string
		before, during func(*harness)
		condition      func(*s3api.CompleteMultipartUploadRequest)
		code           string
	}{
		{"none, and there is none", nil, nil, exists, ""},
		{"none, and there was one", put, nil, exists, "PreconditionFailed"},
		{"none, and one came", nil, put, exists, "PreconditionFailed"},
		{"none, and one went", put, del, exists, "ConditionalRequestConflict"},
		{"this one, and it is there", put, nil, matches, ""},
		{"this one, and there is none", nil, nil, matches, "NoSuchKey"},
		{"this one, and it went", put, del, matches, "NoSuchKey"},
		{"this one, and it came again", put, put, matches, "ConditionalRequestConflict"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t)
			if tt.before != nil {
				tt.before(h)
			}
			upload := h.begin()
			part := h.part(upload, 1, "new")
			if tt.during != nil {
				tt.during(h)
			}
			_, err := h.complete(upload, []s3api.CompletedPart{part}, tt.condition)
			wantCode(t, err, tt.code)
		})
	}
}
