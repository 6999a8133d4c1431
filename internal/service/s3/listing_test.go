package s3

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	s3api "cloudless/internal/api/s3"

	"pgregory.net/rapid"
)

func keysOf(objects []s3api.Object, common []s3api.CommonPrefix) (keys, prefixes []string) {
	for _, o := range objects {
		keys = append(keys, *o.Key)
	}
	for _, p := range common {
		prefixes = append(prefixes, *p.Prefix)
	}
	return keys, prefixes
}

func TestListObjectsV2(t *testing.T) {
	h := newHarness(t)
	for _, key := range []string{"a", "test/bar/1", "test/bar/2", "test/foo/bar/1", "test/foo/bar/2", "test/foo/x", "testing", "test//"} {
		h.put(key, "body")
	}
	for _, tt := range []struct {
		name           string
		in             s3api.ListObjectsV2Request
		keys, prefixes string
		truncated      bool
	}{
		{"all", s3api.ListObjectsV2Request{}, "a test// test/bar/1 test/bar/2 test/foo/bar/1 test/foo/bar/2 test/foo/x testing", "", false},
		{"rolled up", s3api.ListObjectsV2Request{Delimiter: new("/")}, "a testing", "test/", false},
		{"in a folder", s3api.ListObjectsV2Request{Prefix: new("test/"), Delimiter: new("/")}, "", "test// test/bar/ test/foo/", false},
		{"from within a name", s3api.ListObjectsV2Request{Prefix: new("test/foo"), Delimiter: new("/")}, "", "test/foo/", false},
		{"from within a name below", s3api.ListObjectsV2Request{Prefix: new("test/foo/bar"), Delimiter: new("/")}, "", "test/foo/bar/", false},
		{"with a long delimiter", s3api.ListObjectsV2Request{Delimiter: new("/bar/")}, "a test// test/foo/x testing", "test/bar/ test/foo/bar/", false},
		{"the first entry", s3api.ListObjectsV2Request{Prefix: new("test/"), Delimiter: new("/"), MaxKeys: new(int64(1))}, "", "test//", true},
		{"no entry", s3api.ListObjectsV2Request{MaxKeys: new(int64(0))}, "", "", false},
		{"after a key", s3api.ListObjectsV2Request{StartAfter: new("test/foo/bar/2")}, "test/foo/x testing", "", false},
		{"after no key", s3api.ListObjectsV2Request{StartAfter: new("test/foo/c")}, "test/foo/x testing", "", false},
		{"after a key before the prefix", s3api.ListObjectsV2Request{StartAfter: new("a"), Prefix: new("testi")}, "testing", "", false},
		{"after all", s3api.ListObjectsV2Request{StartAfter: new("u")}, "", "", false},
		{"with a prefix of none", s3api.ListObjectsV2Request{Prefix: new("nosuch")}, "", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Bucket = "bucket"
			out, err := h.ListObjectsV2(t.Context(), root, &tt.in)
			if err != nil {
				t.Fatal(err)
			}
			keys, prefixes := keysOf(out.Contents, out.CommonPrefixes)
			if strings.Join(keys, " ") != tt.keys || strings.Join(prefixes, " ") != tt.prefixes || *out.IsTruncated != tt.truncated {
				t.Errorf("keys %v, prefixes %v, truncated %v", keys, prefixes, *out.IsTruncated)
			}
			want(t, "KeyCount", out.KeyCount, int64(len(keys)+len(prefixes)))
			want(t, "Prefix", out.Prefix, value(tt.in.Prefix))
			want(t, "Name", out.Name, "bucket")
		})
	}
}

func TestListObjectsV2TellsOfEachObject(t *testing.T) {
	h := newHarness(t)
	h.put("a/😀 +=", "something", func(in *s3api.PutObjectRequest) { in.StorageClass = "GLACIER"; in.ChecksumAlgorithm = "CRC32" })
	out, err := h.ListObjectsV2(t.Context(), root, &s3api.ListObjectsV2Request{Bucket: "bucket", EncodingType: "url", FetchOwner: new(true),
		Prefix: new("a/😀"), StartAfter: new("a=")})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Contents) != 0 { // "a=" sorts behind "a/"
		t.Errorf("Contents = %+v", out.Contents)
	}
	want(t, "StartAfter", out.StartAfter, "a%3D")
	want(t, "Prefix", out.Prefix, "a/%F0%9F%98%80")
	if out, err = h.ListObjectsV2(t.Context(), root, &s3api.ListObjectsV2Request{Bucket: "bucket", EncodingType: "url", FetchOwner: new(true)}); err != nil {
		t.Fatal(err)
	}
	o := out.Contents[0]
	want(t, "Key", o.Key, "a/%F0%9F%98%80+%2B%3D")
	want(t, "ETag", o.ETag, `"437b930db84b8079c2dd804a71936b5f"`)
	want(t, "Size", o.Size, 9)
	want(t, "StorageClass", &o.StorageClass, "GLACIER")
	want(t, "ChecksumAlgorithm", &o.ChecksumAlgorithm[0], "CRC64NVME")
	want(t, "Owner", o.Owner.ID, canonicalUser("111111111111"))
}

