package s3

import (
	"fmt"
	"strings"
	"testing"

	s3api "cloudless/internal/api/s3"
)

func tags(pairs ...string) []s3api.Tag {
	var set []s3api.Tag
	for i := 0; i < len(pairs); i += 2 {
		set = append(set, s3api.Tag{Key: pairs[i], Value: pairs[i+1]})
	}
	return set
}

func TestObjectTagging(t *testing.T) {
	h := newHarness(t)
	h.put("key", "test-tagging")
	get := func() string {
		out, err := h.GetObjectTagging(t.Context(), root, &s3api.GetObjectTaggingRequest{Bucket: "bucket", Key: "key"})
		if err != nil || out.TagSet == nil {
			t.Fatalf("GetObjectTagging = %+v, %v", out, err)
		}
		return fmt.Sprint(out.TagSet)
	}
	put := func(set []s3api.Tag) {
		t.Helper()
		if _, err := h.PutObjectTagging(t.Context(), root, &s3api.PutObjectTaggingRequest{Bucket: "bucket", Key: "key",
			Tagging: &s3api.Tagging{TagSet: set}}); err != nil {
			t.Fatal(err)
		}
	}
	if got := get(); got != "[]" {
		t.Errorf("at first: %s", got)
	}
	put(tags("tag1", "tag1", "tag2", ""))
	if got := get(); got != "[{tag1 tag1} {tag2 }]" {
		t.Errorf("after the first put: %s", got)
	}
	put(tags("tag3", "tag3"))
	if got := get(); got != "[{tag3 tag3}]" {
		t.Errorf("after the second put: %s", got)
	}
	if _, err := h.DeleteObjectTagging(t.Context(), root, &s3api.DeleteObjectTaggingRequest{Bucket: "bucket", Key: "key"}); err != nil {
		t.Fatal(err)
	}
	if got := get(); got != "[]" {
		t.Errorf("after deletion: %s", got)
	}
	_, err := h.GetObjectTagging(t.Context(), root, &s3api.GetObjectTaggingRequest{Bucket: "bucket", Key: "fake-key"})
	wantRefusal(t, err, 404, "NoSuchKey", "The specified key does not exist.", &keyDetail{"bucket/fake-key"})
	_, err = h.DeleteObjectTagging(t.Context(), root, &s3api.DeleteObjectTaggingRequest{Bucket: "bucket", Key: "fake-key"})
	wantRefusal(t, err, 404, "NoSuchKey", "The specified key does not exist.", &keyDetail{"fake-key"})
}

func TestTagsInAHeader(t *testing.T) {
	for header, want := range map[string]string{
		"":                               "[]",
		"tag1=tag1&tag2=tag2&tag=":       "[{tag1 tag1} {tag2 tag2} {tag }]",
		"&&&&&&&&&wrongquery&wrongagain": "[{wrongquery } {wrongagain }]",
		"key1&&&key2":                    "[{key1 } {key2 }]",
		"a%20b=c%2Bd+e":                  "[{a b c+d e}]",
		"a=b=c":                          "[{a b=c}]",
	} {
		got, err := parseTagging(header)
		if err != nil || fmt.Sprint(got) != want {
			t.Errorf("%s: %v, %v, want %s", header, got, err, want)
		}
	}
}

func TestTagsThatAreRefused(t *testing.T) {
	var eleven, many []s3api.Tag
	for i := range 51 {
		many = append(many, s3api.Tag{Key: fmt.Sprint(i)})
	}
	eleven = many[:11]
	for _, tt := range []struct {
		name          string
		set           []s3api.Tag
		code, message string
	}{
		{"twice", tags("a", "1", "a", "2"), "InvalidTag", "Cannot provide multiple Tags with the same key"},
		{"of AWS", tags("aws:x", "1"), "InvalidTag", "System tags cannot be added/updated by requester"},
		{"without a key", tags("", "1"), "InvalidTag", "The TagKey you have provided is invalid"},
		{"with a long key", tags(strings.Repeat("k", 129), "1"), "InvalidTag", "The TagKey you have provided is invalid"},
		{"with a long value", tags("k", strings.Repeat("v", 257)), "InvalidTag", "The TagValue you have provided is invalid"},
		{"with a strange sign", tags("k,", "v"), "InvalidTag", "The TagKey you have provided is invalid"},
		{"too many", eleven, "BadRequest", "Object tags cannot be greater than 10"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantRefusal(t, checkObjectTags(tt.set), 400, tt.code, tt.message, nil)
		})
	}
	wantRefusal(t, checkBucketTags(many), 400, "BadRequest", "Bucket tag count cannot be greater than 50", nil)
}

func TestBucketTagging(t *testing.T) {
	h := newHarness(t)
	get := func(due string) {
		t.Helper()
		out, err := h.GetBucketTagging(t.Context(), root, &s3api.GetBucketTaggingRequest{Bucket: "bucket"})
		if due == "" {
			wantRefusal(t, err, 404, "NoSuchTagSet", "The TagSet does not exist", &bucketDetail{"bucket"})
		} else if err != nil || fmt.Sprint(out.TagSet) != due {
			t.Errorf("TagSet = %v, %v, want %s", out, err, due)
		}
	}
	put := func(set []s3api.Tag) {
		t.Helper()
		if _, err := h.PutBucketTagging(t.Context(), root, &s3api.PutBucketTaggingRequest{Bucket: "bucket", Tagging: &s3api.Tagging{TagSet: set}}); err != nil {
			t.Fatal(err)
		}
	}
	get("")
	put(tags("tag1", "tag1", "tag2", ""))
	get("[{tag1 tag1} {tag2 }]")
	put(nil)
	get("")
	put(tags("tag3", "tag3"))
	if _, err := h.DeleteBucketTagging(t.Context(), root, &s3api.DeleteBucketTaggingRequest{Bucket: "bucket"}); err != nil {
		t.Fatal(err)
	}
	get("")
	made := &s3api.CreateBucketRequest{Bucket: "tagged", CreateBucketConfiguration: &s3api.CreateBucketConfiguration{Tags: tags("tag1", "value1")}}
	if _, err := h.CreateBucket(t.Context(), root, made); err != nil {
		t.Fatal(err)
	}
	out, err := h.GetBucketTagging(t.Context(), root, &s3api.GetBucketTaggingRequest{Bucket: "tagged"})
	if err != nil || fmt.Sprint(out.TagSet) != "[{tag1 value1}]" {
		t.Errorf("TagSet = %v, %v", out, err)
	}
}
