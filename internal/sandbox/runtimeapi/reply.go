package runtimeapi

import (
	"bytes"
	"net/http"
	"strconv"
)

// reply is the answer to a request. It implements http.ResponseWriter.
type reply struct {
	header http.Header
	status int
	body   []byte

	// Who asks for the next event with this answer of the runtime's, or nil.
	by    *connection
	asked bool        // it was asked
	inv   *Invocation // that was there, or nil
	err   error       // for which it may not be asked
}

func (w *reply) Header() http.Header {
	if w.header == nil {
		w.header = make(http.Header, 2)
	}
	return w.header
}

func (w *reply) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *reply) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	w.body = append(w.body, p...)
	return len(p), nil
}

// bytes is the answer as it is written, which may be the last of a connection.
func (w *reply) bytes(last bool) []byte {
	w.WriteHeader(http.StatusOK)
	if last {
		w.Header().Set("Connection", "close")
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(w.body)))
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 " + strconv.Itoa(w.status) + " " + http.StatusText(w.status) + "\r\n")
	_ = w.header.Write(&b) // a buffer takes all
	b.WriteString("\r\n")
	b.Write(w.body)
	return b.Bytes()
}
