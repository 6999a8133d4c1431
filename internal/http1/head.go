package http1

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
)

// framing are the headers that say where an answer ends. They are written here and
// nowhere else.
var framing = map[string]bool{"Content-Length": true, "Transfer-Encoding": true, "Connection": true}

// head is the beginning of an answer, as it stands when its status is decided:
// what a handler changes in its headers after that has no effect.
type head struct {
	text     []byte // the status line and headers, but for those of framing and of
	typed    bool   // Content-Type, if this is set, and
	dated    bool   // Date
	encoded  bool   // there is a Content-Encoding
	length   int64  // that the handler has declared, or -1
	mayBody  bool   // an answer with this status may have a body
	wantsEnd bool   // of the connection
}

// newHead decides on the beginning of an answer to a request of HTTP/1.minor. room
// is to be used for its text.
func newHead(minor, status int, h http.Header, room []byte) head {
	version := "HTTP/1.1 "
	if minor == 0 {
		version = "HTTP/1.0 "
	}
	text := appender(append(room[:0], version...))
	text = strconv.AppendInt(text, int64(status), 10)
	text = append(append(append(text, ' '), http.StatusText(status)...), "\r\n"...)
	d := head{length: -1, mayBody: status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified}
	_, d.typed = h["Content-Type"]
	_, d.dated = h["Date"]
	d.encoded = h.Get("Content-Encoding") != ""
	d.wantsEnd = httpguts.HeaderValuesContainsToken(h["Connection"], "close")
	if n, err := strconv.ParseInt(h.Get("Content-Length"), 10, 64); err == nil && n >= 0 {
		d.length = n
	}
	_ = h.WriteSubset(&text, framing) // memory takes all
	d.text = text
	return d
}

// timed adds the date, which every answer has.
func (d *head) timed() {
	if !d.dated {
		d.text = time.Now().UTC().AppendFormat(append(d.text, "Date: "...), http.TimeFormat)
		d.text = append(d.text, "\r\n"...)
	}
}

// sniffed adds the type of a body that begins like this, if the handler has not
// named it.
func (d *head) sniffed(beginning []byte) {
	if !d.typed && !d.encoded && d.mayBody && len(beginning) > 0 {
		d.typed = true
		d.text = append(append(append(d.text, "Content-Type: "...), http.DetectContentType(beginning)...), "\r\n"...)
	}
}

func (d *head) add(line string) { d.text = append(append(d.text, line...), "\r\n"...) }

func (d *head) contentLength(n int64) {
	d.text = strconv.AppendInt(append(d.text, "Content-Length: "...), n, 10)
	d.text = append(d.text, "\r\n"...)
}

// keepsAlive tells clients of HTTP/1.0 that asked for more than one answer on a
// connection.
func keepsAlive(r *http.Request) bool {
	return r.ProtoMinor == 0 && strings.EqualFold(r.Header.Get("Connection"), "keep-alive")
}

// appender is bytes that grow by being written to.
type appender []byte

// Write implements [io.Writer].
func (a *appender) Write(p []byte) (int, error) {
	*a = append(*a, p...)
	return len(p), nil
}

// WriteString implements [io.StringWriter].
func (a *appender) WriteString(s string) (int, error) {
	*a = append(*a, s...)
	return len(s), nil
}
