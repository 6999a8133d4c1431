package front

import (
	"encoding/json"
	"maps"
	"net/http"

	"cloudless/internal/wire"
)

const healthPath = "/_cloudless/health"

// serveHealth tells that the server is ready, as JSON.
func (f *Front) serveHealth(w http.ResponseWriter) {
	answer := map[string]any{}
	if f.cfg.Status != nil {
		maps.Copy(answer, f.cfg.Status())
	}
	answer["status"] = "ready"
	body, err := json.Marshal(answer)
	if err != nil {
		http.Error(w, "health: "+err.Error(), http.StatusInternalServerError)
		return
	}
	_ = wire.Answer(w, http.StatusOK, "application/json", append(body, '\n')) // a client that went away needs no answer
}
