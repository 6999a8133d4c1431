package s3

import (
	"net/url"
	"strings"
	"testing"
)

func FuzzParseRange(f *testing.F) {
	for _, seed := range []string{"bytes=0-8", "bytes=-2", "bytes=1-", "bytes=-", "bytes=0--1", "bytes=0-1,3-4", "bytes=99999999999999999999-", "0-1"} {
		f.Add(seed, int64(10))
	}
	f.Fuzz(func(t *testing.T, text string, size int64) {
		size = max(size, 0)
		r, ok, err := parseRange(text, size)
		if ok && (err != nil || r.first < 0 || r.last >= size || r.length() < 1) {
			t.Errorf("parseRange(%q, %d) = %+v, %v", text, size, r, err)
		}
		c, err := parseCopyRange(text, size)
		if err == nil && (c.first < 0 || c.last >= size || c.length() < 1) {
			t.Errorf("parseCopyRange(%q, %d) = %+v", text, size, c)
		}
	})
}

func FuzzParseCopySource(f *testing.F) {
	for _, seed := range []string{"bucket/key", "/bucket/a%2Fb", "bucket/key?versionId=null", "bucket/%zz", "/", "bucket/a+b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCopySource(text)
		if err != nil {
			return
		}
		again, err := parseCopySource("/" + url.QueryEscape(c.bucket) + "/" + url.QueryEscape(c.key))
		if err != nil || again.bucket != c.bucket || again.key != c.key {
			t.Errorf("%q reads %q and %q, then %q and %q, %v", text, c.bucket, c.key, again.bucket, again.key, err)
		}
	})
}

func FuzzParseTagging(f *testing.F) {
	for _, seed := range []string{"a=b&c", "&&&a&", "a=1&a=2", "a,b", "%", "a=b=c", "%C3%BC=+"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		set, err := parseTagging(text)
		if err != nil {
			return
		}
		if err := checkObjectTags(set); err != nil {
			t.Errorf("%q reads %v, which is refused: %v", text, set, err)
		}
	})
}

func FuzzParsePolicy(f *testing.F) {
	for _, seed := range []string{publicRead, "{}", `{"Statement":[]}`, `{"Statement":{"Principal":{"AWS":["*"]},"Condition":{"a":{"b":true}}}}`,
		`{"Statement":[{"Effect":"Allow","NotPrincipal":1,"Action":["s3:*"],"Resource":["arn:aws:s3:::bucket"]}]}`, `{"Statement":[null]}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parsePolicy(text, &bucket{Name: "bucket"})
		if err == nil && isPublicPolicy(text) != p.isPublic() {
			t.Errorf("%s is public and is not", text)
		}
	})
}

func FuzzMetadata(f *testing.F) {
	for _, seed := range []string{"value", "=?UTF-8?Q?=C3=84_?=", "=?UTF-8?B?AAECAw==?=", "=?UTF-8?B?no?=", "\xff", "Ä", "=?", "a=?UTF-8?Q?b?="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		kept, err := parseMetadata(map[string]string{"k": text})
		if err != nil {
			return
		}
		shown := showMetadata(kept)["k"]
		for _, r := range shown {
			if r < ' ' && r != '\t' || r >= 0x7f {
				t.Fatalf("%q is shown as %q", text, shown)
			}
		}
		if kept["k"] == shown {
			return
		}
		again, err := parseMetadata(map[string]string{"k": shown})
		if err != nil || again["k"] != kept["k"] {
			t.Errorf("%q is kept as %q, shown as %q, and then kept as %q, %v", text, kept["k"], shown, again["k"], err)
		}
	})
}

func FuzzContinuationTokens(f *testing.F) {
	for _, seed := range []string{"", "MWtleQ", "MQ", "===", "1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if last, err := parseToken(&text); err == nil {
			if again, err := parseToken(makeToken(last)); err != nil || again != last {
				t.Errorf("%q reads %q, then %q, %v", text, last, again, err)
			}
		}
	})
}

func FuzzKeysInListings(f *testing.F) {
	f.Add("a/b c")
	f.Add("~*+%\x00é")
	f.Fuzz(func(t *testing.T, key string) {
		shown := *keyEncoding("url").text(key)
		if back, err := url.QueryUnescape(shown); err != nil || back != key || strings.Contains(shown, "~") {
			t.Errorf("%q is shown as %q, which reads %q, %v", key, shown, back, err)
		}
	})
}
