package sigv4

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"cloudless/internal/awserr"
)

// exampleS3 is the request of S3's documentation, which sends 65 KiB of "a" in
// chunks, with what the documentation gives as its signatures.
func exampleS3(t *testing.T, header http.Header, signedHeaders, signature string, chunks ...string) *http.Request {
	t.Helper()
	r := httptest.NewRequest("PUT", "/examplebucket/chunkObject.txt", nil)
	r.Host = "s3.amazonaws.com"
	r.Header = http.Header{
		"X-Amz-Date":                   {"20130524T000000Z"},
		"X-Amz-Storage-Class":          {"REDUCED_REDUNDANCY"},
		"Content-Encoding":             {"aws-chunked"},
		"X-Amz-Decoded-Content-Length": {"66560"},
		"Authorization": {"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=" +
			signedHeaders + ",Signature=" + signature},
	}
	for name, values := range header {
		r.Header[name] = values
	}
	r.Body = io.NopCloser(strings.NewReader(strings.Join(chunks, "")))
	return r
}

func TestReadsTheChunksOfTheDocumentation(t *testing.T) {
	a := func(n int) string { return strings.Repeat("a", n) }
	for _, tt := range []struct {
		name    string
		request *http.Request
		trailer string
	}{
		{"signed chunks", exampleS3(t, http.Header{"Content-Length": {"66824"}, "X-Amz-Content-Sha256": {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}},
			"content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
			"4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
			"10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n", a(65536), "\r\n",
			"400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n", a(1024), "\r\n",
			"0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n"), ""},
		{"signed chunks and trailer", exampleS3(t, http.Header{"X-Amz-Content-Sha256": {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"}, "X-Amz-Trailer": {"x-amz-checksum-crc32c"}},
			"content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
			"106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
			"10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n", a(65536), "\r\n",
			"400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n", a(1024), "\r\n",
			"0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n",
			"x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n"), "sOO8/Q=="},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sig, err := Parse(tt.request)
			if err != nil {
				t.Fatalf("Parse = %v", err)
			}
			v, err := new(Verifier).Verify(sig, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", nil, time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC))
			if err != nil {
				t.Fatalf("Verify = %v", err)
			}
			body := v.Body(tt.request.Body)
			content, err := io.ReadAll(iotest.OneByteReader(body))
			if err != nil || string(content) != a(66560) {
				t.Fatalf("read %d bytes, %v; want 66560", len(content), err)
			}
			if got := body.Trailer().Get("X-Amz-Checksum-Crc32c"); got != tt.trailer {
				t.Errorf("trailer is %q, want %q", got, tt.trailer)
			}
		})
	}
}

// frame writes content in chunks as a client does, with signatures if ch is
// not nil.
func frame(content string, size int, ch *chain, trailer string) string {
	var b strings.Builder
	chunk := func(data string) {
		fmt.Fprintf(&b, "%x", len(data))
		if ch != nil {
			s := ch.sign("AWS4-HMAC-SHA256-PAYLOAD", hexSHA256("")+"\n"+hexSHA256(data))
			ch.last = hex.EncodeToString(s)
			b.WriteString(";chunk-signature=" + ch.last)
		}
		b.WriteString("\r\n")
		if data != "" {
			b.WriteString(data + "\r\n")
		}
	}
	for ; content != ""; content = content[min(size, len(content)):] {
		chunk(content[:min(size, len(content))])
	}
	chunk("")
	if trailer != "" {
		b.WriteString(trailer + "\r\n")
		if ch != nil {
			b.WriteString("x-amz-trailer-signature:" + hex.EncodeToString(ch.sign("AWS4-HMAC-SHA256-TRAILER", hexSHA256(trailer+"\n"))) + "\r\n")
		}
	}
	b.WriteString("\r\n")
	return b.String()
}

func testChain() *chain {
	return &chain{key: []byte("key"), stamp: "20260504T120000Z", scope: "20260504/r/s3/aws4_request", last: emptySHA256}
}

func TestChunkReader(t *testing.T) {
	const sum = "x-amz-checksum-crc32:y/Q5Jg=="
	content := strings.Repeat("c", 2*8192+100)
	replace := func(from, to string) func(string) string {
		return func(s string) string { return strings.Replace(s, from, to, 1) }
	}
	// corrupt changes the character after the nth occurrence of text.
	corrupt := func(text string, n int) func(string) string {
		return func(s string) string {
			at := 0
			for range n + 1 {
				at += strings.Index(s[at:], text) + len(text)
			}
			c := byte('0')
			if s[at] == c {
				c = '1'
			}
			return s[:at] + string(c) + s[at+1:]
		}
	}
	same := func(s string) string { return s }
	const (
		incompleteCode = "IncompleteBody"
		mismatchCode   = awserr.CodeInvalidSignature
		smallCode      = "InvalidChunkSizeError"
		trailerCode    = "MalformedTrailerError"
	)
	for _, tt := range []struct {
		name    string
		mode    PayloadMode
		size    int
		trailer string
		edit    func(string) string
		code    string
	}{
		{"signed", PayloadChunked, 8192, "", same, ""},
		{"signed, in one chunk", PayloadChunked, 1 << 20, "", same, ""},
		{"signed with trailer", PayloadChunkedTrailer, 8192, sum, same, ""},
		{"unsigned with trailer", PayloadUnsignedTrailer, 8192, sum, same, ""},
		{"unsigned without trailer", PayloadUnsignedTrailer, 8192, "", same, ""},
		{"first signature wrong", PayloadChunked, 8192, "", corrupt("chunk-signature=", 0), mismatchCode},
		{"later signature wrong", PayloadChunked, 8192, "", corrupt("chunk-signature=", 2), mismatchCode},
		{"last signature wrong", PayloadChunked, 8192, "", corrupt("chunk-signature=", 3), mismatchCode},
		{"content changed", PayloadChunked, 8192, "", replace("ccc", "ccd"), mismatchCode},
		{"signature missing", PayloadChunked, 8192, "", replace(";chunk-signature=", ";x="), mismatchCode},
		{"trailer's signature wrong", PayloadChunkedTrailer, 8192, sum, corrupt("x-amz-trailer-signature:", 0), mismatchCode},
		{"trailer changed", PayloadChunkedTrailer, 8192, sum, replace("Jg==", "Jh=="), mismatchCode},
		{"trailer's signature missing", PayloadChunkedTrailer, 8192, sum, replace("x-amz-trailer-signature:", "x-amz-checksum-crc32c:"), trailerCode},
		{"trailer that was not announced", PayloadUnsignedTrailer, 8192, sum, replace("crc32:", "sha1:"), trailerCode},
		{"trailer without its name", PayloadUnsignedTrailer, 8192, sum, replace("crc32:", "crc32"), trailerCode},
		{"trailer that is too long", PayloadUnsignedTrailer, 8192, sum, replace("y/Q", strings.Repeat("y", maxTrailerBytes)), incompleteCode},
		{"trailers that are too many", PayloadUnsignedTrailer, 8192, sum, replace("y/Q", strings.Repeat("y\r\na:", maxTrailerBytes/4)), incompleteCode},
		{"small chunk before the last", PayloadChunked, 8191, "", same, smallCode},
		{"small chunk before the last, unsigned", PayloadUnsignedTrailer, 100, sum, same, smallCode},
		{"end missing", PayloadChunked, 8192, "", func(s string) string { return s[:strings.LastIndex(s, "0;")] }, incompleteCode},
		{"end of a chunk missing", PayloadChunked, 8192, "", func(s string) string { return s[:100] }, incompleteCode},
		{"last line break missing", PayloadUnsignedTrailer, 8192, sum, func(s string) string { return s[:len(s)-2] }, incompleteCode},
		{"bytes after the end", PayloadChunked, 8192, "", func(s string) string { return s + "x" }, incompleteCode},
		{"size that is no number", PayloadUnsignedTrailer, 8192, sum, func(s string) string { return "z" + s }, incompleteCode},
		{"size beyond all bounds", PayloadUnsignedTrailer, 8192, sum, replace("2000", "7fffffffffffffff"), incompleteCode},
		{"line without end", PayloadUnsignedTrailer, 8192, sum, func(s string) string { return strings.Repeat("0", 40<<10) }, incompleteCode},
		{"more than was announced", PayloadUnsignedTrailer, 1 << 20, sum, func(string) string { return frame(content+"c", 1<<20, nil, sum) }, incompleteCode},
		{"less than was announced", PayloadUnsignedTrailer, 1 << 20, sum, func(string) string { return frame(content[1:], 1<<20, nil, sum) }, incompleteCode},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := Payload{Mode: tt.mode, Length: int64(len(content))}
			if tt.trailer != "" {
				p.trailers = []string{"x-amz-checksum-crc32"}
			}
			var sender, receiver *chain
			if tt.mode != PayloadUnsignedTrailer {
				sender, receiver = testChain(), testChain()
			}
			c := newChunkReader(strings.NewReader(tt.edit(frame(content, tt.size, sender, tt.trailer))), p)
			c.chain = receiver
			got, err := io.ReadAll(c)
			if tt.code != "" {
				if !errors.Is(err, &awserr.Error{Code: tt.code}) {
					t.Errorf("read %d bytes, %v; want %s", len(got), err, tt.code)
				}
				return
			}
			if err != nil || string(got) != content {
				t.Errorf("read %d bytes, %v; want %d", len(got), err, len(content))
			}
		})
	}
}

