package front

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"cloudless/internal/clock"
	"cloudless/internal/wire"
)

// visit is what is known of one request while it is served. It belongs to the
// request's goroutine, and is made in one piece.
type visit struct {
	id       string
	start    time.Time
	door     Door
	host     string // in lower case, without the port
	answer   countingWriter
	body     sentBody
	endpoint string // of what users have deployed: "execute-api" or "lambda-url"; "" for AWS's own APIs

	// Of a call of an AWS API, as far as it got.
	service   *service
	request   wire.Request
	operation string
	principal string
	code      string // of the error, or ""

	context callContext
	random  [16]byte // of the id
}

// observe gives each request an id and writes the access line behind it. A
// panic becomes a 500 and a line in the log; the server lives on.
func (f *Front) observe(serve func(http.ResponseWriter, *http.Request, *visit)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{start: f.cfg.Clock.Now(), host: hostname(r.Host), answer: countingWriter{ResponseWriter: w}}
		v.id = f.requestID(&v.random)
		if r.Body != nil && r.Body != http.NoBody {
			v.body = sentBody{ReadCloser: r.Body, conn: connectionOf(w), idle: f.idleBody}
			r.Body = &v.body
		}
		defer func() {
			v.context.end()
			if p := recover(); p != nil {
				f.afterPanic(r, v, p)
			}
			f.writeAccessLine(r, v)
		}()
		serve(&v.answer, r, v)
	})
}

func (f *Front) afterPanic(r *http.Request, v *visit, p any) {
	if p == http.ErrAbortHandler {
		panic(p)
	}
	f.log.ErrorContext(r.Context(), "panic while serving", "panic", p, "request_id", v.id, "stack", string(debug.Stack()))
	switch {
	case v.answer.status != 0:
	case v.service != nil:
		f.refuse(&v.answer, v, fmt.Errorf("panic: %v", p))
	case v.endpoint != "":
		_ = wire.Answer(&v.answer, http.StatusInternalServerError, "application/json", []byte(`{"message": "Internal server error"}`))
	default:
		http.Error(&v.answer, "internal error", http.StatusInternalServerError)
	}
}

// writeAccessLine logs one request. Its query stays out: it may carry a
// signature that still holds.
func (f *Front) writeAccessLine(r *http.Request, v *visit) {
	level := slog.LevelInfo
	if r.URL.Path == healthPath {
		level = slog.LevelDebug
	}
	if !f.log.Enabled(r.Context(), level) {
		return
	}
	service := v.endpoint
	if v.service != nil {
		service = v.service.Schema.Name
	}
	f.log.LogAttrs(r.Context(), level, "request",
		slog.String("request_id", v.id),
		slog.String("method", r.Method),
		slog.String("host", r.Host),
		slog.String("path", r.URL.Path),
		slog.String("service", service),
		slog.String("operation", v.operation),
		slog.String("principal", v.principal),
		slog.Int("status", v.answer.status),
		slog.String("error", v.code),
		slog.Int64("bytes", v.answer.bytes),
		slog.Duration("took", f.cfg.Clock.Now().Sub(v.start)),
	)
}

// requestID draws an id in the form of a UUID. b is room to work in.
func (f *Front) requestID(b *[16]byte) string {
	_, _ = f.cfg.Clock.Read(b[:]) // a clock.Clock never fails to
	return clock.UUIDOf(b)
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