func TestListingsRefuse(t *testing.T) {
	h := newHarness(t)
	_, err := h.ListObjectsV2(t.Context(), root, &s3api.ListObjectsV2Request{Bucket: "bucket", ContinuationToken: new("")})
	wantRefusal(t, err, 400, "InvalidArgument", "The continuation token provided is incorrect", &argument{"continuation-token"})
	_, err = h.ListObjects(t.Context(), root, &s3api.ListObjectsRequest{Bucket: "bucket", EncodingType: "value"})
	wantRefusal(t, err, 400, "InvalidArgument", "Invalid Encoding Method specified in Request", &argumentValue{"encoding-type", "value"})
	_, err = h.ListObjectsV2(t.Context(), root, &s3api.ListObjectsV2Request{Bucket: "bucket", MaxKeys: new(int64(-1))})
	wantCode(t, err, "InvalidArgument")
	_, err = h.ListObjectsV2(t.Context(), root, &s3api.ListObjectsV2Request{Bucket: "nosuch"})
	wantRefusal(t, err, 404, "NoSuchBucket", "The specified bucket does not exist", &bucketDetail{"nosuch"})
}

// The markers of the older listing, as S3 was seen to understand them.
func TestListObjectsGoesOnAfterAMarker(t *testing.T) {
	h := newHarness(t)
	for _, key := range []string{"folder/aSubfolder/subFile1", "folder/aSubfolder/subFile2", "folder/file1", "folder/file2"} {
		h.put(key, "content-123")
	}
	for _, tt := range []struct{ marker, keys, prefixes, next string }{
		{"", "", "folder/aSubfolder/", "folder/aSubfolder/"},
		{"folder/aSubfolder/", "folder/file1", "", "folder/file1"},
		{"folder/aSubfolder/subFile1", "folder/file1", "", "folder/file1"},
		{"folder/file1", "folder/file2", "", ""},
	} {
		out, err := h.ListObjects(t.Context(), root, &s3api.ListObjectsRequest{Bucket: "bucket", Prefix: new("folder/"), Delimiter: new("/"),
			MaxKeys: new(int64(1)), Marker: &tt.marker})
		if err != nil {
			t.Fatal(err)
		}
		keys, prefixes := keysOf(out.Contents, out.CommonPrefixes)
		if strings.Join(keys, " ") != tt.keys || strings.Join(prefixes, " ") != tt.prefixes || value(out.NextMarker) != tt.next {
			t.Errorf("after %q: keys %v, prefixes %v, next %q", tt.marker, keys, prefixes, value(out.NextMarker))
		}
		want(t, "Marker", out.Marker, tt.marker)
	}
	out, err := h.ListObjects(t.Context(), root, &s3api.ListObjectsRequest{Bucket: "bucket", MaxKeys: new(int64(1))})
	if err != nil || !*out.IsTruncated || out.NextMarker != nil {
		t.Errorf("without a delimiter NextMarker = %v, %v", out.NextMarker, err)
	}
}

// Whatever the keys, prefix, delimiter and size of the pages: the pages
// together are what a plain loop over all keys finds.
func TestPagesAreTheWhole(t *testing.T) {
	h := newHarness(t)
	name := rapid.StringOfN(rapid.RuneFrom([]rune("ab/\x00\x01é")), 0, 6, -1)
	buckets := 0
	rapid.Check(t, func(rt *rapid.T) {
		buckets++
		bucket := fmt.Sprintf("bucket-%d", buckets)
		h.createBucket(bucket)
		keys := rapid.SliceOfNDistinct(name.Filter(func(s string) bool { return s != "" }), 0, 12, rapid.ID[string]).Draw(rt, "keys")
		prefix, delimiter := name.Draw(rt, "prefix"), rapid.SampledFrom([]string{"", "/", "a", "//"}).Draw(rt, "delimiter")
		for _, key := range keys {
			h.put(key, "", func(in *s3api.PutObjectRequest) { in.Bucket = bucket })
		}
		var got []string
		in := &s3api.ListObjectsV2Request{Bucket: bucket, Prefix: &prefix, Delimiter: &delimiter,
			MaxKeys: new(rapid.Int64Range(1, 4).Draw(rt, "max"))}
		for {
			out, err := h.ListObjectsV2(t.Context(), root, in)
			if err != nil {
				rt.Fatal(err)
			}
			k, p := keysOf(out.Contents, out.CommonPrefixes)
			got = append(append(got, k...), p...)
			if *out.KeyCount > *in.MaxKeys {
				rt.Errorf("%d entries, want at most %d", *out.KeyCount, *in.MaxKeys)
			}
			if in.ContinuationToken = out.NextContinuationToken; in.ContinuationToken == nil {
				break
			}
		}
		slices.Sort(got)
		if want := plainListing(keys, prefix, delimiter); !slices.Equal(got, want) {
			rt.Errorf("pages hold %q, want %q", got, want)
		}
	})
}

func plainListing(keys []string, prefix, delimiter string) []string {
	var entries []string
	for _, key := range keys {
		rest, ok := strings.CutPrefix(key, prefix)
		if !ok {
			continue
		}
		if i := strings.Index(rest, delimiter); delimiter != "" && i >= 0 {
			key = prefix + rest[:i+len(delimiter)]
		}
		entries = append(entries, key)
	}
	slices.Sort(entries)
	return slices.Compact(entries)
}

// A listing that rolls up steps over what it does not show.
func TestListingSeeksOverCommonPrefixes(t *testing.T) {
	h := newHarness(t)
	for i := range 300 {
		h.put(fmt.Sprintf("big/%03d", i), "")
	}
	h.put("last", "")
	r := &counting{}
	l := listing{base: objectsOf("bucket"), delimiter: "/", limit: 10}
	err := h.kv.View(t.Context(), r.wrap(func() error {
		_, _, _, err := l.read(r, func(string, pair) error { return nil })
		return err
	}))
	if err != nil || r.pairs > 3 {
		t.Errorf("read %d pairs for 2 entries, %v", r.pairs, err)
	}
}
