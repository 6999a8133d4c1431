package s3

import (
	"fmt"
	"strings"
	"testing"
	"time"

	s3api "cloudless/internal/api/s3"
)

func TestListParts(t *testing.T) {
	h := newHarness(t)
	upload := h.begin(func(in *s3api.CreateMultipartUploadRequest) { in.StorageClass = "STANDARD_IA" })
	for _, n := range []int64{300, 2, 10000, 17} {
		h.part(upload, n, fmt.Sprint("part ", n))
	}
	var got []int64
	in := &s3api.ListPartsRequest{Bucket: "bucket", Key: "key", UploadId: upload, MaxParts: new(int64(3))}
	for {
		out, err := h.ListParts(t.Context(), root, in)
		if err != nil {
			t.Fatal(err)
		}
		want(t, "StorageClass", &out.StorageClass, "STANDARD_IA")
		want(t, "Initiator", out.Initiator.ID, canonicalUser("111111111111"))
		for _, p := range out.Parts {
			got = append(got, *p.PartNumber)
			if p.ChecksumCRC64NVME != nil {
				t.Error("a checksum that nobody asked for")
			}
		}
		if in.PartNumberMarker = out.NextPartNumberMarker; !*out.IsTruncated {
			break
		}
	}
	if fmt.Sprint(got) != "[2 17 300 10000]" {
		t.Errorf("parts %v", got)
	}
}

func TestListMultipartUploads(t *testing.T) {
	h := newHarness(t)
	ids := map[string]string{}
	for i, key := range []string{"test/foo/1", "a", "test/bar/1", "a", "b"} {
		h.clock.Advance(time.Second)
		ids[fmt.Sprint(key, i)] = h.begin(func(in *s3api.CreateMultipartUploadRequest) { in.Key = key })
	}
	for _, tt := range []struct {
		name           string
		in             s3api.ListMultipartUploadsRequest
		keys, prefixes string
		next, nextID   string
		truncated      bool
	}{
		{"all", s3api.ListMultipartUploadsRequest{}, "a a b test/bar/1 test/foo/1", "", "test/foo/1", ids["test/foo/10"], false},
		{"rolled up", s3api.ListMultipartUploadsRequest{Prefix: new("test/"), Delimiter: new("/")}, "", "test/bar/ test/foo/", "", "", false},
		{"a page", s3api.ListMultipartUploadsRequest{MaxUploads: new(int64(1))}, "a", "", "a", ids["a1"], true},
		{"the next page", s3api.ListMultipartUploadsRequest{MaxUploads: new(int64(2)), KeyMarker: new("a"), UploadIdMarker: new(ids["a1"])},
			"a b", "", "b", ids["b4"], true},
		{"after a key", s3api.ListMultipartUploadsRequest{KeyMarker: new("a")}, "b test/bar/1 test/foo/1", "", "test/foo/1", ids["test/foo/10"], false},
		{"a page that ends with a prefix", s3api.ListMultipartUploadsRequest{Delimiter: new("/"), MaxUploads: new(int64(1)), Prefix: new("test/")},
			"", "test/bar/", "test/bar/", "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Bucket = "bucket"
			out, err := h.ListMultipartUploads(t.Context(), root, &tt.in)
			if err != nil {
				t.Fatal(err)
			}
			var keys []string
			for _, u := range out.Uploads {
				keys = append(keys, *u.Key)
			}
			_, prefixes := keysOf(nil, out.CommonPrefixes)
			if strings.Join(keys, " ") != tt.keys || strings.Join(prefixes, " ") != tt.prefixes || *out.IsTruncated != tt.truncated {
				t.Errorf("uploads %v, prefixes %v, truncated %v", keys, prefixes, *out.IsTruncated)
			}
			want(t, "NextKeyMarker", out.NextKeyMarker, tt.next)
			want(t, "NextUploadIdMarker", out.NextUploadIdMarker, tt.nextID)
		})
	}
}
