package blob

import (
	"context"
	"io"
)

// UntilDone returns a reader of r that fails with the context's error once that
// has ended: what a driver's Put reads from.
func UntilDone(ctx context.Context, r io.Reader) io.Reader { return ctxReader{ctx, r} }

type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (c ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
