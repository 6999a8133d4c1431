package apigateway

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	agw "cloudless/internal/api/apigateway"
)

// checkCompressionSize refuses a size from which on answers are compressed that
// AWS refuses. nil is never.
func checkCompressionSize(size *int64) error {
	if size == nil || *size >= 0 && *size <= maxPayload {
		return nil
	}
	return badCompressionSize()
}

func badCompressionSize() error {
	return agw.BadRequestException("Invalid minimum compression size, must be between 0 and 10485760")
}

// patchCompressionSize sets the size from which on answers are compressed; an
// empty value is never.
func patchCompressionSize(a *agw.RestApi, p patchOp) error {
	if p.text() == "" {
		a.MinimumCompressionSize = nil
		return nil
	}
	size, err := strconv.ParseInt(p.text(), 10, 64)
	if err != nil {
		return badCompressionSize()
	}
	a.MinimumCompressionSize = &size
	return checkCompressionSize(&size)
}

// The codings that API Gateway knows.
const (
	codingGzip     = "gzip"
	codingDeflate  = "deflate" // in the format of zlib, as HTTP means it
	codingIdentity = "identity"
)

// decodeBody decodes a body that the client has encoded. Integrations, models and
// templates see it decoded, and hear nothing of the coding. What is smaller than
// the API's threshold is left as it is, as AWS's guide has it.
func (x *exchange) decodeBody() error {
	coding := strings.ToLower(strings.TrimSpace(strings.Join(x.request.Header.Values("Content-Encoding"), ",")))
	if coding == "" || len(x.body) == 0 || int64(len(x.body)) < deref(x.deployed.compressFrom) {
		return nil
	}
	body, err := decodeContent(x.body, coding)
	if err != nil {
		return err
	}
	r := *x.request // others may look at the client's
	r.Header = r.Header.Clone()
	r.Header.Del("Content-Encoding")
	r.ContentLength = int64(len(body))
	x.request, x.body = &r, body
	return nil
}

// decodeContent decodes a body, of which no more than may be sent comes out.
func decodeContent(body []byte, coding string) ([]byte, error) {
	var from io.ReadCloser
	var err error
	switch coding {
	case codingIdentity:
		return body, nil
	case codingGzip:
		from, err = gzip.NewReader(bytes.NewReader(body))
	case codingDeflate:
		from, err = zlib.NewReader(bytes.NewReader(body))
	default:
		err = errors.New("unknown content coding")
	}
	if err != nil {
		return nil, unsupportedMediaType().because(fmt.Errorf("decode the body: %w", err))
	}
	out, err := io.ReadAll(io.LimitReader(from, maxPayload+1))
	switch {
	case len(out) > maxPayload:
		return nil, requestTooLarge()
	case err != nil:
		return nil, unsupportedMediaType().because(fmt.Errorf("decode the body: %w", err))
	}
	return out, nil
}

// chooseCoding returns the coding that a client wants most, if it is one that
// answers are compressed with, and else "". "*" names none.
func chooseCoding(accept string) string {
	best, most := "", 0.0
	for part := range strings.SplitSeq(accept, ",") {
		coding, parameters, _ := strings.Cut(part, ";")
		q := 1.0
		for parameter := range strings.SplitSeq(parameters, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
			if strings.EqualFold(name, "q") {
				q, _ = strconv.ParseFloat(value, 64) // what is no number is 0
			}
		}
		if q > most {
			best, most = strings.ToLower(strings.TrimSpace(coding)), q
		}
	}
	if best == codingGzip || best == codingDeflate {
		return best
	}
	return ""
}

// compress lets answer write the answer of an integration, and compresses it
// where the API and the client want that.
func (s *Service) compress(w http.ResponseWriter, x *exchange, answer func(http.ResponseWriter, *exchange) error) error {
	from := x.deployed.compressFrom
	if from == nil || x.request.Method == http.MethodHead {
		return answer(w, x)
	}
	coding := chooseCoding(strings.Join(x.request.Header.Values("Accept-Encoding"), ","))
	if coding == "" {
		return answer(w, x)
	}
	c := &compressing{ResponseWriter: w, coding: coding, from: int(*from), encoders: &s.encoders}
	if err := answer(c, x); err != nil {
		return err
	}
	c.finish()
	return nil
}

// encoder is a writer of gzip or zlib.
type encoder interface {
	io.WriteCloser
	Flush() error
	Reset(io.Writer)
}

// encoders are writers that wait to be used again: each has almost a megabyte.
type encoders struct{ gzip, zlib sync.Pool }

func (e *encoders) of(coding string) *sync.Pool {
	if coding == codingGzip {
		return &e.gzip
	}
	return &e.zlib
}

// take returns an encoder that writes to w.
func (e *encoders) take(coding string, w io.Writer) encoder {
	out, ok := e.of(coding).Get().(encoder)
	switch {
	case ok:
		out.Reset(w)
	case coding == codingGzip:
		out = gzip.NewWriter(w)
	default:
		out = zlib.NewWriter(w)
	}
	return out
}

// give returns an encoder that is not used any more.
func (e *encoders) give(coding string, done encoder) {
	done.Reset(io.Discard)
	e.of(coding).Put(done)
}

// compressing is an answer that is compressed if it is large enough. What comes
// first is held back until that is known.
type compressing struct {
	http.ResponseWriter
	coding   string
	from     int // bytes
	encoders *encoders

	status int
	held   []byte
	began  bool    // the header is out
	encode encoder // nil where nothing is compressed
}

// WriteHeader implements http.ResponseWriter.
func (c *compressing) WriteHeader(status int) {
	switch {
	case c.status != 0:
	case answerHeader(c.ResponseWriter.Header()).find("Content-Encoding") != "" || status < 200 || status == http.StatusNoContent || status == http.StatusNotModified:
		c.began = true
		c.ResponseWriter.WriteHeader(status)
	}
	c.status = status
}

// Write implements http.ResponseWriter.
func (c *compressing) Write(p []byte) (int, error) {
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	if !c.began {
		if len(p) == 0 || len(c.held)+len(p) < c.from {
			c.held = append(c.held, p...)
			return len(p), nil
		}
		if err := c.begin(); err != nil {
			return 0, err
		}
	}
	if c.encode == nil {
		return c.ResponseWriter.Write(p)
	}
	return c.encode.Write(p)
}

// begin begins an answer that is compressed.
func (c *compressing) begin() error {
	h := c.ResponseWriter.Header()
	h.Set("Content-Encoding", c.coding)
	h.Del("Content-Length")
	c.began = true
	c.ResponseWriter.WriteHeader(c.status)
	c.encode = c.encoders.take(c.coding, c.ResponseWriter)
	_, err := c.encode.Write(c.held)
	c.held = nil
	return err
}

// FlushError sends what is not held back. http.ResponseController calls it.
func (c *compressing) FlushError() error {
	if !c.began {
		return nil
	}
	if c.encode != nil {
		if err := c.encode.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(c.ResponseWriter).Flush()
}

// finish ends the answer, if one was begun. What was too small goes as it is.
func (c *compressing) finish() {
	switch {
	case c.encode != nil:
		_ = c.encode.Close() // the client that went away misses nothing
		c.encoders.give(c.coding, c.encode)
	case c.status != 0 && !c.began:
		c.ResponseWriter.WriteHeader(c.status)
		_, _ = c.ResponseWriter.Write(c.held)
	}
}
