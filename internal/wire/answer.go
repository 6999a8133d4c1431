package wire

import (
	"net/http"
	"strconv"
)

// Answer sends status, headers and body, with the body's length, in one write.
func Answer(w http.ResponseWriter, status int, contentType string, body []byte) error {
	h := w.Header()
	values := [...]string{contentType, strconv.Itoa(len(body))} // in one piece, and not copied by Set
	if contentType != "" && len(body) > 0 {
		h["Content-Type"] = values[0:1:1]
	}
	if status != http.StatusNoContent && status != http.StatusNotModified {
		h["Content-Length"] = values[1:2:2]
	}
	w.WriteHeader(status)
	if len(body) == 0 {
		return nil // some statuses allow no body, not even an empty write
	}
	_, err := w.Write(body)
	return err
}
