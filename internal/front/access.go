package front

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

// visit is what is known of one request while it is served, for the access
// line. It belongs to the request's goroutine.
type visit struct {
	id        string
	start     time.Time
	door      Door
	service   string
	operation string
	principal string
	code      string // of the error, or ""
	cancel    context.CancelFunc
	refuse    func(error) // answers with an error, once it is known in which words
}

// observe gives each request an id and writes the access line behind it. A
// panic becomes a 500 and a line in the log; the server lives on.
func (f *Front) observe(serve func(http.ResponseWriter, *http.Request, *visit)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		counted := &countingWriter{ResponseWriter: w}
		v := &visit{id: f.requestID(), start: f.cfg.Clock.Now(), cancel: func() {}, refuse: func(error) {
			http.Error(counted, "internal error", http.StatusInternalServerError)
		}}
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = &sentBody{r.Body, http.NewResponseController(w), f.idleBody}
		}
		defer func() {
			v.cancel()
			if p := recover(); p != nil {
				f.afterPanic(counted, r, v, p)
			}
			f.writeAccessLine(r, counted, v)
		}()
		serve(counted, r, v)
	})
}

func (f *Front) afterPanic(w *countingWriter, r *http.Request, v *visit, p any) {
	if p == http.ErrAbortHandler {
		panic(p)
	}
	f.log.ErrorContext(r.Context(), "panic while serving", "panic", p, "request_id", v.id, "stack", string(debug.Stack()))
	if w.status == 0 {
		v.refuse(fmt.Errorf("panic: %v", p))
	}
}

// writeAccessLine logs one request. Its query stays out: it may carry a
// signature that still holds.
func (f *Front) writeAccessLine(r *http.Request, w *countingWriter, v *visit) {
	level := slog.LevelInfo
	if r.URL.Path == healthPath {
		level = slog.LevelDebug
	}
	f.log.LogAttrs(r.Context(), level, "request",
		slog.String("request_id", v.id),
		slog.String("method", r.Method),
		slog.String("host", r.Host),
		slog.String("path", r.URL.Path),
		slog.String("service", v.service),
		slog.String("operation", v.operation),
		slog.String("principal", v.principal),
		slog.Int("status", w.status),
		slog.String("error", v.code),
		slog.Int64("bytes", w.bytes),
		slog.Duration("took", f.cfg.Clock.Now().Sub(v.start)),
	)
}

// requestID draws an id in the form of a UUID.
func (f *Front) requestID() string {
	var b [16]byte
	_, _ = f.cfg.Clock.Read(b[:]) // a clock.Clock never fails to
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// countingWriter remembers what was answered.
type countingWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader remembers the status.
func (w *countingWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (w *countingWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// ReadFrom counts the bytes and lets a file go from the disk to the connection
// without passing through here, where the system can do that.
func (w *countingWriter) ReadFrom(r io.Reader) (int64, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := io.Copy(w.ResponseWriter, r)
	w.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
