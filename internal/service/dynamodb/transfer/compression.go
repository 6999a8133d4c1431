package transfer

import (
	"bufio"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxWindow bounds what a ZSTD frame may have the reader keep of what it has read.
// All levels up to 20 keep to it; a frame that asks for more is refused.
const maxWindow = 32 << 20

// errNotGzip is what is wrong with an object that was not packed at all. AWS counts
// it as one item in error; its words are not known.
var errNotGzip = &fault{"Not in GZIP format." + andNoFurther, true}

// watched remembers an error of the object itself, which is none of its
// compression.
type watched struct {
	r   io.Reader
	err error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}

// unpack returns a reader of the object before compression, and what frees
// it. However little was packed how well, it unpacks only what is read.
func unpack(compression string, object io.Reader) (io.Reader, func()) {
	switch compression {
	case "GZIP":
		return &gunzip{in: bufio.NewReader(object)}, func() {}
	case "ZSTD":
		// A single thread of decoding, which is that of the reader.
		d, err := zstd.NewReader(object, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return failing{err}, func() {}
		}
		return d, d.Close
	}
	return object, func() {}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// gunzip reads members of GZIP, one behind the other. An object without a byte
// has none and is no error: an export's _started is one.
type gunzip struct {
	in *bufio.Reader
	z  *gzip.Reader
}

func (g *gunzip) Read(p []byte) (int, error) {
	if g.z == nil {
		if _, err := g.in.Peek(1); err != nil {
			return 0, err
		}
		z, err := gzip.NewReader(g.in)
		if errors.Is(err, gzip.ErrHeader) {
			err = errNotGzip
		}
		if err == io.EOF { // within the header
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return 0, err
		}
		g.z = z
	}
	return g.z.Read(p)
}