func TestBrokenConnectionIsNoFaultOfTheClient(t *testing.T) {
	broken := errors.New("connection reset")
	for _, sent := range []string{"", "20", "2000\r\n", "2000\r\nccc"} {
		c := newChunkReader(io.MultiReader(strings.NewReader(sent), iotest.ErrReader(broken)), Payload{Mode: PayloadUnsignedTrailer, Length: -1})
		if _, err := io.ReadAll(c); !errors.Is(err, broken) {
			t.Errorf("after %q: %v, want the connection's error", sent, err)
		}
	}
}

func FuzzChunkReader(f *testing.F) {
	f.Add([]byte(frame("content", 8192, testChain(), "")), true, "", int64(7))
	f.Add([]byte(frame("content", 8192, testChain(), "a:b")), true, "a", int64(-1))
	f.Add([]byte(frame("content", 8192, nil, "a:b")), false, "a", int64(7))
	f.Add([]byte("0\r\n\r\n"), false, "", int64(0))
	f.Fuzz(func(t *testing.T, body []byte, signed bool, trailers string, length int64) {
		p := Payload{Mode: PayloadUnsignedTrailer, Length: length, trailers: trailerNames(trailers)}
		if signed {
			p.Mode = PayloadChunkedTrailer
		}
		read := func(r io.Reader) (string, error) {
			c := newChunkReader(r, p)
			if signed {
				c.chain = testChain()
			}
			b, err := io.ReadAll(c)
			if err == nil && length >= 0 && int64(len(b)) != length {
				t.Fatalf("read %d bytes of %d announced", len(b), length)
			}
			if _, again := c.Read(make([]byte, 1)); err == nil && again != io.EOF || err != nil && again != err {
				t.Fatalf("Read = %v after %v", again, err)
			}
			return strconv.Itoa(len(b)) + string(b), err
		}
		whole, err := read(bytes.NewReader(body))
		slow, errSlow := read(iotest.OneByteReader(bytes.NewReader(body)))
		if whole != slow || awserr.Code(err) != awserr.Code(errSlow) {
			t.Fatalf("read at once: %v; byte by byte: %v", err, errSlow)
		}
	})
}
