package wire

import (
	"net/http"
	"strconv"
)

// Answer sends status, headers and body, with the body's length, in one write.
func Answer(w http.ResponseWriter, status int, contentType string, body []byte) error {
	h := w.Header()
	if contentType != "" && len(body) > 0 {
		h.Set("Content-Type", contentType)
	}
	if status != http.StatusNoContent && status != http.StatusNotModified {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(status)
	if len(body) == 0 {
		return nil // some statuses allow no body, not even an empty write
	}
	_, err := w.Write(body)
	return err
}
