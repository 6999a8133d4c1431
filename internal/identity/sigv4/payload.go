package sigv4

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"

	"cloudless/internal/awserr"
)

// PayloadMode is what a signature says of the body.
type PayloadMode uint8

// The modes. Apart from the first, a client declares them in the header
// X-Amz-Content-Sha256.
const (
	PayloadUndeclared      PayloadMode = iota // the body's hash is signed, but not told
	PayloadHashed                             // the body's hash is told
	PayloadUnsigned                           // the body may be anything
	PayloadChunked                            // aws-chunked, each chunk signed
	PayloadChunkedTrailer                     // the same, with signed trailers
	PayloadUnsignedTrailer                    // aws-chunked with trailers, unsigned
)

// UnsignedPayload is the hash to sign with when the body may be anything.
const UnsignedPayload = "UNSIGNED-PAYLOAD"

const (
	streamingSigned          = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	streamingSignedTrailer   = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
	streamingUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	streamingAsymmetric      = "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"
)

// Payload is what a signature says of the body.
type Payload struct {
	Mode PayloadMode

	// Length is how many bytes of content an aws-chunked body has, without
	// its framing; -1 if the client did not tell, or the body has no framing.
	Length int64

	declared string   // the last line of the canonical request
	trailers []string // the names that X-Amz-Trailer announces, in lower case
}

// chunked reports whether the body is in chunks of AWS's own, so that it is
// longer than its content and "aws-chunked" is to be taken out of its
// Content-Encoding.
func (p Payload) chunked() bool { return p.Mode >= PayloadChunked }

// HashPayload returns the hash of a body as requests are signed with it.
func HashPayload(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// setPayload reads what the request declares of its body.
func (s *Signature) setPayload(r *http.Request, declared string) error {
	if declared == "" && isS3(s.Service) {
		if !s.Presigned {
			return refuseS3(http.StatusBadRequest, "InvalidRequest",
				"Missing required header for this request: x-amz-content-sha256")
		}
		declared = UnsignedPayload
	}
	p, err := parsePayload(r, declared)
	s.Payload = p
	return err
}

func parsePayload(r *http.Request, declared string) (Payload, error) {
	p := Payload{Length: -1, declared: declared}
	switch {
	case declared == "":
		return p, nil
	case declared == UnsignedPayload:
		p.Mode = PayloadUnsigned
		return p, nil
	case declared == streamingSigned:
		p.Mode = PayloadChunked
	case declared == streamingSignedTrailer:
		p.Mode = PayloadChunkedTrailer
	case declared == streamingUnsignedTrailer:
		p.Mode = PayloadUnsignedTrailer
	case strings.HasPrefix(declared, streamingAsymmetric):
		return p, awserr.Unsupported("Signature Version 4A (" + streamingAsymmetric + ")")
	case len(declared) == 2*sha256.Size && isHex(declared):
		p.Mode = PayloadHashed
		return p, nil
	default:
		return p, argumentS3("x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "+
			"STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, "+
			"STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER "+
			"or a valid sha256 value.", "x-amz-content-sha256", declared)
	}
	if text := r.Header.Get(headerLength); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return p, argumentS3("The value of x-amz-decoded-content-length is invalid.", "x-amz-decoded-content-length", text)
		}
		p.Length = n
	}
	if p.Mode != PayloadChunked {
		p.trailers = trailerNames(r.Header.Get(headerTrailer))
	}
	return p, nil
}

func isHex(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil
}

// trailerNames reads the value of X-Amz-Trailer.
func trailerNames(list string) []string {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// Body gives the content of the request's body, or of a copy of it. It checks
// hashes and signatures on the way: content may be believed once Read has
// returned io.EOF.
func (v *Verified) Body(body io.ReadCloser) *Body {
	p := v.sig.Payload
	b := newBody(body, p)
	if p.Mode == PayloadChunked || p.Mode == PayloadChunkedTrailer {
		b.chunks.chain = &chain{key: v.key, stamp: v.sig.stamp, scope: v.sig.scope().String(), last: hex.EncodeToString(v.seed[:])}
	}
	return b
}

// Length returns how long the request says that its content is, apart from the
// framing; -1 if it says no more than Content-Length.
func (v *Verified) Length() int64 { return v.sig.Payload.Length }

// Content returns the content of a body that was read whole, once it is sure
// that it is what was signed. It may share the memory of body. Errors are
// *awserr.Error.
func (v *Verified) Content(body []byte) ([]byte, error) {
	switch p := v.sig.Payload; p.Mode {
	case PayloadUndeclared, PayloadUnsigned: // the signature covers the body's hash, or leaves it open
		return body, nil
	case PayloadHashed:
		if sum := sha256.Sum256(body); !spells(p.declared, &sum) {
			return nil, contentMismatch(p.declared, hex.EncodeToString(sum[:]))
		}
		return body, nil
	}
	return io.ReadAll(v.Body(io.NopCloser(bytes.NewReader(body))))
}

// Unsigned stands for a request that [Parse] found to be unsigned. Such a
// request may still declare a hash of its body, or send it in chunks.
func Unsigned(r *http.Request) (*Verified, error) {
	p, err := parsePayload(r, r.Header.Get(headerSHA256))
	if err != nil {
		return nil, err
	}
	if p.Mode == PayloadChunked || p.Mode == PayloadChunkedTrailer {
		return nil, mismatchS3() // there is no signature for the chain to begin with
	}
	return &Verified{sig: &Signature{Payload: p}}, nil
}

// Body reads the content of a request's body. Errors of Read are
// *awserr.Error where the client is at fault.
type Body struct {
	io.Closer
	content io.Reader
	chunks  *chunkReader // nil if the body has no framing
}

func newBody(body io.ReadCloser, p Payload) *Body {
	b := &Body{Closer: body, content: body}
	switch {
	case p.chunked():
		b.chunks = newChunkReader(body, p)
		b.content = b.chunks
	case p.Mode == PayloadHashed:
		b.content = &hashedReader{r: body, h: sha256.New(), want: p.declared}
	}
	return b
}

// Read reads content.
func (b *Body) Read(p []byte) (int, error) { return b.content.Read(p) }

// Trailer returns the headers that came after the content, such as a
// checksum. It is complete once Read has returned io.EOF.
func (b *Body) Trailer() http.Header {
	if b.chunks == nil {
		return nil
	}
	return b.chunks.trailer
}

// hashedReader fails at the end of a body that has another hash than it
// should.
type hashedReader struct {
	r    io.Reader
	h    hash.Hash
	want string
}

func (h *hashedReader) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	h.h.Write(p[:n])
	if err == io.EOF {
		if got := hex.EncodeToString(h.h.Sum(nil)); !strings.EqualFold(got, h.want) {
			return n, contentMismatch(h.want, got)
		}
	}
	return n, err
}
