package front

import (
	"encoding/json"
	"net/http"

	"cloudless/internal/wire"
)

const healthPath = "/_cloudless/health"

// serveHealth tells that the server is ready, as JSON.
func (f *Front) serveHealth(w http.ResponseWriter) {
	body, err := json.Marshal(f.cfg.Status())
	if err != nil {
		http.Error(w, "health: "+err.Error(), http.StatusInternalServerError)
		return
	}
	_ = wire.Answer(w, http.StatusOK, "application/json", append(body, '\n')) // a client that went away needs no answer
}
