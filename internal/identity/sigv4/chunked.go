package sigv4

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Bounds of what a client may send as framing.
const (
	maxChunkLine    = 1 << 10 // a chunk's size and signature
	maxTrailerBytes = 8 << 10 // all trailers together
	maxChunkSize    = 5 << 30 // one chunk: the largest part that S3 takes
	minChunkSize    = 8 << 10 // any chunk but the last
)

// chunkReader takes the framing off an aws-chunked body:
//
//	10000;chunk-signature=ad80…⏎ 65536 bytes ⏎
//	0;chunk-signature=b6c6…⏎
//	x-amz-checksum-crc32c:sOO8/Q==⏎
//	x-amz-trailer-signature:d81f…⏎
//	⏎
//
// Signatures and trailers are there or not as the payload declares. A chunk is
// handed on while it is read, since a client makes it as large as it likes;
// its signature is checked at its end.
type chunkReader struct {
	r        *bufio.Reader
	chain    *chain // nil if chunks are not signed
	signed   bool   // trailers are signed too
	expected []string
	trailer  http.Header

	count     int    // chunks so far
	size      int64  // of the current chunk
	remaining int64  // of the current chunk
	signature string // what the current chunk says of itself
	read      int64  // content so far
	length    int64  // content that was announced, or -1
	err       error  // what every further Read returns
}

func newChunkReader(r io.Reader, p Payload) *chunkReader {
	return &chunkReader{
		r:        bufio.NewReaderSize(r, 32<<10),
		signed:   p.Mode == PayloadChunkedTrailer,
		expected: p.trailers,
		length:   p.Length,
	}
}

// Read reads content, across chunks.
func (c *chunkReader) Read(p []byte) (int, error) {
	for c.err == nil && c.remaining == 0 {
		c.err = c.next()
	}
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.remaining)])
	c.chain.write(p[:n])
	c.remaining -= int64(n)
	c.read += int64(n)
	switch {
	case err == io.EOF:
		c.err = incompleteBody()
	case err != nil:
		c.err = err
	case c.remaining == 0:
		c.err = c.endChunk()
	}
	return n, c.err
}

// next reads a chunk's line. After the last chunk it returns io.EOF, when all
// that follows is right.
func (c *chunkReader) next() error {
	line, err := c.line(maxChunkLine)
	if err != nil {
		return err
	}
	size, err := c.parseLine(line)
	if err != nil {
		return err
	}
	if size > 0 {
		if c.count > 0 && c.size < minChunkSize {
			return chunkTooSmall(c.count, c.size)
		}
		c.count++
		c.size, c.remaining = size, size
		return nil
	}
	if err := c.chain.check(c.signature); err != nil {
		return err
	}
	if err := c.readTrailer(); err != nil {
		return err
	}
	if c.length >= 0 && c.read != c.length {
		return incompleteBody()
	}
	return io.EOF
}

// parseLine reads "10000;chunk-signature=…".
func (c *chunkReader) parseLine(line string) (int64, error) {
	text, extension, _ := strings.Cut(line, ";")
	size, err := strconv.ParseUint(strings.TrimSpace(text), 16, 63)
	if err != nil || int64(size) > maxChunkSize {
		return 0, incompleteBody()
	}
	if c.length >= 0 && int64(size) > c.length-c.read {
		return 0, incompleteBody()
	}
	name, signature, _ := strings.Cut(extension, "=")
	if c.chain != nil && name != "chunk-signature" {
		return 0, mismatchS3()
	}
	c.signature = signature
	return int64(size), nil
}

// endChunk reads the line break after a chunk and checks its signature.
func (c *chunkReader) endChunk() error {
	var crlf [2]byte
	if _, err := io.ReadFull(c.r, crlf[:]); err != nil {
		return cutShort(err)
	}
	if crlf != [2]byte{'\r', '\n'} {
		return incompleteBody()
	}
	return c.chain.check(c.signature)
}

// readTrailer reads the trailers up to the empty line that ends the body, and
// requires them to be those that were announced.
func (c *chunkReader) readTrailer() error {
	c.trailer = http.Header{}
	var text strings.Builder // as it is signed
	var signature string
	for left := maxTrailerBytes; ; {
		line, err := c.line(left)
		if err != nil {
			return err
		}
		left -= len(line) + 2
		if line == "" {
			break
		}
		name, value, ok := strings.Cut(line, ":")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch {
		case !ok || name == "" || signature != "":
			return malformedTrailer()
		case name == "x-amz-trailer-signature":
			signature = value
			continue
		}
		c.trailer.Add(name, value)
		text.WriteString(name + ":" + value + "\n")
	}
	if !c.announced() {
		return malformedTrailer()
	}
	if _, err := c.r.Peek(1); err != io.EOF {
		return incompleteBody() // something follows the end
	}
	if c.signed {
		return c.chain.checkTrailer(text.String(), signature)
	}
	return nil
}

// announced reports whether the trailers are those of X-Amz-Trailer, once each.
func (c *chunkReader) announced() bool {
	if len(c.trailer) != len(c.expected) {
		return false
	}
	for name, values := range c.trailer {
		if len(values) != 1 || !slices.Contains(c.expected, strings.ToLower(name)) {
			return false
		}
	}
	return true
}

// line reads a line of at most limit bytes, without its end.
func (c *chunkReader) line(limit int) (string, error) {
	line, err := c.r.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull), len(line) > limit+2:
		return "", incompleteBody()
	case err != nil:
		return "", cutShort(err)
	}
	return strings.TrimSuffix(string(line[:len(line)-1]), "\r"), nil
}

// cutShort tells a body that ends too early from a connection that broke.
func cutShort(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return incompleteBody()
	}
	return err
}

// chain checks the signatures of chunks, each of which covers the one before.
// A nil chain checks nothing.
type chain struct {
	key   []byte
	stamp string
	scope string
	last  string // the signature before, in hexadecimal
	h     hash.Hash
}

func (c *chain) write(p []byte) {
	if c == nil {
		return
	}
	if c.h == nil {
		c.h = sha256.New()
	}
	c.h.Write(p)
}

// check compares the signature of what was written since the last check.
func (c *chain) check(signature string) error {
	if c == nil {
		return nil
	}
	sum := hexSHA256("")
	if c.h != nil {
		sum = hex.EncodeToString(c.h.Sum(nil))
		c.h.Reset()
	}
	return c.compare("AWS4-HMAC-SHA256-PAYLOAD", hexSHA256("")+"\n"+sum, signature)
}

func (c *chain) checkTrailer(text, signature string) error {
	return c.compare("AWS4-HMAC-SHA256-TRAILER", hexSHA256(text), signature)
}

func (c *chain) compare(kind, hashes, signature string) error {
	want := c.sign(kind, hashes)
	got, err := hex.DecodeString(signature)
	if err != nil || !hmac.Equal(got, want) {
		return mismatchS3()
	}
	c.last = hex.EncodeToString(want)
	return nil
}

func (c *chain) sign(kind, hashes string) []byte {
	return mac(c.key, kind+"\n"+c.stamp+"\n"+c.scope+"\n"+c.last+"\n"+hashes)
}

func hexSHA256(text string) string { return HashPayload([]byte(text)) }
