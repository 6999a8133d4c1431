package s3

import (
	"context"
	"errors"
	"io"

	"cloudless/internal/storage/blob"
	"cloudless/internal/storage/kv"
)

// errGone says that the object was replaced or deleted between the reading of
// its record and of its bytes. The record is to be read again.
var errGone = errors.New("s3: object has gone")

// maxAttempts is how often an operation looks for an object again whose bytes
// have gone. To need more, the object would have to be replaced each time.
const maxAttempts = 5

// retryGone calls f until it finds the bytes of the object that it has read.
func retryGone[T any](f func() (T, error)) (out T, err error) {
	for range maxAttempts {
		if out, err = f(); !errors.Is(err, errGone) {
			break
		}
	}
	return out, err
}

// piece is a part of a blob.
type piece struct {
	blob        string
	offset, len int64
}

// content reads pieces of blobs one after the other.
type content struct {
	ctx    context.Context // of the request that reads
	blobs  blob.Store
	pieces []piece
	open   blob.Blob // the first of pieces, or nil
	done   func()    // unpins, once; or nil
}

// openContent opens length bytes of an object, from offset on. It fails with
// errGone if they are there no more. The bytes last until Close, whatever
// becomes of the object.
func (s *Service) openContent(ctx context.Context, o *object, offset, length int64) (io.ReadCloser, error) {
	c := &content{ctx: ctx, blobs: s.blobs}
	if o.Upload == "" {
		c.pieces = []piece{{o.Blob, offset, length}}
	} else {
		if !s.pins.add(o.Upload) {
			return nil, errGone
		}
		c.done = func() {
			s.pins.remove(o.Upload)
			s.wakeCollector()
		}
		var err error
		if c.pieces, err = s.piecesOf(ctx, o.Upload, offset, length); err != nil {
			c.Close()
			return nil, err
		}
	}
	if err := c.advance(); err != nil {
		c.Close()
		if errors.Is(err, blob.ErrNotFound) {
			err = errGone
		}
		return nil, err
	}
	return c, nil
}

// piecesOf finds where length bytes of a multipart object lie, from offset on.
func (s *Service) piecesOf(ctx context.Context, upload string, offset, length int64) (pieces []piece, err error) {
	err = s.store.View(ctx, func(r kv.Reader) error {
		pieces = nil
		skip, left := offset, length
		for pair, err := range r.Scan(kv.Prefix(partsOf(upload))) {
			if err != nil {
				return err
			}
			p, err := decode[part](pair.Value)
			if err != nil {
				return err
			}
			if skip >= p.Size {
				skip -= p.Size
				continue
			}
			n := min(p.Size-skip, left)
			pieces = append(pieces, piece{p.Blob, skip, n})
			skip = 0
			if left -= n; left == 0 {
				return nil
			}
		}
		if left > 0 {
			return errGone
		}
		return nil
	})
	return pieces, err
}

// advance opens the first piece, if it is not open.
func (c *content) advance() error {
	if c.open != nil || len(c.pieces) == 0 {
		return nil
	}
	b, err := c.blobs.Open(c.ctx, c.pieces[0].blob)
	if err != nil {
		return err
	}
	if _, err := b.Seek(c.pieces[0].offset, io.SeekStart); err != nil {
		return errors.Join(err, b.Close())
	}
	c.open = b
	return nil
}

// Read reads the bytes in their order.
func (c *content) Read(p []byte) (int, error) {
	for len(c.pieces) > 0 {
		if err := c.advance(); err != nil {
			return 0, err
		}
		first := &c.pieces[0]
		if first.len > 0 {
			n, err := c.open.Read(p[:min(int64(len(p)), first.len)])
			first.len -= int64(n)
			if err == io.EOF {
				if err = nil; n == 0 && len(p) > 0 {
					err = errShort
				}
			}
			if n > 0 || err != nil || len(p) == 0 {
				return n, err
			}
			continue
		}
		if err := c.leave(); err != nil {
			return 0, err
		}
	}
	return 0, io.EOF
}

// errShort says that a blob is shorter than its record says.
var errShort = io.ErrUnexpectedEOF

// WriteTo writes the bytes in their order. It hands w the blobs themselves, so
// that those which are files can go to a connection without being read here.
func (c *content) WriteTo(w io.Writer) (written int64, err error) {
	for len(c.pieces) > 0 {
		if err := c.advance(); err != nil {
			return written, err
		}
		length := c.pieces[0].len
		n, err := io.Copy(w, &io.LimitedReader{R: c.open, N: length})
		written += n
		c.pieces[0].len -= n
		if err != nil {
			return written, err
		}
		if n < length {
			return written, errShort
		}
		if err := c.leave(); err != nil {
			return written, err
		}
	}
	return written, nil
}

// leave closes the first piece and goes on to the next.
func (c *content) leave() error {
	err := c.open.Close()
	c.open, c.pieces = nil, c.pieces[1:]
	return err
}

// Close gives the bytes free.
func (c *content) Close() error {
	c.pieces = nil
	if c.done != nil {
		c.done()
		c.done = nil
	}
	if c.open == nil {
		return nil
	}
	err := c.open.Close()
	c.open = nil
	return err
}
